package io.ebbtide.autoscale;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.function.BiConsumer;

/**
 * Tries targets, minimums and behavior sections, and keeps those that meet a goal with the fewest pod-hours. It considers only the
 * given trace: another day may need more. Immutable.
 */
final class TargetSearch {
    private static final double[] FACTORS = {0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3};
    private static final int MAX_MINIMUMS = 8;
    private static final int KEPT = 5;

    private final Scenario scenario;
    private final Trace trace;
    private final double goal;

    /** @param goal the maximum share of all requests that may be lost, 0 to 1 */
    TargetSearch(Scenario scenario, Trace trace, double goal) {
        this.scenario = scenario;
        this.trace = trace;
        this.goal = goal;
    }

    /**
     * The result of a search.
     *
     * @param goal the maximum share of all requests that may be lost, 0 to 1
     * @param best those that meet the goal, fewest pod-hours first; if none does, those that lose the fewest requests
     * @param met whether they meet the goal
     * @param tried the number of candidates that were tried
     */
    record Found(double goal, List<SimulationResult> best, boolean met, int tried) {
        String text() {
            return tried + " combinations tried; "
                    + (met ? "these meet, with the fewest pod-hours," : "none meets")
                    + " a loss of at most " + TextReport.share(goal) + " of the requests of this trace"
                    + (met ? "" : "; these lose the fewest requests");
        }
    }

    /** @param progress is called with the number of candidates done and their total */
    Found run(BiConsumer<Integer, Integer> progress) {
        List<Scenario> candidates = candidates();
        var meeting = new ArrayList<SimulationResult>();
        var others = new ArrayList<SimulationResult>();
        int done = 0;
        for (Scenario each : candidates) {
            SimulationResult result = new Simulation(each, trace).run();
            List<SimulationResult> list = result.lostShare() <= goal ? meeting : others;
            list.add(result);
            list.sort(
                    list == meeting
                            ? Comparator.comparingDouble(SimulationResult::podHours)
                                    .thenComparingDouble(SimulationResult::lost)
                            : Comparator.comparingDouble(SimulationResult::lost)
                                    .thenComparingDouble(SimulationResult::podHours));
            if (list.size() > KEPT) {
                list.remove(KEPT);
            }
            progress.accept(++done, candidates.size());
        }
        return new Found(goal, meeting.isEmpty() ? others : meeting, !meeting.isEmpty(), candidates.size());
    }

    private List<Scenario> candidates() {
        HpaSpec hpa = scenario.hpa();
        var candidates = new ArrayList<Scenario>();
        for (Variants.Named section : Variants.sections(hpa.behavior())) {
            for (int min : minimums()) {
                for (double factor : FACTORS) {
                    List<MetricSpec> metrics = hpa.metrics().stream()
                            .map(each -> each.withAmount(Math.max(1, Math.round(each.amount() * factor))))
                            .toList();
                    HpaSpec tried = hpa.withMin(min).withMetrics(metrics).withBehavior(section.behavior());
                    candidates.add(scenario.with(
                            "target " + tried.metricsText() + ", min " + min + ", behavior " + section.name(), tried));
                }
            }
        }
        return candidates;
    }

    /** The minimums to try, up to the number that the peak needs, each at least 1.5 times the previous one. */
    private NavigableSet<Integer> minimums() {
        HpaSpec hpa = scenario.hpa();
        var minimums = new TreeSet<Integer>();
        int smallest = Math.max(1, Math.min(2, hpa.min()));
        int largest = (int) Math.min(
                hpa.max(),
                Math.max(hpa.min(), Math.ceil(trace.peak() / scenario.service().podRate() / 0.7)));
        double next = smallest;
        for (int i = 0; i < MAX_MINIMUMS && next < largest; i++) {
            minimums.add((int) Math.ceil(next));
            next = Math.max(
                    Math.ceil(next) + 1,
                    next * Math.max(1.5, Math.pow((double) largest / smallest, 1.0 / MAX_MINIMUMS)));
        }
        minimums.add(hpa.min());
        minimums.add(largest);
        return minimums;
    }
}
