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
    private final List<FrequentPeer> ifOneRouter;
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
        Duration test = Durations.max(Duration.ZERO, max.minus(min));
        List<Peer> often = all.stream()
                .filter(counted -> counted.count() >= SilenceThreshold.MIN_REQUESTS)
                .map(Peers.Counted::peer)
                .toList();
        frequent = watch(often, new SilenceThreshold(FLOOR, test, routers));
        ifOneRouter = routers == 1 ? frequent : watch(often, new SilenceThreshold(FLOOR, test, 1));
    }

    private List<FrequentPeer> watch(List<Peer> often, SilenceThreshold threshold) {
        return often.stream()
                .map(peer -> new FrequentPeer(peer, threshold, often.size(), beganNanos))
                .toList();
    }

    /**
     * Whether the end of the traffic can be proved by silence: the peers whose silence proves something sent over 90 % of
     * it. Many peers that send too rarely to be watched may still send half of it.
     */
    boolean isProvable() {
        return isProvable(frequent, peers.now());
    }

    private boolean isProvable(List<FrequentPeer> watched, long now) {
        long proving = watched.stream()
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

    /**
     * Returns when, since this began, the lame duck would have ended with one router behind each address; perhaps later than now.
     * Null if silence proves nothing even then, or if an earlier silence might have ended it before a request that came.
     */
    public @Nullable Duration endIfOneRouter() {
        long now = peers.now();
        if (!isProvable(ifOneRouter, now)) {
            return null;
        }
        Duration since = Duration.ofNanos(now - beganNanos);
        Duration end = min;
        for (FrequentPeer each : ifOneRouter) {
            Duration broken = each.longestSilenceBrokenAfter(beganNanos + min.toNanos(), now);
            if (broken.compareTo(FLOOR) >= 0) {
                return null;
            }
            end = Durations.max(end, since.plus(each.untilSilent(now)));
        }
        return end;
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
