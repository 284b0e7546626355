package io.ebbtide.autoscale;

import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Expect;
import java.time.Duration;
import java.util.Locale;

/**
 * The result of a simulation: how an autoscaler handled a load. Immutable.
 */
public final class SimulationResult {
    private final Scenario scenario;
    private final Trace trace;
    private final Totals totals;
    private final LatencyHistogram latency;
    private final Timeline timeline;

    SimulationResult(Scenario scenario, Trace trace, Totals totals, LatencyHistogram latency, Timeline timeline) {
        this.scenario = scenario;
        this.trace = trace;
        this.totals = totals;
        this.latency = latency;
        this.timeline = timeline;
    }

    /** Sums and extremes of a simulation, while it runs. Not thread-safe; confine to one thread. */
    static final class Totals {
        double requests;
        double answered;
        double overCapacity;
        double waitingBefore;
        double waitingAfter;
        double cutInDrain;
        double podSeconds;
        double replicaSeconds;
        double seconds;
        double secondsAtMax;
        int minReplicas = Integer.MAX_VALUE;
        int maxReplicas;
        int maxTerminating;
        int scaleUps;
        int scaleDowns;
        int turns;
        int podsRemoved;
        int unknown;
    }

    /** How many requests arrived. */
    public double requests() {
        return totals.requests;
    }

    /** How many requests arrived when the pods in rotation could not answer them within the maximum wait. */
    public double overCapacity() {
        return totals.overCapacity;
    }

    /** How many requests were still in flight when a pod's drain ended, or came to a pod that accepted none any more; an expected value. */
    public double cutInDrain() {
        return totals.cutInDrain;
    }

    /** The sum of {@link #overCapacity()} and {@link #cutInDrain()}. */
    public double lost() {
        return totals.overCapacity + totals.cutInDrain;
    }

    /** {@link #lost()} divided by {@link #requests()}; 0 without requests. */
    public double lostShare() {
        return totals.requests == 0 ? 0 : lost() / totals.requests;
    }

    /** Hours of all pods, including those that start and those that drain. */
    public double podHours() {
        return totals.podSeconds / 3600;
    }

    /** The maximum time of 99 % of the requests, from the mean of each step: it does not include the spread within a step. */
    public Duration latency99() {
        return latency.quantile(0.99);
    }

    /** The maximum of the mean times of all steps. */
    public Duration latencyMax() {
        return latency.largest();
    }

    /** The minimum number of replicas, without those that drain. */
    public int minReplicas() {
        return totals.minReplicas;
    }

    /** The maximum number of replicas, without those that drain. */
    public int maxReplicas() {
        return totals.maxReplicas;
    }

    /** The mean number of replicas, without those that drain. */
    public double meanReplicas() {
        return totals.seconds == 0 ? 0 : totals.replicaSeconds / totals.seconds;
    }

    /** How many evaluations raised the number of replicas. */
    public int scaleUps() {
        return totals.scaleUps;
    }

    /** How many evaluations lowered the number of replicas. */
    public int scaleDowns() {
        return totals.scaleDowns;
    }

    /** How often the direction changed within 10 minutes. */
    public int flaps() {
        return totals.turns;
    }

    /** How many pods were deleted. */
    public int podsRemoved() {
        return totals.podsRemoved;
    }

    /** The maximum number of pods that drained at the same time. */
    public int maxDraining() {
        return totals.maxTerminating;
    }

    /** How long the replicas were at their maximum. */
    public Duration atMaximum() {
        return Duration.ofMillis((long) (totals.secondsAtMax * 1000));
    }

    /** In how many evaluations a metric was missing, so that the replicas did not change. */
    public int unknownEvaluations() {
        return totals.unknown;
    }

    Totals totals() {
        return totals;
    }

    Scenario scenario() {
        return scenario;
    }

    Trace trace() {
        return trace;
    }

    Timeline timeline() {
        return timeline;
    }

    /**
     * Passes if at most the given number of requests is lost, see {@link #lost()}.
     *
     * @param maximum {@code >= 0}
     * @throws AssertionError otherwise, with the numbers of the simulation
     */
    public void assertLostAtMost(long maximum) {
        if (maximum < 0) {
            throw Expect.wrong("maximum", maximum, ">= 0");
        }
        if (Math.round(lost()) > maximum) {
            throw new AssertionError(String.format(
                    Locale.ROOT,
                    "%,d of %,d requests lost (expected: at most %,d)%n%s",
                    Math.round(lost()),
                    Math.round(requests()),
                    maximum,
                    this));
        }
    }

    /**
     * Passes if the pods ran for at most the given number of hours, see {@link #podHours()}.
     *
     * @throws AssertionError otherwise, with the numbers of the simulation
     */
    public void assertPodHoursAtMost(double maximum) {
        if (!(maximum >= 0)) {
            throw Expect.wrong("maximum", maximum, ">= 0");
        }
        if (podHours() > maximum) {
            throw new AssertionError(String.format(
                    Locale.ROOT, "%.2f pod-hours (expected: at most %.2f)%n%s", podHours(), maximum, this));
        }
    }

    /** The numbers, on several lines. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s%n  load: %s%n  over capacity: %,.0f of %,.0f (%.3f %%); aborted in drain: %,.1f%n"
                        + "  latency: 99 %% within %s, at most %s%n"
                        + "  replicas: %d to %d, mean %.1f; up %d times, down %d, changed direction within 10 min %d times%n"
                        + "  pod-hours: %.2f; at the maximum for %s; %d pods deleted, at most %d draining at a time%n",
                scenario.hpa().text(),
                trace,
                overCapacity(),
                requests(),
                requests() == 0 ? 0 : 100 * overCapacity() / requests(),
                cutInDrain(),
                Durations.text(latency99()),
                Durations.text(latencyMax()),
                minReplicas(),
                maxReplicas(),
                meanReplicas(),
                scaleUps(),
                scaleDowns(),
                flaps(),
                podHours(),
                Durations.text(atMaximum()),
                podsRemoved(),
                maxDraining());
    }
}
