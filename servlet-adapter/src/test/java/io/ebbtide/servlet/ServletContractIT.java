package io.ebbtide.servlet;

import io.ebbtide.testkit.contract.Application;
import io.ebbtide.testkit.contract.HttpContract;
import io.ebbtide.testkit.contract.Promise;
import io.ebbtide.testkit.contract.ServerUnderTest;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;

/** What every adapter promises, as far as a web application can keep it by itself, in a plain Tomcat. */
@Tag("full")
final class ServletContractIT extends HttpContract {
    @Override
    protected String adapter() {
        return "Servlet";
    }

    @Override
    protected ServerUnderTest server(Application application, int port) {
        var tomcat = new PlainTomcat(application, port, workers());
        return new ServerUnderTest(tomcat, tomcat::port);
    }

    @Override
    protected Map<Promise, String> cannot() {
        return Map.of(
                Promise.PROBES_WHILE_SATURATED,
                "The container's threads are its own: while all of them are at work, no filter and no servlet is asked. The"
                        + " management port answers.",
                Promise.LOAD_CONNECTIONS,
                "The servlet API tells the connection of a request, and not how many there are.",
                Promise.LOAD_WORKERS,
                "The servlet API does not tell of the container's threads.",
                Promise.DRAIN_PORT_CLOSED,
                "The ports are the container's: it closes them before or after the web application learns of the end.",
                Promise.PORT_IN_USE,
                "The ports are the container's, and so is what it says of one in use.");
    }

    @Override
    protected Path table() {
        return Path.of("..", "docs", "reference", "adapters.md");
    }
}
