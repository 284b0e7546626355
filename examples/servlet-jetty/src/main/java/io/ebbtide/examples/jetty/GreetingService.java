package io.ebbtide.examples.jetty;

import io.ebbtide.Ebbtide;
import io.ebbtide.health.Check;
import io.ebbtide.jetty.JettySource;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Path;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;

/** Answers {@code /greeting?name=...} with a greeting on port 8080, or on the port given as the first argument. */
public final class GreetingService {
    private static final long MAX_NEEDED_BYTES = 1 << 20;

    private GreetingService() {}

    public static void main(String[] arguments) {
        int port = arguments.length == 0 ? 8080 : Integer.parseInt(arguments[0]);
        var context = new ServletContextHandler();
        context.addServlet(new Greeting(), "/greeting");
        var source = JettySource.http(port, context);
        Ebbtide.builder("greeting")
                .liveness("deadlock", Check.deadlock())
                .readiness("disk", Check.diskSpace(Path.of("."), MAX_NEEDED_BYTES))
                .serve(source)
                .startupTask("print the port", () -> System.out.println("port=" + source.port()))
                .management()
                .run();
    }

    private static final class Greeting extends HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            String name = request.getParameter("name");
            if (name == null || name.isBlank()) {
                response.sendError(
                        HttpServletResponse.SC_BAD_REQUEST,
                        "name: missing (expected: the name of the person to greet)");
                return;
            }
            response.setContentType("text/plain;charset=UTF-8");
            response.getWriter().print("Hello, " + name);
        }
    }
}
