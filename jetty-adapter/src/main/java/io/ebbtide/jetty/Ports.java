package io.ebbtide.jetty;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.NetworkConnector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.jspecify.annotations.Nullable;

/** The open ports of a server, closed so that no client remains in the accept queue. */
final class Ports {
    /*
     * A connection that the kernel has accepted and the server has not is reset when the port is closed, with the
     * request that it may hold. Jetty's close() closes the port before its acceptors have accepted all, or, without
     * acceptors, not at all before the server stops. Here Jetty's own accepting is ended first, and its channel taken:
     * from its selector, or from its acceptors, which wait within accept() and are woken by a connection of ours, the
     * only way that keeps the port open. Then this thread empties the queue and closes the port, in two consecutive
     * system calls. Before that it does the same with unused ports, because the first execution loads classes and takes
     * milliseconds. Some microseconds remain.
     */
    private static final int REHEARSALS = 5;

    /** Registered, opened, read, each with a task of the pool, and one spare. */
    private static final int STEPS_TO_THE_HANDLER = 4;

    private static final int MAX_FOR_A_STEP_MILLIS = 250;
    private static final int MAX_FOR_A_CONNECT_MILLIS = 1_000;

    private final Server server;

    Ports(Server server) {
        this.server = server;
    }

    /**
     * Closes the ports; blocks until they are closed, for ever if an acceptor is blocked. All connections accepted
     * before have then been read, so that their requests are in flight, unless the threads for that are all busy.
     */
    void close() throws IOException, InterruptedException, ExecutionException {
        for (int i = 0; i < REHEARSALS; i++) {
            try (var ofNoUse = ServerSocketChannel.open()) {
                ofNoUse.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                ofNoUse.configureBlocking(false);
                emptyAndClose(ofNoUse, null);
            }
        }
        var closed = new ArrayList<ServerConnector>();
        var failures = new ArrayList<IOException>();
        for (Connector connector : server.getConnectors()) {
            if (connector instanceof ServerConnector tcp
                    && tcp.getTransport() instanceof ServerSocketChannel channel
                    && channel.isOpen()) {
                try {
                    take(tcp, channel);
                    emptyAndClose(channel, tcp);
                    closed.add(tcp);
                } catch (IOException e) { // e.g. no connection is possible; an unused port must not stay open
                    failures.add(e);
                    channel.close();
                }
            } else if (connector instanceof NetworkConnector other) {
                other.close();
            }
        }
        boolean inTime = true;
        for (int i = 0; inTime && i < STEPS_TO_THE_HANDLER; i++) {
            inTime = awaitWhatWasAccepted(closed);
        }
        if (!failures.isEmpty()) {
            IOException first = failures.remove(0);
            failures.forEach(first::addSuppressed);
            throw first;
        }
    }

    /** Takes the channel, so that only this thread still accepts. */
    private static void take(ServerConnector connector, ServerSocketChannel channel)
            throws IOException, InterruptedException, ExecutionException {
        connector.setAccepting(false);
        if (connector.getAcceptors() > 0) {
            for (int i = 0; i < connector.getAcceptors(); i++) {
                knock(channel);
            }
            channel.configureBlocking(false); // waits for the acceptors
            return;
        }
        for (ManagedSelector selector : selectorsOf(connector)) {
            var taken = new CompletableFuture<Void>();
            selector.submit(nio -> {
                SelectionKey key = channel.keyFor(nio);
                try {
                    if (key != null) {
                        key.cancel();
                        nio.selectNow(); // until then the channel is registered, and would be closed too late
                    }
                    taken.complete(null);
                } catch (IOException e) {
                    taken.completeExceptionally(e);
                }
            });
            taken.get();
        }
    }

    private static void knock(ServerSocketChannel channel) throws IOException {
        var bound = (InetSocketAddress) channel.getLocalAddress();
        InetAddress address =
                bound.getAddress().isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : bound.getAddress();
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, bound.getPort()), MAX_FOR_A_CONNECT_MILLIS);
        }
    }

    private static void emptyAndClose(ServerSocketChannel channel, @Nullable ServerConnector connector)
            throws IOException {
        var accepted = new ArrayList<SocketChannel>();
        for (SocketChannel next = channel.accept(); next != null; next = channel.accept()) {
            accepted.add(next);
        }
        channel.close();
        for (SocketChannel each : accepted) {
            try {
                hand(each, connector);
            } catch (IOException e) { // its client has gone; the others have not
                each.close();
            }
        }
    }

    /** Treats an accepted connection as the connector does. */
    private static void hand(SocketChannel accepted, @Nullable ServerConnector connector) throws IOException {
        if (connector == null) {
            accepted.close();
            return;
        }
        accepted.configureBlocking(false);
        accepted.setOption(StandardSocketOptions.TCP_NODELAY, connector.getAcceptedTcpNoDelay());
        if (connector.getAcceptedReceiveBufferSize() > -1) {
            accepted.setOption(StandardSocketOptions.SO_RCVBUF, connector.getAcceptedReceiveBufferSize());
        }
        if (connector.getAcceptedSendBufferSize() > -1) {
            accepted.setOption(StandardSocketOptions.SO_SNDBUF, connector.getAcceptedSendBufferSize());
        }
        connector.getSelectorManager().accept(accepted);
    }

    /** Waits until each selector, and then the threads behind it, have completed the tasks they had; false if too late. */
    private static boolean awaitWhatWasAccepted(List<ServerConnector> connectors)
            throws InterruptedException, ExecutionException {
        var selected = new ArrayList<CompletableFuture<?>>();
        for (ServerConnector connector : connectors) {
            for (ManagedSelector selector : selectorsOf(connector)) {
                var each = new CompletableFuture<Void>();
                selector.submit(nio -> each.complete(null));
                selected.add(each);
            }
        }
        if (!awaitAll(selected)) {
            return false;
        }
        var executed = new ArrayList<CompletableFuture<?>>();
        for (ServerConnector connector : connectors) {
            Executor executor = connector.getExecutor();
            var each = new CompletableFuture<Void>();
            try {
                executor.execute(() -> each.complete(null));
                executed.add(each);
            } catch (RejectedExecutionException e) {
                return false; // a pool whose queue is full will not read anything soon
            }
        }
        return awaitAll(executed);
    }

    private static boolean awaitAll(List<CompletableFuture<?>> steps) throws InterruptedException, ExecutionException {
        try {
            CompletableFuture.allOf(steps.toArray(CompletableFuture[]::new))
                    .get(MAX_FOR_A_STEP_MILLIS, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false; // the threads are all busy, and the accepted connections wait for one
        }
    }

    private static Iterable<ManagedSelector> selectorsOf(ServerConnector connector) {
        return connector.getSelectorManager().getBeans(ManagedSelector.class);
    }
}
