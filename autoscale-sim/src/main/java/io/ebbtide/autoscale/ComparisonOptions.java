package io.ebbtide.autoscale;

import io.ebbtide.autoscale.OptionTypes.ShareConverter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say what the manifests' autoscaler is compared with, and what it has to meet. */
final class ComparisonOptions {
    private static final double TARGET_LOAD = 0.7;
    private static final double GOAL = 0.001;

    /** The kinds of variants. */
    enum Compared {
        BEHAVIORS,
        SIGNALS
    }

    @Option(
            names = "--compare",
            paramLabel = "WHAT",
            split = ",",
            description =
                    "behaviors: compare with other behavior sections; signals: compare with one metric at a time.")
    private List<Compared> compared = new ArrayList<>();

    @Option(
            names = "--target-load",
            paramLabel = "SHARE",
            converter = ShareConverter.class,
            description = "With --compare signals: the target, as a share of a pod's capacity; 70%% unless set.")
    private @Nullable Double targetLoad;

    @Option(
            names = "--search",
            description =
                    "Search for targets, minimums and behavior sections that meet --goal with the fewest pod-hours. Not with --compare.")
    private boolean search;

    @Option(
            names = "--goal",
            paramLabel = "SHARE",
            converter = ShareConverter.class,
            description = "With --search: the share of requests that may be lost; 0.1%% unless set.")
    private @Nullable Double goal;

    @Option(
            names = "--fail-over",
            paramLabel = "SHARE",
            converter = ShareConverter.class,
            description =
                    "Exit with 4 if the manifests' own autoscaler loses a larger share of the requests, such as 0.1%%; also with --search.")
    private @Nullable Double failOver;

    /** An option that would change nothing is refused. */
    void check() {
        if (search && !compared.isEmpty()) {
            throw BadInput.of(
                    "--compare",
                    "with --search (expected: one of them; a search tries other behavior sections and targets itself)");
        }
        if (goal != null && !search) {
            throw BadInput.of(
                    "--goal",
                    "without --search (expected: with it; --fail-over is the limit of the manifests' own autoscaler)");
        }
        if (targetLoad != null && !compared.contains(Compared.SIGNALS)) {
            throw BadInput.of("--target-load", "without --compare signals (expected: with it)");
        }
    }

    /**
     * Simulates the scenario, and its variants.
     *
     * @param progress is called during a search, with the number of candidates done and their total
     */
    Report run(Scenario scenario, Trace trace, List<String> assumptions, BiConsumer<Integer, Integer> progress) {
        SimulationResult own = new Simulation(scenario, trace).run();
        var results = new ArrayList<SimulationResult>();
        TargetSearch.Found found = null;
        if (search) {
            found = new TargetSearch(scenario, trace, goal == null ? GOAL : goal).run(progress);
            results.add(own);
            results.addAll(found.best());
        } else {
            results.addAll(variants(scenario, trace, own));
        }
        return new Report(own, trace, results, found, failOver, assumptions);
    }

    private List<SimulationResult> variants(Scenario scenario, Trace trace, SimulationResult own) {
        var results = new ArrayList<SimulationResult>();
        var scenarios = new ArrayList<Scenario>();
        if (compared.contains(Compared.BEHAVIORS)) {
            scenarios.addAll(Variants.behaviors(scenario));
        }
        if (compared.contains(Compared.SIGNALS)) {
            scenarios.addAll(Variants.signals(scenario, targetLoad == null ? TARGET_LOAD : targetLoad));
        }
        if (scenarios.stream().noneMatch(each -> each.hpa().equals(scenario.hpa()))) {
            results.add(own);
        }
        for (Scenario each : scenarios) {
            results.add(each.equals(scenario) ? own : new Simulation(each, trace).run());
        }
        return results;
    }
}
