#!/usr/bin/env bash
# undertow-servlet 2.3.24.Final: DeploymentManager.stop() calls destroy() of a servlet while a request is in its service() method. The
# Javadoc of jakarta.servlet.Servlet says that destroy() is called once all threads within service() have exited or a time-out has
# passed. stop() returns at once, and there is no time-out to set.
# Seen: destroy() after 0 requests of 1; the request was answered 200 afterwards
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cat > "$dir/pom.xml" <<'X'
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>a</groupId><artifactId>a</artifactId><version>1</version>
<dependencies><dependency><groupId>io.undertow</groupId><artifactId>undertow-servlet</artifactId><version>2.3.24.Final</version></dependency></dependencies></project>
X
mvn -q -B -f "$dir/pom.xml" dependency:copy-dependencies -DoutputDirectory="$dir/lib"
cat > "$dir/Seen.java" <<'J'
import io.undertow.Undertow;
import io.undertow.servlet.Servlets;
import io.undertow.servlet.api.*;
import jakarta.servlet.http.*;
import java.net.*;
import java.util.concurrent.*;
import java.util.concurrent.atomic.*;

public class Seen {
    static final CountDownLatch ENTERED = new CountDownLatch(1);
    static final CountDownLatch STOPPED = new CountDownLatch(1);
    static final AtomicInteger SERVED = new AtomicInteger();
    static final AtomicInteger SERVED_AT_DESTROY = new AtomicInteger(-1);

    public static class Page extends HttpServlet {
        protected void doGet(HttpServletRequest request, HttpServletResponse response) {
            ENTERED.countDown();
            try {
                STOPPED.await(30, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            SERVED.incrementAndGet();
        }

        public void destroy() { SERVED_AT_DESTROY.set(SERVED.get()); }
    }

    public static void main(String[] arguments) throws Exception {
        DeploymentInfo info = Servlets.deployment().setClassLoader(Seen.class.getClassLoader()).setContextPath("/").setDeploymentName("a")
                .addServlet(Servlets.servlet("page", Page.class).setLoadOnStartup(1).addMapping("/"));
        DeploymentManager manager = Servlets.defaultContainer().addDeployment(info);
        manager.deploy();
        Undertow server = Undertow.builder().addHttpListener(0, "127.0.0.1").setHandler(manager.start()).build();
        server.start();
        int port = ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
        CompletableFuture<Integer> status = CompletableFuture.supplyAsync(() -> {
            try {
                return ((HttpURLConnection) new URL("http://127.0.0.1:" + port + "/").openConnection()).getResponseCode();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        ENTERED.await();
        manager.stop();
        STOPPED.countDown();
        System.out.println("destroy() after " + SERVED_AT_DESTROY + " requests of 1; the request was answered " + status.get() + " afterwards");
        server.stop();
    }
}
J
seen=$(java -cp "$dir/lib/*" "$dir/Seen.java" 2>/dev/null)
echo "$seen"
[ "$seen" = "destroy() after 0 requests of 1; the request was answered 200 afterwards" ]
