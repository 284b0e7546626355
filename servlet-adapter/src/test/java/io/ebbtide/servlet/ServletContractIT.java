package io.ebbtide.servlet;

import io.ebbtide.testkit.contract.Application;
import io.ebbtide.testkit.contract.BareServer;
import io.ebbtide.testkit.contract.HttpContract;
import io.ebbtide.testkit.contract.Promise;
import io.ebbtide.testkit.contract.ServerUnderTest;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Isolated;

/** What every adapter promises, as far as a web application can keep it by itself, in a plain Tomcat. */
@Tag("full")
@Isolated("it looks at what the whole JVM logs")
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
    protected BareServer bare(Application application) throws Exception {
        return PlainTomcat.bare(application, workers());
    }

    /** Of the container itself, for the first malformed request of each of its processors, and the first such cookie. */
    @Override
    protected Set<String> serversOwnLines() {
        return Set.of(
                "INFO org.apache.coyote.http11.Http11Processor: ", "INFO org.apache.tomcat.util.http.parser.Cookie: ");
    }

    @Override
    protected Map<Promise, String> cannot() {
        return Map.of(
                Promise.PROBES_WHILE_SATURATED,
                "The container calls filters and servlets on its own threads: while all of them are busy, none is called. The"
                        + " management port answers.",
                Promise.LOAD_CONNECTIONS,
                "The servlet API reports the connection of a request, but not the number of connections.",
                Promise.LOAD_WORKERS,
                "The servlet API does not report the container's threads.",
                Promise.DRAIN_PORT_CLOSED,
                "The container closes its ports before or after it notifies the web application of the shutdown.",
                Promise.PORT_IN_USE,
                "The container opens the ports, and reports a port in use by itself.");
    }

    @Override
    protected Path table() {
        return Path.of("..", "docs", "reference", "adapters.md");
    }
}
