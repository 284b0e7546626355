package io.ebbtide.peers;

import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Ticker;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Counts the requests that arrive after the shutdown has begun. Safe for use by many threads. */
public final class LateTraffic {
    /** The upper bounds of the classes of offsets; the last class has none. */
    public static final List<Duration> OFFSETS =
            Durations.ofMillis(500, 1_000, 2_000, 3_000, 5_000, 7_000, 10_000, 15_000, 20_000, 30_000, 60_000);

    private static final int MAX_PEERS = 1_024;
    private static final int MAX_PEERS_REPORTED = 5;

    private final Ticker ticker;
    private final Tally all = new Tally();
    private final Tally newConnections = new Tally();
    private final LongAdder refused = new LongAdder();
    private final LongAdder[] offsets = new LongAdder[OFFSETS.size() + 1];
    private final Map<InetAddress, Tally> peers = new ConcurrentHashMap<>();

    private static final class Tally {
        final LongAdder count = new LongAdder();
        final AtomicLong latestNanos = new AtomicLong();

        void add(long offsetNanos) {
            count.increment();
            latestNanos.accumulateAndGet(offsetNanos, Math::max);
        }

        Duration latest() {
            return Duration.ofNanos(latestNanos.get());
        }
    }

    LateTraffic(Ticker ticker) {
        this.ticker = ticker;
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = new LongAdder();
        }
    }

    void arrived(long signalNanos, boolean admitted, @Nullable InetAddress peer, boolean newConnection) {
        long offset = ticker.nanos() - signalNanos;
        all.add(offset);
        offsets[classOf(offset)].increment();
        if (newConnection) {
            newConnections.add(offset);
        }
        if (!admitted) {
            refused.increment();
        }
        if (peer != null && (peers.size() < MAX_PEERS || peers.containsKey(peer))) {
            peers.computeIfAbsent(peer, each -> new Tally()).add(offset);
        }
    }

    /** Returns the number of late requests. */
    public long count() {
        return all.count.sum();
    }

    /** Returns how many of them came on a connection that had carried none before. */
    public long onNewConnections() {
        return newConnections.count.sum();
    }

    /** Returns how many came at an offset of at most {@code OFFSETS[index]}, and more than the bound before it. */
    public long countAt(int index) {
        return offsets[index].sum();
    }

    /** Returns the time from the signal to the latest late request; zero if there was none. */
    public Duration latest() {
        return all.latest();
    }

    /** Returns how many were refused. */
    public long refused() {
        return refused.sum();
    }

    /** Returns the time from the signal to the latest that was the first on its connection; zero if there was none. */
    public Duration latestOnNewConnections() {
        return newConnections.latest();
    }

    /** One sender of late requests, how many it sent, and the time from the signal to the latest. */
    public record Sender(String address, long count, Duration latest) {}

    /** Returns the senders whose latest request came last, five at most, the last first. */
    public List<Sender> latestSenders() {
        return peers.entrySet().stream()
                .map(each -> new Sender(
                        each.getKey().getHostAddress(),
                        each.getValue().count.sum(),
                        each.getValue().latest()))
                .sorted(Comparator.comparing(Sender::latest).reversed())
                .limit(MAX_PEERS_REPORTED)
                .toList();
    }

    private static int classOf(long offsetNanos) {
        int index = 0;
        while (index < OFFSETS.size() && OFFSETS.get(index).toNanos() < offsetNanos) {
            index++;
        }
        return index;
    }
}
