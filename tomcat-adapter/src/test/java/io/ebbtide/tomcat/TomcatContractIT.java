package io.ebbtide.tomcat;

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
import java.nio.file.Path;
import java.util.Map;
import org.apache.catalina.Context;
import org.apache.catalina.Wrapper;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.parallel.Isolated;

/** What every adapter promises, on Tomcat. */
@Isolated("it compares the threads of the whole JVM")
final class TomcatContractIT extends HttpContract {
    @Override
    protected String adapter() {
        return "Tomcat";
    }

    @Override
    protected ServerUnderTest server(Application application, int port) {
        var source =
                TomcatSource.http(port, context -> serve(context, application)).workerThreads(workers());
        return new ServerUnderTest(source, source::port);
    }

    @Override
    protected BareServer bare(Application application) throws Exception {
        return BareTomcat.start(context -> serve(context, application), workers());
    }

    private static void serve(Context context, Application application) {
        Wrapper wrapper = Tomcat.addServlet(context, "contract", new ContractServlet(application));
        wrapper.setAsyncSupported(true);
        wrapper.addMapping("/");
    }

    @Override
    protected Path table() {
        return Path.of("..", "docs", "reference", "adapters.md");
    }

    @Override
    protected Map<Promise, String> cannot() {
        return Map.of(
                Promise.PROBES_WHILE_SATURATED,
                "Tomcat reads requests on its worker threads alone: while all of them are busy, no thread can recognise a"
                        + " probe. The management port answers.");
    }

    private static final class ContractServlet extends HttpServlet {
        private static final long serialVersionUID = 1;

        private final transient Application application;

        ContractServlet(Application application) {
            this.application = application;
        }

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response)
                throws ServletException, IOException {
            try {
                ServletExchange.handle(request, response, AsyncFailure.IN_A_TASK, application);
            } catch (IOException | ServletException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new ServletException(e);
            }
        }
    }
}
