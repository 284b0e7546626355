package example.orders;

import io.ebbtide.Ebbtide;
import io.ebbtide.Settings;
import io.ebbtide.budget.LameDuckPolicy;
import io.ebbtide.budget.LameDuckRules;
import io.ebbtide.health.Check;
import io.ebbtide.tomcat.TomcatSource;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import org.apache.catalina.startup.Tomcat;

/** Compiled and started by ModulePathIT. */
public final class Orders {
    private Orders() {}

    public static void main(String[] arguments) {
        var source = TomcatSource.http(
                0,
                context -> Tomcat.addServlet(context, "orders", new OrdersServlet())
                        .addMapping("/"));
        Ebbtide.builder("orders")
                .settings(Settings.derived()
                        .withGrace(Duration.ofMinutes(2))
                        .withLameDuck(Duration.ofSeconds(2))
                        .withLameDuckRules(LameDuckRules.defaults().withPolicy(LameDuckPolicy.FIXED)))
                .serve(source)
                .startupTask("print the port", () -> System.out.println("port=" + source.port()))
                .liveness("deadlock", Check.deadlock())
                .readiness("heap", Check.heapAfterCollection(95))
                .management(0)
                .run();
    }

    /** Answers each request. */
    static final class OrdersServlet extends HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.getWriter().print("[]");
        }
    }
}
