package io.ebbtide.lifecycle;

import java.util.concurrent.atomic.LongAdder;

/** An address that sends requests, and by which connections. Safe for use by many threads. */
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

    void arrived(long nanos, ConnectionUse use, boolean leaving) {
        all.add(nanos);
        if (use != ConnectionUse.AGAIN) {
            first.add(nanos);
        }
        if (leaving) {
            (use == ConnectionUse.AGAIN ? again : back).increment();
        }
    }

    /** All its requests. */
    Arrivals all() {
        return all;
    }

    /** Those on new connections, and on connections that go on: what our closing cannot keep from coming. */
    Arrivals first() {
        return first;
    }

    long count(long now) {
        return all.count(now);
    }

    /** Since the service leaves: how many came on connections that ended with the answer. */
    long again() {
        return again.sum();
    }

    /** Since the service leaves: how many came back, on new connections or on those that go on. */
    long back() {
        return back.sum();
    }
}
