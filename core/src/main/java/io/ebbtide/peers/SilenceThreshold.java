package io.ebbtide.peers;

import io.ebbtide.internal.Durations;
import java.time.Duration;

/**
 * How long a peer must be silent to count as stopped. Immutable.
 *
 * @param floor the minimum of that time
 * @param test how long silence is tested for: from the minimum lame duck to the maximum
 * @param senders how many routers may stand behind one address, {@code >= 1}
 */
record SilenceThreshold(Duration floor, Duration test, int senders) {
    /** The maximum probability that the lame duck ends although a router still sends. */
    static final double P = 0.001;

    /** Fewer requests than this prove nothing. */
    static final int MIN_REQUESTS = 20;

    /**
     * A router that still sends, at random moments and {@code rate} times a second, is silent for {@code quiet} after any
     * one of its requests with probability {@code exp(-rate x quiet)}. It has {@code 1 + rate x test} occasions for that,
     * and so has each of the {@code peers}. So {@code peers x (1 + rate x test) x exp(-rate x quiet) = P} gives the time.
     * Traffic is not always random: the longest observed gap covers bursts with pauses between them.
     *
     * @param peers the number of watched peers, {@code >= 1}
     * @param perSecond requests of this peer a second, {@code > 0}
     * @param longestGap the longest time between two of its requests
     */
    Duration of(int peers, double perSecond, Duration longestGap) {
        double rate = perSecond / senders;
        double occasions = peers * (1 + rate * seconds(test));
        double byChance = Math.log(occasions / P) / rate;
        double byGap = 1.5 * seconds(longestGap);
        return Durations.max(floor, Duration.ofNanos((long) (1e9 * Math.min(1e6, Math.max(byChance, byGap)))));
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
