package io.ebbtide.undertow;

import io.ebbtide.testkit.contract.Application;
import io.ebbtide.testkit.contract.BareServer;
import io.ebbtide.testkit.contract.HttpContract;
import io.ebbtide.testkit.contract.Promise;
import io.ebbtide.testkit.contract.ServerUnderTest;
import io.undertow.Handlers;
import io.undertow.server.HttpHandler;
import io.undertow.server.handlers.BlockingHandler;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
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
        var source =
                UndertowSource.http(port, handler(application)).ioThreads(2).workerThreads(workers());
        return new ServerUnderTest(source, source::port);
    }

    @Override
    protected BareServer bare(Application application) {
        return BareUndertow.start(handler(application), workers());
    }

    private static HttpHandler handler(Application application) {
        return Handlers.httpContinueRead(
                new BlockingHandler(exchange -> application.handle(new UndertowExchange(exchange))));
    }

    /** Of Undertow itself, for a trailer that it cannot parse. */
    @Override
    protected Set<String> serversOwnLines() {
        return Set.of("ERROR io.undertow.request.io: UT005090: Unexpected failure");
    }

    @Override
    protected Map<Promise, String> cannot() {
        return Map.of(
                Promise.ASYNC_TIMED_OUT,
                "Undertow has no time-out for an exchange that is never completed; it is in flight until it is aborted and named at"
                        + " the deadline.");
    }

    @Override
    protected Path table() {
        return Path.of("..", "docs", "reference", "adapters.md");
    }
}
