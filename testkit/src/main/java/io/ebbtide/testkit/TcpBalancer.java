package io.ebbtide.testkit;

import io.ebbtide.internal.Expect;
import io.ebbtide.internal.Ticker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A TCP balancer on loopback that learns of a removal late and never retries, as kube-proxy does: each new connection goes
 * to the next backend in turn; an established one stays with its backend, even if that is removed from the
 * rotation. Obtained from {@link #start}. Safe for use by many threads; only {@link #close} waits.
 *
 * <pre>{@code
 * try (TcpBalancer balancer = TcpBalancer.start()) {
 *     balancer.add(first.awaitPort());
 *     balancer.add(second.awaitPort());
 *     StrictLoad load = StrictLoad.start(balancer.port(), 14, mix);
 *     balancer.removeAfter(first.awaitPort(), Duration.ofSeconds(2)); // learns of the signal 2 s late
 *     first.signal("TERM");
 * }
 * }</pre>
 *
 * <p>Bytes are passed on unchanged and in order. The end of one direction is passed on alone, so that the other
 * continues (RFC 9293, section 3.6); a reset is passed on as a reset.
 */
public final class TcpBalancer implements AutoCloseable {
    private static final int BACKLOG = 1_000;

    private final ServerSocketChannel server;
    private final Selector selector;
    private final Ticker ticker;
    private final int port;
    private final List<Backend> backends = new CopyOnWriteArrayList<>();
    private final AtomicLong refused = new AtomicLong();
    private final Thread thread;
    private volatile boolean closed;

    /** Confined to the balancer's thread. */
    private int turn;

    private TcpBalancer(ServerSocketChannel server, Selector selector, Ticker ticker) throws IOException {
        this.server = server;
        this.selector = selector;
        this.ticker = ticker;
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
        server.configureBlocking(false);
        server.register(selector, SelectionKey.OP_ACCEPT);
        port = ((InetSocketAddress) server.getLocalAddress()).getPort();
        thread = new Thread(this::run, "tcp-balancer-" + port);
        thread.setDaemon(true);
    }

    /**
     * Starts a balancer without backends on a free port of loopback.
     *
     * @throws UncheckedIOException if it cannot listen
     */
    public static TcpBalancer start() {
        return start(Ticker.system());
    }

    /** Starts a balancer that measures the lag of a removal with the given ticker. */
    static TcpBalancer start(Ticker ticker) {
        try {
            var balancer = new TcpBalancer(ServerSocketChannel.open(), Selector.open(), ticker);
            balancer.thread.start();
            return balancer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The port that clients connect to. */
    public int port() {
        return port;
    }

    /**
     * Adds a backend to the rotation, last in turn.
     *
     * @param backendPort of loopback, 1 to 65535
     * @throws IllegalArgumentException if it was added before, even if it has been removed since
     */
    public synchronized void add(int backendPort) {
        if (find(backendPort) != null) {
            throw new IllegalArgumentException(
                    "backend: %d (expected: one that was not added before)".formatted(backendPort));
        }
        backends.add(new Backend(backendPort));
    }

    /**
     * Sends no new connection to a backend once the lag is over. Does not wait. Of two calls, the earlier end counts.
     *
     * @param lag {@code >= 0}, from now
     * @throws IllegalArgumentException if it was never added
     */
    public void removeAfter(int backendPort, Duration lag) {
        Expect.notNegative(lag, "lag");
        backend(backendPort).removeAt(ticker.nanos() + lag.toNanos());
    }

    /**
     * The total number of connections established to a backend.
     *
     * @throws IllegalArgumentException if it was never added
     */
    public long opened(int backendPort) {
        return backend(backendPort).opened();
    }

    /**
     * The number of connections to a backend that are established now.
     *
     * @throws IllegalArgumentException if it was never added
     */
    public int open(int backendPort) {
        return backend(backendPort).open();
    }

    /** The number of clients that were closed at once, because the next backend refused, or there was none. */
    public long refused() {
        return refused.get();
    }

    /**
     * Resets every connection, closes the port and waits for the end of the balancer's thread, some
     * milliseconds; returns earlier if interrupted, which stays set. A second call does nothing.
     */
    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Backend backend(int backendPort) {
        Backend backend = find(backendPort);
        if (backend == null) {
            throw new IllegalArgumentException("backend: %d (expected: one that was added)".formatted(backendPort));
        }
        return backend;
    }

    private @Nullable Backend find(int backendPort) {
        return backends.stream()
                .filter(each -> each.port() == backendPort)
                .findFirst()
                .orElse(null);
    }

    private void run() {
        try {
            while (!closed) {
                selector.select(this::handle);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            end();
        }
    }

    private void handle(SelectionKey key) {
        if (!key.isValid()) {
            return; // its link ended a moment ago
        }
        if (key.attachment() instanceof Link link) {
            link.advance();
        } else {
            accept();
        }
    }

    private void accept() {
        try {
            for (SocketChannel client = server.accept(); client != null; client = server.accept()) {
                Backend backend = next();
                if (backend == null) {
                    refused.incrementAndGet();
                    Link.reset(client);
                } else {
                    Link.open(client, backend, selector, refused);
                }
            }
        } catch (IOException e) { // no more file descriptors, for example: the balancer must not appear to work still
            throw new UncheckedIOException(e);
        }
    }

    private @Nullable Backend next() {
        long now = ticker.nanos();
        List<Backend> inRotation =
                backends.stream().filter(each -> each.isInRotation(now)).toList();
        if (inRotation.isEmpty()) {
            return null;
        }
        turn = (turn + 1) % inRotation.size();
        return inRotation.get(turn);
    }

    private void end() {
        for (SelectionKey key : selector.keys()) {
            if (key.attachment() instanceof Link link) {
                link.reset();
            }
        }
        try {
            server.close();
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
