package io.ebbtide.testkit;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** One backend of a balancer, and its state. Safe for use by many threads. */
final class Backend {
    private final int port;
    private final AtomicLong opened = new AtomicLong();
    private final AtomicInteger open = new AtomicInteger();
    private boolean removed;
    private long removedAtNanos;

    Backend(int port) {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("backend: %d (expected: 1 to 65535)".formatted(port));
        }
        this.port = port;
    }

    int port() {
        return port;
    }

    synchronized void removeAt(long nanos) {
        if (!removed || nanos - removedAtNanos < 0) {
            removed = true;
            removedAtNanos = nanos;
        }
    }

    synchronized boolean isInRotation(long nowNanos) {
        return !removed || nowNanos - removedAtNanos < 0;
    }

    void connected() {
        opened.incrementAndGet();
        open.incrementAndGet();
    }

    void disconnected() {
        open.decrementAndGet();
    }

    long opened() {
        return opened.get();
    }

    int open() {
        return open.get();
    }
}
