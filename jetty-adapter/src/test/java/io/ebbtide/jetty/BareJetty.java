package io.ebbtide.jetty;

import io.ebbtide.testkit.contract.BareServer;
import java.util.HashSet;
import java.util.Set;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** Jetty as {@link JettySource#http} configures it, without the gate. */
final class BareJetty {
    /** Of Jetty itself, for a Host that it refuses. */
    private static final Set<String> OF_HOSTS = Set.of(
            "WARN org.eclipse.jetty.http.HttpParser: Encountered multiple `Host` headers",
            "WARN org.eclipse.jetty.util.HostPort: Bad ");

    /** Of Jetty 12.0, whose HttpConnection releases the buffer of a refused request twice, on a thread of its own. */
    private static final String OF_12_0 = "WARN org.eclipse.jetty.util.thread.QueuedThreadPool: Job failed"
            + " [java.lang.IllegalStateException: already released ReferenceCounter@";

    private BareJetty() {}

    /** What Jetty logs above DEBUG by itself, by the beginnings of lines. */
    static Set<String> ownLines() {
        var lines = new HashSet<>(OF_HOSTS);
        if (Server.getVersion().startsWith("12.0.")) {
            lines.add(OF_12_0);
        }
        return lines;
    }

    static BareServer start(Handler handler, int workers) throws Exception {
        var http = new HttpServer(0, handler);
        http.workerThreads = workers;
        Server server = http.create();
        server.start();
        return new BareServer(((ServerConnector) server.getConnectors()[0]).getLocalPort(), server::stop);
    }
}
