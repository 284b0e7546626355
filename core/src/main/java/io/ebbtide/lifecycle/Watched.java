package io.ebbtide.lifecycle;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A peer whose end is waited for, with what was known of it when the service began to leave. Confine to one thread. */
final class Watched {
    /*
     * What its silence proves depends on what it would send if it had not learnt. Of requests on connections that it
     * keeps, nothing: each answer ends its connection, and behind a balancer of connections (kube-proxy, an NLB) whoever
     * comes back is sent elsewhere as often as not, and stays there. Then only new connections still come here, as many
     * as came before: a rare one may come long after all else is silent.
     *
     * A router that chooses for each request (a proxy, an ingress) comes back for each. It shows that by coming back more
     * often than the connections that we ended could by chance, were at least every second one sent elsewhere: their
     * number is a sum of geometric ones, BACK_AT_LEAST + BACK_DEVIATIONS x sqrt(n) more than n with probability
     * below 1/1000. From then on its rate is that at which it came back.
     *
     * Who had been silent for long enough before anybody was told anything had left before.
     */
    private static final double BACK_AT_LEAST = 10;
    private static final double BACK_DEVIATIONS = 4.4;

    private final Peer peer;
    private final Quiet quiet;
    private final int peers;
    private final long beganNanos;
    private final long count;
    private final double perSecond;
    private final long firstCount;
    private final double firstPerSecond;
    private final boolean leftBefore;

    /** @param peers how many are watched */
    Watched(Peer peer, Quiet quiet, int peers, long beganNanos) {
        this.peer = peer;
        this.quiet = quiet;
        this.peers = peers;
        this.beganNanos = beganNanos;
        count = peer.count(beganNanos);
        perSecond = peer.all().perSecond(beganNanos);
        firstCount = peer.first().count(beganNanos);
        firstPerSecond = peer.first().perSecond(beganNanos);
        Duration silent = Duration.ofNanos(beganNanos - peer.all().lastNanos(beganNanos));
        leftBefore = silent.compareTo(quiet.of(peers, perSecond, peer.all().longestGap(beganNanos))) >= 0;
    }

    String name() {
        return peer.name();
    }

    /** How many requests it had brought. */
    long count() {
        return count;
    }

    /** How long it must be silent to have left; null if its silence proves nothing. */
    @Nullable
    Duration quiet(long now) {
        if (leftBefore || comesBack()) {
            double rate = leftBefore ? perSecond : Math.min(perSecond, Math.max(firstPerSecond, backPerSecond(now)));
            return quiet.of(peers, rate, peer.all().longestGap(now));
        }
        return firstCount >= Quiet.LEAST_REQUESTS
                ? quiet.of(peers, firstPerSecond, peer.first().longestGap(now))
                : null;
    }

    /** How long at least it must still be silent; its silence must prove something. */
    Duration untilQuiet(long now) {
        Duration needed = quiet(now);
        long last = peer.all().lastNanos(now);
        return last < 0 || needed == null ? Duration.ZERO : needed.minus(Duration.ofNanos(now - last));
    }

    private boolean comesBack() {
        double ended = peer.again();
        return peer.back() >= ended + BACK_DEVIATIONS * Math.sqrt(ended) + BACK_AT_LEAST;
    }

    /** From the signal to its last request. */
    private double backPerSecond(long now) {
        return peer.back() / (Math.max(1, peer.all().lastNanos(now) - beganNanos) / 1e9);
    }
}
