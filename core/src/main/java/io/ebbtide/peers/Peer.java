package io.ebbtide.peers;

import java.util.concurrent.atomic.LongAdder;

/** An address that sends requests, and how they use connections. Safe for use by many threads. */
final class Peer {
    private final String name;
    private final Arrivals all = new Arrivals();
    private final Arrivals first = new Arrivals();
    private final LongAdder again = new LongAdder();
    private final LongAdder back = new LongAdder();

    Peer(String name) {
        this.name = name;
    }

    String name() {
        return name;
    }

    void arrived(long nanos, boolean endsConnection, boolean shuttingDown) {
        all.add(nanos);
        if (!endsConnection) {
            first.add(nanos);
        }
        if (shuttingDown) {
            (endsConnection ? again : back).increment();
        }
    }

    /** Returns the arrivals of all its requests. */
    Arrivals all() {
        return all;
    }

    /** Returns the arrivals on new connections, and on those that continue: closing connections does not prevent these. */
    Arrivals first() {
        return first;
    }

    long count(long now) {
        return all.count(now);
    }

    /** Returns how many requests since the start of the shutdown came on connections that ended with the response. */
    long again() {
        return again.sum();
    }

    /** Returns how many requests since the start of the shutdown came on new connections, or on those that continue. */
    long back() {
        return back.sum();
    }
}
