package io.ebbtide.jetty;

import io.ebbtide.testkit.contract.Application;
import io.ebbtide.testkit.contract.BareServer;
import io.ebbtide.testkit.contract.HttpContract;
import io.ebbtide.testkit.contract.Promise;
import io.ebbtide.testkit.contract.ServerUnderTest;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.parallel.Isolated;

/** Jetty's own handlers keep the contract. */
@Isolated("it looks at the threads of the whole JVM")
final class JettyContractIT extends HttpContract {
    @Override
    protected String adapter() {
        return "Jetty";
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
        return new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) throws Exception {
                var exchange = new JettyExchange(request, response, callback);
                application.handle(exchange);
                exchange.handled();
                return true;
            }
        };
    }

    @Override
    protected Set<String> serversOwnLines() {
        return BareJetty.ownLines();
    }

    @Override
    protected Map<Promise, String> cannot() {
        return Map.of();
    }

    @Override
    protected Path table() {
        return Path.of("../docs/reference/adapters.md");
    }
}
