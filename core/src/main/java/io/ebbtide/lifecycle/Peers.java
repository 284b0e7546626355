package io.ebbtide.lifecycle;

import io.ebbtide.internal.Ticker;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Who sends the traffic, and when. Safe for use by many threads; to note an arrival takes no lock. */
final class Peers {
    /** Those who are known one by one; of the others nobody can say who of them has stopped. */
    static final int MOST_KNOWN = 1_024;

    private static final long FORGET_EVERY_NANOS = 10_000_000_000L;

    private final Ticker ticker;
    private final long originNanos;
    private final Map<InetAddress, Arrivals> known = new ConcurrentHashMap<>();
    private final Arrivals others = new Arrivals();
    private final AtomicLong forgetNanos = new AtomicLong();

    Peers(Ticker ticker) {
        this.ticker = ticker;
        originNanos = ticker.nanos();
    }

    /** One that brought traffic before the signal. */
    record Peer(String name, Arrivals arrivals, long count, double perSecond, Duration longestGap) {}

    /** A request has come. */
    void arrived(InetAddress peer) {
        long now = now();
        Arrivals arrivals = known.get(peer);
        (arrivals == null ? newcomer(peer, now) : arrivals).add(now);
    }

    /** On the clock of this object. */
    long now() {
        return ticker.nanos() - originNanos;
    }

    /** Those who are known and brought traffic in the window until now, the busiest first. */
    List<Peer> busiest() {
        long now = now();
        return known.entrySet().stream()
                .map(each -> peer(each.getKey().getHostAddress(), each.getValue(), now))
                .filter(peer -> peer.count() > 0)
                .sorted(Comparator.comparing(peer -> -peer.count()))
                .toList();
    }

    /** How many requests in the window until now nobody known has brought. */
    long countOfOthers() {
        return others.count(now());
    }

    private Arrivals newcomer(InetAddress peer, long now) {
        if (known.size() >= MOST_KNOWN) {
            forgetSilent(now);
        }
        return known.size() < MOST_KNOWN ? known.computeIfAbsent(peer, each -> new Arrivals()) : others;
    }

    /** A service that runs for months sees more addresses than it can know, of which few still send. */
    private void forgetSilent(long now) {
        long due = forgetNanos.get();
        if (now >= due && forgetNanos.compareAndSet(due, now + FORGET_EVERY_NANOS)) {
            known.values().removeIf(each -> each.count(now) == 0);
        }
    }

    private static Peer peer(String name, Arrivals arrivals, long now) {
        return new Peer(name, arrivals, arrivals.count(now), arrivals.perSecond(now), arrivals.longestGap(now));
    }
}
