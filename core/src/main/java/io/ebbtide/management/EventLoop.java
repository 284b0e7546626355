package io.ebbtide.management;

import io.ebbtide.internal.BackgroundLog;
import io.ebbtide.internal.Redact;
import io.ebbtide.internal.Threads;
import io.ebbtide.internal.Ticker;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Accepts and serves all connections on one thread. Other threads call {@link #stop} only, and wake it up. */
final class EventLoop {
    // Over 300 lines: all steps of a turn are here, because their bounds are valid only together.

    /*
     * A turn is short whatever the clients do: it accepts a bounded number of connections, reads each that is ready
     * once, and answers at most one request of each. Further requests of a client, and the rest of a large answer, wait
     * in a queue for a later turn, of which each serves a bounded number. So a new connection, on which probes come,
     * waits for one turn; and as a connection is read when it is accepted, it is usually answered before it could be
     * evicted.
     *
     * Where the process is out of file descriptors, the one in reserve accepts a connection, one at a time, and returns
     * when that ends. A closed channel frees its descriptor in the next select.
     */
    private static final int MAX_ACCEPTED_PER_TURN = 64;

    private static final int MAX_PROCEEDING_PER_TURN = 64;

    private static final int READ_BYTES = 4 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger("io.ebbtide.management.ManagementServer");
    private static final long ACCEPT_PAUSE_NANOS = 100_000_000;
    private static final long PAUSE_AFTER_FAILURE_NANOS = 10_000_000;

    private static final long BETWEEN_WARNINGS_NANOS = 60_000_000_000L;
    private static final String WHAT = "the management server";

    /** The work to be done for a connection. */
    @FunctionalInterface
    interface Task {
        void run() throws IOException;
    }

    private final Selector selector;
    private final List<ServerSocketChannel> listeners;
    private final List<SelectionKey> listenerKeys = new ArrayList<>();
    private final Route route;
    private final WaitingBytes waitingBytes;
    private final BackgroundLog log;
    private final Ticker ticker;
    private final Connections connections = new Connections();
    private final Queue<Connection> proceeding = new ArrayDeque<>();
    private final ByteBuffer readBuffer = ByteBuffer.allocateDirect(READ_BYTES);
    private final ReserveDescriptor reserve = new ReserveDescriptor();
    private final Thread thread;
    private volatile boolean stopped;
    private long nanosToSleep;
    private long acceptAgainNanos;
    private long warnAgainNanos;

    /**
     * @param listeners bound and non-blocking; owned by the loop from now on
     * @param routeOf creates the route; its argument wakes the loop up, on any thread
     */
    EventLoop(
            List<ServerSocketChannel> listeners,
            Function<Runnable, Route> routeOf,
            WaitingBytes waitingBytes,
            BackgroundLog log,
            Ticker ticker,
            String threadName)
            throws IOException {
        this.log = log;
        this.listeners = List.copyOf(listeners);
        this.waitingBytes = waitingBytes;
        this.ticker = ticker;
        warnAgainNanos = ticker.nanos();
        selector = Selector.open();
        try {
            route = routeOf.apply(selector::wakeup);
            thread = Threads.daemon(threadName, this::run);
            for (ServerSocketChannel listener : listeners) {
                listenerKeys.add(listener.register(selector, SelectionKey.OP_ACCEPT));
            }
            reserve.refill();
        } catch (Throwable e) {
            selector.close();
            throw e;
        }
    }

    /** If the thread cannot be started, everything is closed. */
    void start() {
        try {
            thread.start();
        } catch (Throwable e) {
            route.close();
            closeAll();
            throw e;
        }
    }

    /** Closes everything; waits at most this many milliseconds for the thread to end. */
    void stop(long withinMillis) throws InterruptedException {
        route.close();
        stopped = true;
        selector.wakeup();
        thread.join(Math.max(1, withinMillis));
    }

    /** Calls {@link Connection#proceed} in this turn or a later one. */
    void later(Connection connection) {
        proceeding.add(connection);
    }

    /** The shared buffer, cleared; its content must be taken before the next call. */
    ByteBuffer readBuffer() {
        return readBuffer.clear();
    }

    /** The connection is about to enter the phase. */
    void enters(Connection connection, Connection.Phase phase) {
        connections.move(connection, phase);
    }

    /** The connection is about to be closed. */
    void forget(Connection connection) {
        connections.remove(connection);
    }

    /** Runs the work for a connection. An exception ends the connection. */
    void guard(Connection connection, Task task) {
        try {
            task.run();
        } catch (IOException e) {
            connection.close(); // the client is gone
        } catch (RuntimeException | Error e) { // one request must not end the service for all
            connection.close();
            log.write(LOG, to -> to.error("a management request failed: {}", Redact.trace(e)));
        }
    }

    /** Ended by {@link #stop} alone: a heap that is full for a moment must not end the answering of probes for ever. */
    private void run() {
        try {
            while (!stopped) {
                try {
                    turn();
                } catch (Throwable e) {
                    survive(e);
                }
            }
        } finally {
            closeAll();
        }
    }

    private void turn() throws IOException {
        if (proceeding.isEmpty()) {
            selector.select(1 + nanosToSleep / 1_000_000);
        } else {
            selector.selectNow();
        }
        reserve.refill();
        serveReady();
        proceed();
        route.turn();
        expire();
    }

    /** Allocates only the line, and waits a moment: a failure that recurs at once would keep a core busy. */
    private void survive(Throwable failure) {
        log.survived(LOG, WHAT, failure);
        nanosToSleep = 0;
        LockSupport.parkNanos(PAUSE_AFTER_FAILURE_NANOS);
    }

    /** New connections first: probes come on them. */
    private void serveReady() {
        Set<SelectionKey> selected = selector.selectedKeys();
        for (SelectionKey key : listenerKeys) {
            if (selected.remove(key)) {
                accept((ServerSocketChannel) key.channel(), key);
            }
        }
        for (SelectionKey key : selected) {
            if (key.attachment() instanceof Connection connection) {
                guard(connection, connection::ready);
            }
        }
        selected.clear();
    }

    /** Processes only connections that are queued now: those that are queued in between are served in the next turn. */
    private void proceed() {
        for (int i = Math.min(proceeding.size(), MAX_PROCEEDING_PER_TURN); i > 0; i--) {
            Connection connection = proceeding.remove();
            if (connection.isOpen()) {
                guard(connection, connection::proceed);
            }
        }
    }

    private void accept(ServerSocketChannel listener, SelectionKey key) {
        try {
            for (int i = 0; i < MAX_ACCEPTED_PER_TURN; i++) {
                SocketChannel client = acceptOne(listener);
                if (client == null) {
                    return;
                }
                add(client);
            }
        } catch (IOException e) {
            if (ReserveDescriptor
                    .isAnotherFree()) { // for example, the system lacks memory: closing a client's would not help
                acceptAfter(ACCEPT_PAUSE_NANOS, key);
            } else {
                waitForDescriptor(key);
            }
        }
    }

    /** Uses the descriptor in reserve if there is no other. */
    private @Nullable SocketChannel acceptOne(ServerSocketChannel listener) throws IOException {
        try {
            return listener.accept();
        } catch (IOException e) {
            if (ReserveDescriptor.isAnotherFree() || !reserve.release()) {
                throw e;
            }
            SocketChannel client = listener.accept();
            warnOfDescriptors(e);
            return client;
        }
    }

    private void warnOfDescriptors(IOException failure) {
        long now = ticker.nanos();
        if (now - warnAgainNanos >= 0) {
            warnAgainNanos = now + BETWEEN_WARNINGS_NANOS;
            String reason = Redact.oneLine(failure);
            log.write(
                    LOG,
                    to -> to.warn(
                            "all file descriptors are in use ({}): until one is free, the management server accepts only one connection"
                                    + " at a time, with its reserved descriptor; find what keeps files or sockets open, or raise"
                                    + " the limit (ulimit -n)",
                            reason));
        }
    }

    /** Tries again in the next turn if one of our clients returns its descriptor, else a little later, not at once. */
    private void waitForDescriptor(SelectionKey key) {
        long now = ticker.nanos();
        Connection first = connections.firstToGiveWay(now);
        long pause = ACCEPT_PAUSE_NANOS;
        if (first != null) {
            pause = Math.min(pause, first.nanosToGiveWay(now));
            if (pause <= 0 && evict(first)) {
                return;
            }
        }
        acceptAfter(pause, key);
    }

    private void acceptAfter(long pauseNanos, SelectionKey key) {
        key.interestOps(0);
        acceptAgainNanos = ticker.nanos() + Math.max(pauseNanos, 1_000_000);
    }

    private void add(SocketChannel client) throws IOException {
        try {
            client.configureBlocking(false);
            var connection = new Connection(client, route, this, waitingBytes, ticker, !reserve.isHeld());
            guard(connection, connection::begin);
            if (!connection.isOpen()) {
                return;
            }
            if (connections.isFull() && !evictLongestWaiting()) {
                connection.close();
                return;
            }
            connection.register(selector);
            connections.add(connection);
        } catch (IOException | RuntimeException | Error e) {
            client.close();
            throw e;
        }
    }

    /** Returns false if all wait for the server. A connection that turns out to wait for the server, too, is skipped. */
    private boolean evictLongestWaiting() {
        Connection longest = connections.longestWaiting(ticker.nanos());
        while (longest != null) {
            if (evict(longest)) {
                return true;
            }
            longest = connections.longestWaiting(ticker.nanos());
        }
        return false;
    }

    private boolean evict(Connection connection) {
        var isClosed = new boolean[] {true};
        guard(connection, () -> isClosed[0] = connection.evict());
        return isClosed[0];
    }

    /** Closes the connections whose time is over, and determines when to check again. */
    private void expire() {
        long now = ticker.nanos();
        nanosToSleep = connections.expire(now, waitingBytes.isFull());
        if (!reserve.isHeld()) {
            nanosToSleep = Math.min(nanosToSleep, ACCEPT_PAUSE_NANOS);
        }
        for (SelectionKey key : listenerKeys) {
            if (key.interestOps() == 0) {
                acceptAgain(key, acceptAgainNanos - now);
            }
        }
    }

    private void acceptAgain(SelectionKey key, long pauseNanos) {
        if (pauseNanos <= 0) {
            key.interestOps(SelectionKey.OP_ACCEPT);
        } else {
            nanosToSleep = Math.min(nanosToSleep, pauseNanos);
        }
    }

    private void closeAll() {
        connections.closeAll();
        reserve.release();
        List<Closeable> all = new ArrayList<>(listeners);
        all.add(selector);
        for (Closeable each : all) {
            try {
                each.close();
            } catch (IOException e) {
                log.write(LOG, to -> to.debug("closing the management server's port failed: {}", e));
            }
        }
    }
}
