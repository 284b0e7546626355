package io.ebbtide.undertow;

import io.ebbtide.testkit.contract.Application;
import io.ebbtide.testkit.contract.HttpContract;
import io.ebbtide.testkit.contract.Promise;
import io.ebbtide.testkit.contract.ServerUnderTest;
import io.undertow.Handlers;
import io.undertow.server.handlers.BlockingHandler;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.parallel.Isolated;

/** What every adapter promises, kept by Undertow. */
@Isolated("it looks at the threads of the whole JVM")
final class UndertowContractIT extends HttpContract {
    @Override
    protected String adapter() {
        return "Undertow";
    }

    @Override
    protected ServerUnderTest server(Application application, int port) {
        var handler = Handlers.httpContinueRead(
                new BlockingHandler(exchange -> application.handle(new UndertowExchange(exchange))));
        var source = UndertowSource.http(port, handler).ioThreads(2).workerThreads(workers());
        return new ServerUnderTest(source, source::port);
    }

    @Override
    protected Map<Promise, String> cannot() {
        return Map.of(
                Promise.ASYNC_TIMED_OUT,
                "Undertow has no time-out for an exchange that nobody completes; it is in flight until it is cut and named at"
                        + " the deadline.");
    }

    @Override
    protected Path table() {
        return Path.of("..", "docs", "reference", "adapters.md");
    }
}
