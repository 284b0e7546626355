package io.ebbtide.examples.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A form of traffic over time, from a base rate to a multiple of it. */
enum Profile {
    /** A linear rise from the base rate to the peak, then a fifth of the time at the peak. */
    RAMP(Duration.ofSeconds(60), 0, Duration.ofSeconds(10)) {
        @Override
        Schedule schedule(double base, double peak, Duration length) {
            return new Schedule(List.of(
                    new Stage("ramp", base, peak, share(length, 0.8)),
                    new Stage("hold", peak, peak, share(length, 0.2))));
        }
    },
    /** The base rate, an immediate jump to the peak, the base rate again. */
    SPIKE(Duration.ofSeconds(60), 0, Duration.ofSeconds(10)) {
        @Override
        Schedule schedule(double base, double peak, Duration length) {
            return new Schedule(List.of(
                    new Stage("base", base, base, share(length, 0.25)),
                    new Stage("spike", peak, peak, share(length, 0.40)),
                    new Stage("after", base, base, share(length, 0.35))));
        }
    },
    /** Four linear rises, each with an immediate fall and a pause: shows whether an autoscaler flaps. */
    SAWTOOTH(Duration.ofMinutes(4), 0, Duration.ofSeconds(10)) {
        @Override
        Schedule schedule(double base, double peak, Duration length) {
            var stages = new ArrayList<Stage>();
            for (int tooth = 1; tooth <= TEETH; tooth++) {
                stages.add(new Stage("tooth " + tooth, base, peak, share(length, 0.75 / TEETH)));
                stages.add(new Stage("pause " + tooth, base, base, share(length, 0.25 / TEETH)));
            }
            return new Schedule(stages);
        }
    },
    /** The base rate for a long time: shows leaks, ageing connections, the effect of rollouts. */
    SOAK(Duration.ofMinutes(30), 0, Duration.ofSeconds(10)) {
        @Override
        Schedule schedule(double base, double peak, Duration length) {
            return new Schedule(List.of(new Stage("soak", base, base, length)));
        }
    },
    /** The spike with impatient clients: each repeats a lost request immediately, three times, and waits 1 s for an answer. */
    RETRY_STORM(Duration.ofSeconds(60), 3, Duration.ofSeconds(1)) {
        @Override
        Schedule schedule(double base, double peak, Duration length) {
            return SPIKE.schedule(base, peak, length);
        }
    };

    private static final int TEETH = 4;

    private final Duration length;
    private final int retries;
    private final Duration timeout;

    Profile(Duration length, int retries, Duration timeout) {
        this.length = length;
        this.retries = retries;
        this.timeout = timeout;
    }

    /**
     * The stages.
     *
     * @param base requests per second, {@code > 0}
     * @param peak requests per second, {@code >= base}
     * @param length the total length of all stages, {@code > 0}
     */
    abstract Schedule schedule(double base, double peak, Duration length);

    /** The default length. */
    Duration length() {
        return length;
    }

    /** The default number of times that a client repeats a lost request. */
    int retries() {
        return retries;
    }

    /** The default time that a client waits for an answer. */
    Duration timeout() {
        return timeout;
    }

    /** The name on the command line. */
    String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static Duration share(Duration whole, double share) {
        return Duration.ofMillis(Math.max(1, Math.round(whole.toMillis() * share)));
    }
}
