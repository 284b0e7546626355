#!/usr/bin/env bash
# undertow-servlet 2.3.18.Final (and WildFly 39.0.1, which keeps the default): a filter's init() runs at the first request, not when the
# application starts, while a servlet that is loaded on startup is initialized at once. The Javadoc of jakarta.servlet.Filter says that
# the container instantiates the filter and calls init() once, before the filter is asked to work; ServletContextListener's says that
# listeners are notified before any filters are initialized, so code that waits for init() to start something waits for a client.
# Seen: started: listener, servlet; after the first request: listener, servlet, filter
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cat > "$dir/pom.xml" <<'X'
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>a</groupId><artifactId>a</artifactId><version>1</version>
<dependencies><dependency><groupId>io.undertow</groupId><artifactId>undertow-servlet</artifactId><version>2.3.18.Final</version></dependency></dependencies></project>
X
mvn -q -B -f "$dir/pom.xml" dependency:copy-dependencies -DoutputDirectory="$dir/lib"
cat > "$dir/Seen.java" <<'J'
import io.undertow.Undertow;
import io.undertow.servlet.Servlets;
import io.undertow.servlet.api.*;
import jakarta.servlet.*;
import jakarta.servlet.http.*;
import java.net.*;
import java.util.*;

public class Seen {
    static final List<String> SEEN = Collections.synchronizedList(new ArrayList<>());

    public static class Listener implements ServletContextListener {
        public void contextInitialized(ServletContextEvent event) { SEEN.add("listener"); }
    }

    public static class Pass implements Filter {
        public void init(FilterConfig config) { SEEN.add("filter"); }
        public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain) throws java.io.IOException, ServletException {
            chain.doFilter(request, response);
        }
    }

    public static class Page extends HttpServlet {
        public void init() { SEEN.add("servlet"); }
        protected void doGet(HttpServletRequest request, HttpServletResponse response) {}
    }

    public static void main(String[] arguments) throws Exception {
        DeploymentInfo info = Servlets.deployment().setClassLoader(Seen.class.getClassLoader()).setContextPath("/").setDeploymentName("a")
                .addListener(Servlets.listener(Listener.class))
                .addFilter(Servlets.filter("pass", Pass.class)).addFilterUrlMapping("pass", "/*", DispatcherType.REQUEST)
                .addServlet(Servlets.servlet("page", Page.class).setLoadOnStartup(1).addMapping("/"));
        DeploymentManager manager = Servlets.defaultContainer().addDeployment(info);
        manager.deploy();
        Undertow server = Undertow.builder().addHttpListener(0, "127.0.0.1").setHandler(manager.start()).build();
        server.start();
        String started = String.join(", ", SEEN);
        int port = ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
        ((HttpURLConnection) new URL("http://127.0.0.1:" + port + "/").openConnection()).getResponseCode();
        System.out.println("started: " + started + "; after the first request: " + String.join(", ", SEEN));
        server.stop();
    }
}
J
seen=$(java -cp "$dir/lib/*" "$dir/Seen.java" 2>/dev/null)
echo "$seen"
[ "$seen" = "started: listener, servlet; after the first request: listener, servlet, filter" ]
