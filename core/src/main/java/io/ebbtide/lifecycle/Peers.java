package io.ebbtide.lifecycle;

import io.ebbtide.internal.Ticker;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Who sends the traffic, and when. Safe for use by many threads; to note an arrival takes no lock. */
final class Peers {
    /** Those who are watched one by one; the rest counts as one. */
    static final int BUSIEST = 64;

    private static final int MOST_KNOWN = 1_024;

    private final Ticker ticker;
    private final long originNanos;
    private final Map<InetAddress, Arrivals> known = new ConcurrentHashMap<>();
    private final Arrivals others = new Arrivals();

    Peers(Ticker ticker) {
        this.ticker = ticker;
        originNanos = ticker.nanos();
    }

    /** One that brought traffic before the signal. */
    record Peer(String name, List<Arrivals> arrivals, long count, Duration longestGap) {}

    /** A request has come. */
    void arrived(InetAddress peer) {
        Arrivals arrivals = known.get(peer);
        if (arrivals == null) {
            arrivals = known.size() < MOST_KNOWN ? known.computeIfAbsent(peer, each -> new Arrivals()) : others;
        }
        arrivals.add(now());
    }

    /** On the clock of this object. */
    long now() {
        return ticker.nanos() - originNanos;
    }

    /** How far back the counts reach. */
    Duration window() {
        return Arrivals.covered(now());
    }

    /** Those who brought traffic in the window until now, the busiest first. */
    List<Peer> busiest() {
        long now = now();
        List<Map.Entry<InetAddress, Arrivals>> sorted = new ArrayList<>(known.entrySet());
        Map<InetAddress, Long> counts = new ConcurrentHashMap<>();
        sorted.forEach(each -> counts.put(each.getKey(), each.getValue().count(now)));
        sorted.sort(Comparator.comparing(each -> -counts.getOrDefault(each.getKey(), 0L)));
        List<Peer> peers = new ArrayList<>();
        List<Arrivals> rest = new ArrayList<>(List.of(others));
        for (int i = 0; i < sorted.size(); i++) {
            Arrivals arrivals = sorted.get(i).getValue();
            if (i < BUSIEST) {
                peers.add(peer(sorted.get(i).getKey().getHostAddress(), List.of(arrivals), now));
            } else {
                rest.add(arrivals);
            }
        }
        peers.add(peer("all others", rest, now));
        peers.removeIf(peer -> peer.count() == 0);
        return peers;
    }

    /** When a peer's last request came at the latest; -1 if none did in the last two minutes. */
    long lastNanos(Peer peer) {
        long now = now();
        return peer.arrivals().stream()
                .mapToLong(each -> each.lastNanos(now))
                .max()
                .orElse(-1);
    }

    private static Peer peer(String name, List<Arrivals> arrivals, long now) {
        long count = arrivals.stream().mapToLong(each -> each.count(now)).sum();
        Duration gap = arrivals.stream()
                .filter(each -> each.count(now) > 0)
                .map(each -> each.longestGap(now))
                .min(Comparator.naturalOrder()) // together they come at least as often as the most regular of them
                .orElse(Duration.ZERO);
        return new Peer(name, arrivals, count, gap);
    }
}
