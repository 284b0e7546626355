package io.ebbtide.lifecycle;

import io.ebbtide.internal.Durations;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds out when a service may end its lame duck, by those who brought its traffic. Confine to one thread. */
final class LameDuck {
    private static final Duration FLOOR = Duration.ofSeconds(2);
    private static final double MOST_OF_ALL = 0.9;
    private static final int ROUTERS_BEHIND_ONE_ADDRESS = 16;

    private final Peers peers;
    private final Duration least;
    private final List<Watched> watched;
    private final boolean canTell;
    private final long beganNanos;

    /** A peer, and how long it must be silent. */
    private record Watched(Peers.Peer peer, Duration quiet) {}

    /**
     * Begins now.
     *
     * @param senders how many routers may stand behind one address; 0 to derive it: 16 if one address, or this machine's
     *     own, brings more than 90 %, else 1
     */
    LameDuck(Peers peers, Duration least, Duration most, int senders) {
        this.peers = peers;
        this.least = least;
        beganNanos = peers.now();
        List<Peers.Peer> all = peers.busiest();
        long total = peers.countOfOthers() + count(all);
        boolean oneAddress = !all.isEmpty() && all.get(0).count() > MOST_OF_ALL * total;
        int routers = senders > 0 ? senders : oneAddress ? ROUTERS_BEHIND_ONE_ADDRESS : 1;
        var quiet = new Quiet(FLOOR, Durations.max(Duration.ZERO, most.minus(least)), routers);
        List<Peers.Peer> proving = all.stream()
                .filter(peer -> peer.count() >= Quiet.LEAST_REQUESTS)
                .toList();
        watched = proving.stream()
                .map(peer -> new Watched(peer, quiet.of(proving.size(), peer.perSecond(), peer.longestGap())))
                .toList();
        canTell = count(proving) > MOST_OF_ALL * total;
    }

    /**
     * Whether there was enough traffic to prove anything by its end: those who are watched brought over 90 % of it. Many
     * who come too rarely to be watched may still be half of it.
     */
    boolean canTell() {
        return canTell;
    }

    /** How long at least until everybody has been silent for long enough; zero if they have. */
    Duration untilQuiet() {
        long now = peers.now();
        Duration left = least.minus(Duration.ofNanos(now - beganNanos));
        for (Watched each : watched) {
            left = Durations.max(left, untilQuiet(each, now));
        }
        return Durations.max(left, Duration.ZERO);
    }

    /** Who has to be waited for longest. */
    @Nullable
    String heldBy() {
        long now = peers.now();
        Watched longest = null;
        for (Watched each : watched) {
            if (longest == null || untilQuiet(each, now).compareTo(untilQuiet(longest, now)) > 0) {
                longest = each;
            }
        }
        return longest == null ? null : longest.peer().name();
    }

    private Duration untilQuiet(Watched each, long now) {
        long last = each.peer().arrivals().lastNanos(now);
        return last < 0 ? Duration.ZERO : each.quiet().minus(Duration.ofNanos(now - last));
    }

    private static long count(List<Peers.Peer> peers) {
        return peers.stream().mapToLong(Peers.Peer::count).sum();
    }
}
