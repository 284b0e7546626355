#!/usr/bin/env bash
# Open Liberty 26.0.0.3: the ServletContext that a ServletContainerInitializer gets says "/" as the context path of a web application at
# the root, then and later; every other ServletContext of the same application says "". The Javadoc of getContextPath: "If this context is
# the root context, this method returns an empty string". A path that is built by appending to it has two slashes.
# Seen: initializer [/] listener [] the initializer's at servlet [/] servlet [] filter [] request []
set -euo pipefail
dir=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$dir"' EXIT
mvn -q -B dependency:copy -Dartifact=io.openliberty:openliberty-runtime:26.0.0.3:zip -DoutputDirectory="$dir"
mvn -q -B dependency:copy -Dartifact=jakarta.servlet:jakarta.servlet-api:6.0.0 -DoutputDirectory="$dir"
(cd "$dir" && jar xf openliberty-runtime-26.0.0.3.zip && chmod +x wlp/bin/server)
export WLP_USER_DIR=$dir/usr
conf=$WLP_USER_DIR/servers/a
mkdir -p "$conf/apps/a.war/WEB-INF/classes" "$dir/src"
cat > "$dir/src/Page.java" <<'J'
import jakarta.servlet.*;
import jakarta.servlet.annotation.*;
import jakarta.servlet.http.*;

@WebServlet(urlPatterns = "/", loadOnStartup = 1)
public class Page extends HttpServlet {
    static final StringBuffer SEEN = new StringBuffer();

    static void see(String when, ServletContext context) {
        SEEN.append(when).append(" [").append(context.getContextPath()).append("] ");
    }

    @WebListener
    public static class Listener implements ServletContextListener {
        public void contextInitialized(ServletContextEvent event) { see("listener", event.getServletContext()); }
    }

    @WebFilter("/*")
    public static class Pass implements Filter {
        public void init(FilterConfig config) { see("filter", config.getServletContext()); }
        public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain) throws java.io.IOException, ServletException {
            chain.doFilter(request, response);
        }
    }

    public static class Initializer implements ServletContainerInitializer {
        static ServletContext given;

        public void onStartup(java.util.Set<Class<?>> classes, ServletContext context) {
            given = context;
            see("initializer", context);
        }
    }

    public void init() { see("the initializer's at servlet", Initializer.given); see("servlet", getServletContext()); }

    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws java.io.IOException {
        response.getWriter().print(SEEN + "request [" + getServletContext().getContextPath() + "]");
    }
}
J
javac -cp "$dir/jakarta.servlet-api-6.0.0.jar" -d "$dir/classes" "$dir/src/Page.java"
mkdir -p "$dir/classes/META-INF/services" "$conf/apps/a.war/WEB-INF/lib"
echo 'Page$Initializer' > "$dir/classes/META-INF/services/jakarta.servlet.ServletContainerInitializer"
jar cf "$conf/apps/a.war/WEB-INF/lib/a.jar" -C "$dir/classes" .
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat > "$conf/server.xml" <<X
<server>
    <featureManager><feature>servlet-6.0</feature></featureManager>
    <httpEndpoint id="defaultHttpEndpoint" host="127.0.0.1" httpPort="$port" httpsPort="-1"/>
    <webApplication location="a.war" contextRoot="/"/>
</server>
X
"$dir/wlp/bin/server" run a > "$dir/console" 2>&1 &
server=$!
seen=
for _ in $(seq 1 240); do
    seen=$(curl -s -f "http://127.0.0.1:$port/" || true)
    [ -n "$seen" ] && break
    sleep 0.5
done
echo "$seen"
[ "$seen" = "initializer [/] listener [] the initializer's at servlet [/] servlet [] filter [] request []" ]
