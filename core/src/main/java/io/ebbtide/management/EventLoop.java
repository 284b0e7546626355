package io.ebbtide.management;

import io.ebbtide.internal.BackgroundLog;
import io.ebbtide.internal.Redact;
import io.ebbtide.internal.Threads;
import io.ebbtide.internal.Ticker;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Accepts and serves all connections on one thread. Other threads call {@link #execute} and {@link #stop} only. */
final class EventLoop {
    /** When one more comes, the one that has kept us waiting longest goes. */
    static final int MOST_CONNECTIONS = 512;

    private static final Logger LOG = LoggerFactory.getLogger(ManagementServer.class);
    private static final long ACCEPT_PAUSE_NANOS = 100_000_000;
    private static final long PAUSE_AFTER_FAILURE_NANOS = 10_000_000;
    private static final String WHAT = "the management server";

    /** What is to be done for a connection. */
    @FunctionalInterface
    interface Task {
        void run() throws IOException;
    }

    private record Due(Connection connection, Task task) {}

    private final Selector selector = Selector.open();
    private final List<ServerSocketChannel> listeners;
    private final List<SelectionKey> listenerKeys = new ArrayList<>();
    private final Route route;
    private final BackgroundLog log;
    private final Ticker ticker;
    private final Queue<Due> tasks = new ConcurrentLinkedQueue<>();
    private final Set<Connection> connections = new HashSet<>();
    private final Thread thread;
    private volatile boolean stopped;
    private long nanosToSleep;
    private long acceptAgainNanos;

    /** @param listeners bound and non-blocking; the loop's own from here on */
    EventLoop(List<ServerSocketChannel> listeners, Route route, BackgroundLog log, Ticker ticker, String threadName)
            throws IOException {
        this.log = log;
        this.listeners = List.copyOf(listeners);
        this.route = route;
        this.ticker = ticker;
        for (ServerSocketChannel listener : listeners) {
            listenerKeys.add(listener.register(selector, SelectionKey.OP_ACCEPT));
        }
        thread = Threads.daemon(threadName, this::run);
    }

    void start() {
        thread.start();
    }

    /** Has the task run on the loop's thread. What it throws ends its connection. */
    void execute(Connection connection, Task task) {
        tasks.add(new Due(connection, task));
        if (Thread.currentThread() != thread) {
            selector.wakeup();
        }
    }

    /** Closes everything; waits at most so many milliseconds for the thread to end. */
    void stop(long withinMillis) throws InterruptedException {
        stopped = true;
        selector.wakeup();
        thread.join(Math.max(1, withinMillis));
    }

    /** Has the loop look at deadlines again after at most so long. */
    void watch(long nanos) {
        nanosToSleep = Math.min(nanosToSleep, Math.max(nanos, 0));
    }

    /** Ends by {@link #stop} alone: a heap that is full for a moment must not leave the probes without an answer for ever. */
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
        selector.select(1 + nanosToSleep / 1_000_000);
        serveReady();
        for (Due due = tasks.poll(); due != null; due = tasks.poll()) {
            guard(due.connection(), due.task());
        }
        expire();
    }

    /** Allocates nothing but the line, and waits a moment: what fails at once again would keep a core busy. */
    private void survive(Throwable failure) {
        log.survived(LOG, WHAT, failure);
        nanosToSleep = 0;
        LockSupport.parkNanos(PAUSE_AFTER_FAILURE_NANOS);
    }

    private void serveReady() {
        Set<SelectionKey> selected = selector.selectedKeys();
        for (SelectionKey key : selected) {
            if (key.channel() instanceof ServerSocketChannel listener) {
                accept(listener, key);
            } else if (key.attachment() instanceof Connection connection) {
                guard(connection, connection::ready);
            }
        }
        selected.clear();
    }

    private void accept(ServerSocketChannel listener, SelectionKey key) {
        try {
            for (SocketChannel client = listener.accept(); client != null; client = listener.accept()) {
                add(client);
            }
        } catch (IOException e) { // out of file descriptors, for example: try again a little later, not at once
            key.interestOps(0);
            acceptAgainNanos = ticker.nanos() + ACCEPT_PAUSE_NANOS;
        }
    }

    private void add(SocketChannel client) throws IOException {
        try {
            if (connections.size() >= MOST_CONNECTIONS && !evictLongestWaiting()) {
                client.close();
                return;
            }
            client.configureBlocking(false);
            SelectionKey key = client.register(selector, SelectionKey.OP_READ);
            var connection = new Connection(client, key, route, this, ticker);
            key.attach(connection);
            connections.add(connection);
            watch(connection.nanosLeft(ticker.nanos()));
        } catch (IOException | RuntimeException | Error e) {
            client.close();
            throw e;
        }
    }

    private boolean evictLongestWaiting() {
        long now = ticker.nanos();
        Connection longest = null;
        for (Connection each : connections) {
            if (each.waitedNanos(now) >= 0 && (longest == null || each.waitedNanos(now) > longest.waitedNanos(now))) {
                longest = each;
            }
        }
        if (longest == null) {
            return false;
        }
        longest.close();
        connections.remove(longest);
        return true;
    }

    /** Closes those whose time is over, and finds out when to look again. */
    private void expire() {
        long now = ticker.nanos();
        nanosToSleep = 60_000_000_000L;
        connections.removeIf(connection -> {
            if (connection.isOpen() && connection.nanosLeft(now) > 0) {
                watch(connection.nanosLeft(now));
                return false;
            }
            connection.close();
            return true;
        });
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
            watch(pauseNanos);
        }
    }

    private void guard(Connection connection, Task task) {
        try {
            task.run();
        } catch (IOException e) {
            connection.close(); // the client is gone
        } catch (RuntimeException | Error e) { // one request must not end the answering of all
            connection.close();
            log.write(LOG, to -> to.error("a management request failed: {}", Redact.trace(e)));
        }
    }

    private void closeAll() {
        connections.forEach(Connection::close);
        connections.clear();
        List<Closeable> all = new ArrayList<>(listeners);
        all.add(selector);
        for (Closeable each : all) {
            try {
                each.close();
            } catch (IOException e) {
                log.write(LOG, to -> to.debug("closing the management server's port failed", e));
            }
        }
    }
}
