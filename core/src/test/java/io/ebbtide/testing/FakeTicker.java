package io.ebbtide.testing;

import io.ebbtide.internal.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/** Virtual time, advanced by {@link #advance} alone. Safe for use by many threads. */
public final class FakeTicker implements Ticker {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private record Alarm(long atNanos, CompletableFuture<Void> due) {}

    private final AtomicLong nanos = new AtomicLong(1_000_000_000);
    private final Queue<Alarm> alarms = new ConcurrentLinkedQueue<>();

    @Override
    public long nanos() {
        return nanos.get();
    }

    @Override
    public Instant now() {
        return START.plusNanos(nanos.get());
    }

    /** Waits for the future, or until another thread advances time past the bound. */
    @Override
    public boolean await(CompletableFuture<?> future, Duration bound) {
        if (future.isDone()) {
            return true;
        }
        var alarm = new Alarm(nanos() + bound.toNanos(), new CompletableFuture<>());
        alarms.add(alarm);
        ring();
        CompletableFuture.anyOf(future.handle((value, failure) -> null), alarm.due())
                .join();
        alarms.remove(alarm);
        return future.isDone();
    }

    /** The number of waiting calls of {@link #await}. */
    public int waiting() {
        return alarms.size();
    }

    public void advance(Duration duration) {
        nanos.addAndGet(duration.toNanos());
        if (!alarms.isEmpty()) {
            ring();
        }
    }

    private void ring() {
        for (Alarm alarm : alarms) {
            if (alarm.atNanos() <= nanos()) {
                alarm.due().complete(null);
            }
        }
    }
}
