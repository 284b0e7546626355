package io.ebbtide.jetty;

import io.ebbtide.spi.SourceLoad;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** The load of a server. Stateless. */
final class Load {
    private Load() {}

    /** Counts the pool's threads for handlers: without the threads that accept and select. */
    static SourceLoad of(Server server) {
        int connections = 0;
        for (Connector connector : server.getConnectors()) {
            connections += connector.getConnectedEndPoints().size();
        }
        if (!(server.getThreadPool() instanceof QueuedThreadPool pool)) {
            return new SourceLoad(connections, SourceLoad.UNKNOWN, SourceLoad.UNKNOWN, SourceLoad.UNKNOWN);
        }
        if (!server.isRunning()) {
            return new SourceLoad(connections, 0, pool.getMaxThreads(), 0);
        }
        return new SourceLoad(
                connections,
                pool.getUtilizedThreads(),
                pool.getMaxThreads() - pool.getLeasedThreads(),
                pool.getQueueSize());
    }
}
