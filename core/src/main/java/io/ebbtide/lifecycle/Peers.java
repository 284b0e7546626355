package io.ebbtide.lifecycle;

import io.ebbtide.internal.Ticker;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Who sends the traffic, and when. Safe for use by many threads; to note an arrival takes no lock. */
final class Peers {
    /** Those who are known one by one; of the others nobody can say who of them has stopped. */
    static final int MOST_KNOWN = 1_024;

    private static final long FORGET_EVERY_NANOS = 10_000_000_000L;

    private final Ticker ticker;
    private final long originNanos;
    private final Map<InetAddress, Peer> known = new ConcurrentHashMap<>();
    private final Arrivals others = new Arrivals();
    private final AtomicLong forgetNanos = new AtomicLong();
    private volatile boolean leaving;

    Peers(Ticker ticker) {
        this.ticker = ticker;
        originNanos = ticker.nanos();
    }

    /** A request has come. */
    void arrived(InetAddress address, ConnectionUse use) {
        long now = now();
        Peer peer = known.get(address);
        if (peer == null) {
            peer = newcomer(address, now);
        }
        if (peer == null) {
            others.add(now);
        } else {
            peer.arrived(now, use, leaving);
        }
    }

    /** What comes from now on comes although the service leaves. */
    void leave() {
        leaving = true;
    }

    /** On the clock of this object. */
    long now() {
        return ticker.nanos() - originNanos;
    }

    /** A peer and how many requests it had brought in the window at one moment. */
    record Counted(Peer peer, long count) {}

    /** Those who are known and brought traffic in the window until now, the busiest first. */
    List<Counted> busiest() {
        long now = now();
        return known.values().stream()
                .map(peer -> new Counted(peer, peer.count(now))) // once: a sort by counts that move may throw
                .filter(counted -> counted.count() > 0)
                .sorted(Comparator.comparing(Counted::count).reversed())
                .toList();
    }

    /** How many requests in the window until now nobody known has brought. */
    long countOfOthers() {
        return others.count(now());
    }

    private @Nullable Peer newcomer(InetAddress address, long now) {
        if (known.size() >= MOST_KNOWN) {
            forgetSilent(now);
        }
        return known.size() < MOST_KNOWN
                ? known.computeIfAbsent(address, each -> new Peer(each.getHostAddress()))
                : null;
    }

    /** A service that runs for months sees more addresses than it can know, of which few still send. */
    private void forgetSilent(long now) {
        long due = forgetNanos.get();
        if (now >= due && forgetNanos.compareAndSet(due, now + FORGET_EVERY_NANOS)) {
            known.values().removeIf(each -> each.count(now) == 0);
        }
    }
}
