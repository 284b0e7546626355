package io.ebbtide.peers;

import io.ebbtide.internal.Durations;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Determines when a service may end its lame duck, from the peers that sent its traffic. Confine to one thread. */
public final class LameDuck {
    private static final Duration FLOOR = Duration.ofSeconds(2);
    private static final Duration POLL_PERIOD = Duration.ofMillis(250);
    private static final double DECISIVE_SHARE = 0.9;
    private static final int ROUTERS_BEHIND_ONE_ADDRESS = 16;

    private final Peers peers;
    private final Duration min;
    private final List<FrequentPeer> frequent;
    private final long total;
    private final long beganNanos;

    /**
     * Begins now.
     *
     * @param senders how many routers may stand behind one address; 0 to derive it: 16 if one address, or this machine's
     *     own, sends more than 90 %, else 1
     */
    LameDuck(Peers peers, Duration min, Duration max, int senders) {
        this.peers = peers;
        this.min = min;
        beganNanos = peers.now();
        List<Peers.Counted> all = peers.busiest();
        long ofKnown = all.stream().mapToLong(Peers.Counted::count).sum();
        total = peers.countOfOthers() + ofKnown;
        boolean oneAddress = !all.isEmpty() && all.get(0).count() > DECISIVE_SHARE * total;
        int routers = senders > 0 ? senders : oneAddress ? ROUTERS_BEHIND_ONE_ADDRESS : 1;
        var threshold = new SilenceThreshold(FLOOR, Durations.max(Duration.ZERO, max.minus(min)), routers);
        List<Peer> often = all.stream()
                .filter(counted -> counted.count() >= SilenceThreshold.MIN_REQUESTS)
                .map(Peers.Counted::peer)
                .toList();
        frequent = often.stream()
                .map(peer -> new FrequentPeer(peer, threshold, often.size(), beganNanos))
                .toList();
    }

    /**
     * Whether the end of the traffic can be proved by silence: the peers whose silence proves something sent over 90 % of
     * it. Many peers that send too rarely to be watched may still send half of it.
     */
    boolean isProvable() {
        long now = peers.now();
        long proving = frequent.stream()
                .filter(each -> each.requiredSilence(now) != null)
                .mapToLong(FrequentPeer::count)
                .sum();
        return proving > DECISIVE_SHARE * total;
    }

    /** Returns zero if all watched peers have been silent for long enough; else the time until that may be so, or to poll again. */
    public Duration untilSilent() {
        long now = peers.now();
        Duration remaining = min.minus(Duration.ofNanos(now - beganNanos));
        if (!isProvable()) {
            return Durations.max(remaining, POLL_PERIOD);
        }
        for (FrequentPeer each : frequent) {
            remaining = Durations.max(remaining, each.untilSilent(now));
        }
        return Durations.max(remaining, Duration.ZERO);
    }

    /** Returns the peer that must be waited for longest, or whose silence proves nothing; null if none is watched. */
    public @Nullable String heldBy() {
        long now = peers.now();
        FrequentPeer longest = null;
        for (FrequentPeer each : frequent) {
            if (each.requiredSilence(now) == null) {
                return each.name();
            }
            if (longest == null || each.untilSilent(now).compareTo(longest.untilSilent(now)) > 0) {
                longest = each;
            }
        }
        return longest == null ? null : longest.name();
    }
}
