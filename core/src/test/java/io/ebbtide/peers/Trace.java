package io.ebbtide.peers;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The requests of one simulated shutdown, written by a scenario. Times are seconds from the signal, and negative before
 * it. Not thread-safe.
 */
final class Trace {
    /*
     * A request is one long, so that a hundred thousand of them are sorted quickly: microseconds since EARLIEST, two
     * bits for "from a router" and "on a connection that had sent others", and the peer.
     */
    static final double MAX = 15;
    static final int PEERS = 2_048;

    private static final double EARLIEST = -200;
    private static final int ROUTER = PEERS;
    private static final int AGAIN = 2 * PEERS;
    private static final int TIME_SHIFT = 13;
    private static final InetAddress[] ADDRESSES = addresses();

    private final SplittableRandom random;
    private final double begins;
    private long[] requests = new long[4_096];
    private int size;
    private double lastLearns;

    /** @param begins the start of the process and of the traffic, {@code < 0} */
    Trace(SplittableRandom random, double begins) {
        this.random = random;
        this.begins = begins;
    }

    SplittableRandom random() {
        return random;
    }

    double begins() {
        return begins;
    }

    /** A random rate such that each factor is as frequent as any other. */
    double rate(double min, double max) {
        return min * Math.pow(max / min, random.nextDouble());
    }

    /** When most routers learn of the removal. */
    double early() {
        return random.nextDouble(0.5, 3);
    }

    /** When the slowest router learns of it; one in ten takes longer than a lame duck lasts. */
    double late() {
        return random.nextInt(10) == 0 ? 2 * MAX : random.nextDouble(3, 14);
    }

    /** A router that sends at random moments until it learns. */
    void poisson(int peer, double rate, double learns) {
        poisson(peer, rate, begins, learns);
        learns(learns);
    }

    /** Requests at random moments between two times. */
    void poisson(int peer, double rate, double from, double until) {
        for (double at = from + pause(1 / rate); at < Math.min(until, MAX); at += pause(1 / rate)) {
            request(peer, at);
        }
    }

    /** A random length, distributed like the time between two random moments. */
    double pause(double mean) {
        return -mean * Math.log(1 - random.nextDouble());
    }

    /** One request of a router, on a new connection. */
    void request(int peer, double at) {
        put(peer | ROUTER, at);
    }

    /** One request on a connection that had sent others; a late one ends it. */
    void again(int peer, double at) {
        put(peer | ROUTER | AGAIN, at);
    }

    /** A health checker that sends periodically for the lifetime of the process, and never learns of the removal. */
    void checker(int peer, double period) {
        for (double at = begins + random.nextDouble(period); at < MAX; at += period) {
            put(peer, at);
        }
    }

    /** Records when a router learns; the last router learns at the latest of the given times. */
    void learns(double at) {
        lastLearns = Math.max(lastLearns, at);
    }

    double lastLearns() {
        return lastLearns;
    }

    /** Sorts the requests; call it once all of them have been written. */
    void sort() {
        Arrays.sort(requests, 0, size);
    }

    int size() {
        return size;
    }

    double at(int index) {
        return (requests[index] >>> TIME_SHIFT) / 1e6 + EARLIEST;
    }

    boolean byRouter(int index) {
        return (requests[index] & ROUTER) != 0;
    }

    boolean endsConnection(int index) {
        return (requests[index] & AGAIN) != 0;
    }

    InetAddress peer(int index) {
        return ADDRESSES[(int) (requests[index] & (PEERS - 1))];
    }

    private void put(int low, double at) {
        if (at < begins || at >= MAX) {
            return;
        }
        if (size == requests.length) {
            requests = Arrays.copyOf(requests, 2 * size);
        }
        requests[size++] = (long) ((at - EARLIEST) * 1e6) << TIME_SHIFT | low;
    }

    private static InetAddress[] addresses() {
        var addresses = new InetAddress[PEERS];
        for (int i = 0; i < PEERS; i++) {
            try {
                addresses[i] = InetAddress.getByAddress(new byte[] {10, 0, (byte) (i >> 8), (byte) i});
            } catch (UnknownHostException e) {
                throw new IllegalStateException(e);
            }
        }
        return addresses;
    }
}
