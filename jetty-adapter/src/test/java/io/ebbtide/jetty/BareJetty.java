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

    /**
     * Of Jetty, whose HttpConnection releases the buffer of a refused request twice, on a thread of its own: 12.0 often, 12.1 about once
     * in 250,000 connections that are reset. The stack has frames of Jetty alone; the bare server logs it, too.
     */
    private static final String DOUBLE_RELEASE = "WARN org.eclipse.jetty.util.thread.QueuedThreadPool: Job failed"
            + " [java.lang.IllegalStateException: already released ";

    private BareJetty() {}

    /** What Jetty logs above DEBUG by itself, by the beginnings of lines. */
    static Set<String> ownLines() {
        var lines = new HashSet<>(OF_HOSTS);
        lines.add(DOUBLE_RELEASE);
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
