package io.ebbtide.peers;

import io.ebbtide.internal.Durations;
import java.time.Duration;

/**
 * Rules that take an address for one router if its rate was whole until its last request: routers that learn independently would have made
 * it fall in steps. Otherwise today's rule decides. {@link LameDuckCandidatesTest} refutes them.
 */
enum CandidateRule {
    /** Whole on average, from the signal to the last request. */
    WHOLE_ON_AVERAGE(1) {
        @Override
        double beganAt(double last, double rate) {
            return 0;
        }
    },
    /** Whole in the last second, or in the time of the last twenty requests at the rate before the signal. */
    WHOLE_TO_THE_LAST(1) {
        @Override
        double beganAt(double last, double rate) {
            return Math.max(0, last - Math.max(1, MIN_EXPECTED / rate));
        }
    },
    /** The same, with three times the silence. */
    WHOLE_TO_THE_LAST_AND_LONG_SILENT(3) {
        @Override
        double beganAt(double last, double rate) {
            return WHOLE_TO_THE_LAST.beganAt(last, rate);
        }
    };

    /** Fewer prove nothing. */
    private static final double MIN_EXPECTED = 20;

    /** Half of the requests are missing once one of two routers has learned. */
    private static final double WHOLE = 0.7;

    private static final double BEFORE = 20;

    private static final Duration POLL_PERIOD = Duration.ofMillis(250);

    private final double silences;

    CandidateRule(double silences) {
        this.silences = silences;
    }

    /** Returns the begin of the time, in seconds from the signal, in which the rate must have been whole. */
    abstract double beganAt(double last, double rate);

    /**
     * Returns what {@link LameDuck#untilSilent} would.
     *
     * @param arrived how many requests of the trace have arrived
     * @param now seconds from the signal
     */
    Duration untilSilent(LameDuck watch, Trace trace, int arrived, double now) {
        Duration ifOne = watch.endIfOneRouter();
        double last = arrived == 0 ? 0 : trace.at(arrived - 1);
        double from = Math.max(trace.begins(), -BEFORE);
        double rate = count(trace, arrived, from, 0) / -from;
        if (ifOne == null || last <= 0 || !isWhole(trace, arrived, last, rate)) {
            return Durations.min(POLL_PERIOD, watch.untilSilent());
        }
        double end = Math.max(ifOne.toNanos() / 1e9, last + silences * (ifOne.toNanos() / 1e9 - last));
        Duration asOne = Duration.ofNanos(Math.max(0, Math.round((end - now) * 1e9)));
        return Durations.min(asOne, watch.untilSilent());
    }

    private boolean isWhole(Trace trace, int arrived, double last, double rate) {
        double from = beganAt(last, rate);
        double expected = rate * (last - from);
        return expected >= MIN_EXPECTED && count(trace, arrived, from, last) >= WHOLE * expected;
    }

    private static int count(Trace trace, int arrived, double from, double until) {
        int count = 0;
        for (int i = arrived - 1; i >= 0 && trace.at(i) > from; i--) {
            count += trace.at(i) <= until ? 1 : 0;
        }
        return count;
    }
}
