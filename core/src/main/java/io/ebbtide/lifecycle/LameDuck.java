package io.ebbtide.lifecycle;

import io.ebbtide.internal.Durations;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Determines when a service may end its lame duck, from the peers that sent its traffic. Confine to one thread. */
final class LameDuck {
    private static final Duration FLOOR = Duration.ofSeconds(2);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(250);
    private static final double MOST_OF_ALL = 0.9;
    private static final int ROUTERS_BEHIND_ONE_ADDRESS = 16;

    private final Peers peers;
    private final Duration least;
    private final List<Watched> watched;
    private final long total;
    private final long beganNanos;

    /**
     * Begins now.
     *
     * @param senders how many routers may stand behind one address; 0 to derive it: 16 if one address, or this machine's
     *     own, sends more than 90 %, else 1
     */
    LameDuck(Peers peers, Duration least, Duration most, int senders) {
        this.peers = peers;
        this.least = least;
        beganNanos = peers.now();
        List<Peers.Counted> all = peers.busiest();
        long ofKnown = all.stream().mapToLong(Peers.Counted::count).sum();
        total = peers.countOfOthers() + ofKnown;
        boolean oneAddress = !all.isEmpty() && all.get(0).count() > MOST_OF_ALL * total;
        int routers = senders > 0 ? senders : oneAddress ? ROUTERS_BEHIND_ONE_ADDRESS : 1;
        var quiet = new Quiet(FLOOR, Durations.max(Duration.ZERO, most.minus(least)), routers);
        List<Peer> often = all.stream()
                .filter(counted -> counted.count() >= Quiet.LEAST_REQUESTS)
                .map(Peers.Counted::peer)
                .toList();
        watched = often.stream()
                .map(peer -> new Watched(peer, quiet, often.size(), beganNanos))
                .toList();
    }

    /**
     * Whether the end of the traffic can be proved by silence: the peers whose silence proves something sent over 90 % of
     * it. Many peers that send too rarely to be watched may still send half of it.
     */
    boolean canTell() {
        long now = peers.now();
        long proving = watched.stream()
                .filter(each -> each.quiet(now) != null)
                .mapToLong(Watched::count)
                .sum();
        return proving > MOST_OF_ALL * total;
    }

    /** Returns zero if all watched peers have been silent for long enough; else the time until that may be so, or to poll again. */
    Duration untilQuiet() {
        long now = peers.now();
        Duration left = least.minus(Duration.ofNanos(now - beganNanos));
        if (!canTell()) {
            return Durations.max(left, LOOK_AGAIN);
        }
        for (Watched each : watched) {
            left = Durations.max(left, each.untilQuiet(now));
        }
        return Durations.max(left, Duration.ZERO);
    }

    /** Returns the peer that must be waited for longest, or whose silence proves nothing; null if none is watched. */
    @Nullable
    String heldBy() {
        long now = peers.now();
        Watched longest = null;
        for (Watched each : watched) {
            if (each.quiet(now) == null) {
                return each.name();
            }
            if (longest == null || each.untilQuiet(now).compareTo(longest.untilQuiet(now)) > 0) {
                longest = each;
            }
        }
        return longest == null ? null : longest.name();
    }
}
