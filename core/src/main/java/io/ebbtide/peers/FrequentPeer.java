package io.ebbtide.peers;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A peer whose silence is awaited, with its history at the start of the shutdown. Confine to one thread. */
final class FrequentPeer {
    /*
     * The meaning of its silence depends on the requests that it would send if it had not noticed the shutdown. Silence on
     * connections that it keeps proves nothing: each response ends its connection, and behind a balancer of connections
     * (kube-proxy, an NLB) a client that reconnects is sent elsewhere as often as not, and stays there. Then only new
     * connections still come here, as many as before: a rare one may come long after everything else is silent.
     *
     * A router that chooses for each request (a proxy, an ingress) comes back for each. It proves that by coming back more
     * often than the connections that we ended could by chance, if at least every second one were sent elsewhere: their
     * number is a sum of geometric variables, which exceeds n by MIN_BACK + BACK_DEVIATIONS x sqrt(n) with probability
     * below 1/1000. From then on its rate is that at which it came back.
     *
     * A peer that had been silent for long enough before the shutdown began had stopped before.
     */
    private static final double MIN_BACK = 10;
    private static final double BACK_DEVIATIONS = 4.4;

    private final Peer peer;
    private final SilenceThreshold threshold;
    private final int peers;
    private final long beganNanos;
    private final long count;
    private final double perSecond;
    private final long firstCount;
    private final double firstPerSecond;
    private final boolean stoppedBefore;

    /** @param peers how many are watched */
    FrequentPeer(Peer peer, SilenceThreshold threshold, int peers, long beganNanos) {
        this.peer = peer;
        this.threshold = threshold;
        this.peers = peers;
        this.beganNanos = beganNanos;
        count = peer.count(beganNanos);
        perSecond = peer.all().perSecond(beganNanos);
        firstCount = peer.first().count(beganNanos);
        firstPerSecond = peer.first().perSecond(beganNanos);
        Duration silent = Duration.ofNanos(beganNanos - peer.all().lastNanos(beganNanos));
        stoppedBefore =
                silent.compareTo(threshold.of(peers, perSecond, peer.all().longestGap(beganNanos))) >= 0;
    }

    String name() {
        return peer.name();
    }

    /** Returns how many requests it had sent. */
    long count() {
        return count;
    }

    /** Returns how long it must be silent to count as stopped; null if its silence proves nothing. */
    @Nullable
    Duration requiredSilence(long now) {
        if (stoppedBefore || comesBack()) {
            double rate = stoppedBefore ? perSecond : Math.min(perSecond, Math.max(firstPerSecond, backPerSecond(now)));
            return threshold.of(peers, rate, peer.all().longestGap(now));
        }
        return firstCount >= SilenceThreshold.MIN_REQUESTS
                ? threshold.of(peers, firstPerSecond, peer.first().longestGap(now))
                : null;
    }

    /** Returns how long at least it must still be silent; its silence must prove something. */
    Duration untilSilent(long now) {
        Duration needed = requiredSilence(now);
        long last = peer.all().lastNanos(now);
        return last < 0 || needed == null ? Duration.ZERO : needed.minus(Duration.ofNanos(now - last));
    }

    /** Returns the longest silence before one of its requests that came after a moment. */
    Duration longestSilenceBrokenAfter(long nanos, long now) {
        return peer.all().longestGapThatEndedAfter(nanos, now);
    }

    private boolean comesBack() {
        double ended = peer.again();
        return peer.back() >= ended + BACK_DEVIATIONS * Math.sqrt(ended) + MIN_BACK;
    }

    /** Returns the rate at which it came back, from the signal to its last request. */
    private double backPerSecond(long now) {
        return peer.back() / (Math.max(1, peer.all().lastNanos(now) - beganNanos) / 1e9);
    }
}
