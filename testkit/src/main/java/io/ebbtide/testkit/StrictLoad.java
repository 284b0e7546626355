package io.ebbtide.testkit;

import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Expect;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Many strict keep-alive clients: each sends a request, waits for its answer, sends the next one; a request that is
 * not answered completely, or with a status of 500 or more, is lost. None retries. A client that is asked to disconnect
 * ({@code Connection: close}) reconnects, as through a balancer that has not learned of the removal yet. A
 * client that finds no server listening is gone, and its next request counts as lost, because it was not notified, unless by {@link
 * #stop}, {@link #stopAfter} or {@link #expectRefusedConnections}. Obtained from {@link #start(int, int, Mix)}. Safe for use by
 * many threads.
 */
public final class StrictLoad {
    /** Supplies the requests that the clients send. */
    @FunctionalInterface
    public interface Mix {
        /**
         * Returns the next request. Called by many threads at once.
         *
         * @param number the number of the request, counted over all clients, from 0
         */
        WireRequest request(long number);
    }

    /** Each client is a thread. */
    private static final int MAX_CLIENTS = 10_000;

    private static final Duration READ_TIMEOUT = Duration.ofSeconds(60);

    private final int port;
    private final int requestsPerConnection;
    private final Mix mix;
    private final AtomicLong sent = new AtomicLong();
    private final LongAdder answered = new LongAdder();
    private final AtomicInteger gone = new AtomicInteger();
    private final Queue<String> lost = new ConcurrentLinkedQueue<>();
    private final Map<Integer, LongAdder> statuses = new ConcurrentHashMap<>();
    private final List<Thread> clients = new ArrayList<>();
    private volatile long stopAtNanos = Long.MAX_VALUE;
    private volatile boolean expectsRefusal;
    private volatile @Nullable Duration pause;

    private StrictLoad(int port, int requestsPerConnection, Mix mix) {
        this.port = port;
        this.requestsPerConnection = requestsPerConnection;
        this.mix = mix;
    }

    /**
     * Starts clients, each of which keeps its connection until an answer has {@code Connection: close}.
     *
     * @param port of loopback, 1 to 65535
     * @param clients 0 to 10,000; each is a thread
     */
    public static StrictLoad start(int port, int clients, Mix mix) {
        return start(port, clients, Integer.MAX_VALUE, mix);
    }

    /**
     * Starts clients that also renew their connections by themselves, as those of a pool do: through a balancer,
     * each new connection may go to another backend.
     *
     * @param requestsPerConnection the number of requests after which a client closes its connection and opens another, {@code >= 1}
     */
    public static StrictLoad start(int port, int clients, int requestsPerConnection, Mix mix) {
        Expect.between(1, 65_535, port, "port");
        Expect.between(0, MAX_CLIENTS, clients, "clients");
        Expect.atLeast(1, requestsPerConnection, "requestsPerConnection");
        Expect.present(mix, "mix");
        var load = new StrictLoad(port, requestsPerConnection, mix);
        for (int i = 0; i < clients; i++) {
            var client = new Thread(load::send, "client-" + i);
            client.setDaemon(true);
            load.clients.add(client);
            client.start();
        }
        return load;
    }

    /** Requests sent so far. */
    public long sent() {
        return sent.get();
    }

    /** Requests answered so far. */
    public long answered() {
        return answered.sum();
    }

    /** Requests lost so far. */
    public int lost() {
        return lost.size();
    }

    /** Lets each client finish its request, and then stop. Does not wait. */
    public void stop() {
        stopAfter(Duration.ZERO);
    }

    /**
     * Stops each client after a delay: a balancer that learns of a removal late. Does not wait.
     *
     * @param delay {@code >= 0}, from now
     */
    public void stopAfter(Duration delay) {
        stopAtNanos = System.nanoTime() + Expect.notNegative(delay, "delay").toNanos();
    }

    /** Counts a refused connection as the end of its client and not as a loss: the clients learn of the removal only by that. */
    public void expectRefusedConnections() {
        expectsRefusal = true;
    }

    /**
     * Lets a client pause after each lost request and each refused connection, and then continue, even if no server listens. The number
     * of lost requests then measures how long a service fails, and not how fast it refuses.
     *
     * @param pause {@code > 0}
     */
    public void pauseAfterLoss(Duration pause) {
        this.pause = Expect.positive(pause, "pause");
    }

    /**
     * Waits for the end of all clients, because they were stopped or are gone.
     *
     * @throws IllegalStateException if they do not end in time
     */
    public LoadResult await(Duration timeout) throws InterruptedException {
        long endNanos = System.nanoTime() + timeout.toNanos();
        for (Thread client : clients) {
            client.join(Math.max(1, (endNanos - System.nanoTime()) / 1_000_000));
            if (client.isAlive()) {
                throw new IllegalStateException("%s still waits for an answer after %s; %d sent, %d answered"
                        .formatted(client.getName(), Durations.text(timeout), sent(), answered()));
            }
        }
        var counts = new TreeMap<Integer, Long>();
        statuses.forEach((status, count) -> counts.put(status, count.sum()));
        return new LoadResult(sent(), answered(), List.copyOf(lost), counts, gone.get());
    }

    private void send() {
        WireConnection connection = null;
        int exchanges = 0;
        while (System.nanoTime() < stopAtNanos) {
            if (connection == null) {
                connection = connect();
                exchanges = 0;
                if (connection == null) {
                    if (!isPatient()) {
                        return;
                    }
                    continue;
                }
            }
            exchanges++;
            if (!exchange(connection) || exchanges == requestsPerConnection) {
                close(connection);
                connection = null;
            }
        }
        close(connection);
    }

    /** Whether a client continues after a loss; pauses if it does. */
    private boolean isPatient() {
        Duration time = pause;
        if (time != null) {
            LockSupport.parkNanos(time.toNanos());
        }
        return time != null;
    }

    private @Nullable WireConnection connect() {
        try {
            return WireConnection.open(port, READ_TIMEOUT);
        } catch (ConnectException e) {
            gone.incrementAndGet();
            if (!expectsRefusal) {
                lost.add("a client that had not been notified of the removal found the port closed: " + e.getMessage());
            }
        } catch (IOException e) {
            lost.add("connecting failed: " + e);
        }
        return null;
    }

    /** Returns whether the connection may be used again. */
    private boolean exchange(WireConnection connection) {
        WireRequest request = mix.request(sent.getAndIncrement());
        try {
            WireResponse response = connection.exchange(request);
            statuses.computeIfAbsent(response.status(), status -> new LongAdder())
                    .increment();
            if (response.status() < 500) {
                answered.increment();
            } else {
                lost.add("%s was answered %d".formatted(request, response.status()));
                isPatient();
            }
            return !response.closes();
        } catch (IOException e) {
            lost.add("%s was not answered: %s".formatted(request, e));
            isPatient();
            return false;
        }
    }

    private static void close(@Nullable WireConnection connection) {
        if (connection != null) {
            try {
                connection.close();
            } catch (IOException e) {
                // no request was in flight on it
            }
        }
    }
}
