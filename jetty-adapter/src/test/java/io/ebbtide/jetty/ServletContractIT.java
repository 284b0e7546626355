package io.ebbtide.jetty;

import io.ebbtide.testkit.contract.Application;
import io.ebbtide.testkit.contract.BareServer;
import io.ebbtide.testkit.contract.HttpContract;
import io.ebbtide.testkit.contract.Promise;
import io.ebbtide.testkit.contract.ServerUnderTest;
import io.ebbtide.testkit.contract.ServletExchange;
import io.ebbtide.testkit.contract.ServletExchange.AsyncFailure;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Server;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Isolated;

/** So do servlets in Jetty. */
@Tag("full")
@Isolated("it looks at the threads of the whole JVM")
final class ServletContractIT extends HttpContract {
    private static final String TASKS = "Jetty ignores exceptions of a task of AsyncContext.start(): its request is"
            + " in flight until its own time-out, or until it is aborted and named at the deadline";

    private static final String ONE_OF_THEM = "one of the requests of the trial fails on another thread, see there";

    @Override
    protected String adapter() {
        return "Jetty, servlets";
    }

    @Override
    protected ServerUnderTest server(Application application, int port) {
        var source = JettySource.http(port, handler(application)).workerThreads(workers());
        return new ServerUnderTest(source, source::port);
    }

    @Override
    protected BareServer bare(Application application) throws Exception {
        return BareJetty.start(handler(application), workers());
    }

    private static Handler handler(Application application) {
        var servlet = new HttpServlet() {
            @Override
            protected void service(HttpServletRequest request, HttpServletResponse response)
                    throws ServletException, IOException {
                try {
                    ServletExchange.handle(request, response, AsyncFailure.IN_A_TASK, application);
                } catch (IOException | RuntimeException e) {
                    throw e;
                } catch (Exception e) {
                    throw new ServletException(e);
                }
            }
        };
        var holder = new ServletHolder(servlet);
        holder.setAsyncSupported(true);
        var context = new ServletContextHandler("/");
        context.addServlet(holder, "/*");
        return context;
    }

    @Override
    protected Set<String> serversOwnLines() {
        return BareJetty.ownLines();
    }

    @Override
    protected Map<Promise, String> cannot() {
        var cannot = new EnumMap<Promise, String>(Map.of(
                Promise.ASYNC_FAILED, TASKS,
                Promise.LAME_DUCK_SERVED, ONE_OF_THEM,
                Promise.LAME_DUCK_DISCONNECTS, ONE_OF_THEM,
                Promise.LAME_DUCK_ENDS, ONE_OF_THEM,
                Promise.LAME_DUCK_FRAMED, ONE_OF_THEM));
        if (Server.getVersion().startsWith("12.0.")) {
            cannot.put(Promise.UPGRADE, "servlets cannot upgrade before Jetty 12.1: 'Not implemented'");
        }
        return cannot;
    }
}
