package io.ebbtide.jetty;

import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;

/** A server for plain HTTP on one port, not created yet. Not thread-safe; confine to one thread. */
final class HttpServer {
    private static final int ACCEPT_QUEUE = 1_000;
    private static final int THREADS_IDLE_MILLIS = 60_000;

    /** Reading threads pass their role to others at times; these run no handler, and exist while they are needed. */
    private static final int MAX_TO_HAND_OVER_TO = 64;

    int ioThreads = Math.max(2, Runtime.getRuntime().availableProcessors());
    int workerThreads = 8 * ioThreads;
    private final int port;
    private final Handler application;

    HttpServer(int port, Handler application) {
        this.port = port;
        this.application = application;
    }

    /**
     * Creates the server. Connections are opened and read by a pool of their own, which a busy application cannot
     * exhaust. No thread waits within accept(): a selector accepts, as it can be stopped without closing the port.
     */
    Server create() {
        var workers = new QueuedThreadPool(workerThreads, 1, THREADS_IDLE_MILLIS);
        workers.setName("jetty-worker");
        workers.setReservedThreads(0);
        var io = new QueuedThreadPool(ioThreads + MAX_TO_HAND_OVER_TO, ioThreads + 1, THREADS_IDLE_MILLIS);
        io.setName("jetty-io");
        var server = new Server(workers, new ScheduledExecutorScheduler("jetty-scheduler", true), null);
        var configuration = new HttpConfiguration();
        configuration.setSendServerVersion(false);
        var connector =
                new ServerConnector(server, io, null, null, 0, ioThreads, new HttpConnectionFactory(configuration));
        connector.setPort(port);
        connector.setAcceptQueueSize(ACCEPT_QUEUE);
        server.addConnector(connector);
        server.setHandler(application);
        return server;
    }
}
