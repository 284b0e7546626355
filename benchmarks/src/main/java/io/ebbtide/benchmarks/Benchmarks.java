package io.ebbtide.benchmarks;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Runs benchmarks, one after the other, and prints their figures. No figure makes it fail: it exits with 0 if everything was
 * measured, with 1 if a measurement failed, with 2 if an argument is unknown.
 */
final class Benchmarks {
    private static final String ALL = "All";
    private static final int WRONG_ARGUMENTS = 2;

    private Benchmarks() {}

    /** The arguments are names separated by commas, or {@code All}, and the maximum runs for each figure, 0 for the usual number. */
    public static void main(String[] arguments) {
        Locale.setDefault(Locale.ROOT);
        System.setProperty("log.level", "off"); // for this process: its log lines would hide the figures
        System.setProperty("logback.statusListenerClass", "ch.qos.logback.core.status.NopStatusListener");
        System.exit(run(catalogue(), arguments, System.out));
    }

    static Map<String, Benchmark> catalogue() {
        Map<String, Benchmark> catalogue = new LinkedHashMap<>();
        catalogue.put("ReadyTime", ReadyTime::measure);
        catalogue.put("ExitLatency", ExitLatency::measure);
        catalogue.put("HangingExit", HangingExit::measure);
        catalogue.put("DrainEnd", DrainEnd::measure);
        catalogue.put("RolloutExit", RolloutExit::measure);
        catalogue.put("FrozenDependency", FrozenDependency::measure);
        catalogue.put("ProbeLatency", ProbeLatency::measure);
        catalogue.put("ManagementLoad", ManagementLoad::measure);
        catalogue.put("ManyChecks", ManyChecks::measure);
        catalogue.put("TicketCost", TicketCost::measure);
        catalogue.put("Scale", Scale::measure);
        catalogue.put("MetricsCost", MetricsCost::measure);
        catalogue.put("SpringReadyTime", SpringReadyTime::measure);
        catalogue.put("SpringProbes", SpringProbes::measure);
        catalogue.put("LintTime", LintTime::measure);
        catalogue.put("AutoscaleTime", AutoscaleTime::measure);
        return catalogue;
    }

    /** Returns the exit code. */
    static int run(Map<String, Benchmark> catalogue, String[] arguments, PrintStream out) {
        List<String> names;
        int maximumRuns;
        try {
            names = selected(catalogue, arguments.length > 0 ? arguments[0] : ALL);
            maximumRuns = maximumRuns(arguments.length > 1 ? arguments[1] : "0");
        } catch (IllegalArgumentException e) {
            out.println(e.getMessage());
            return WRONG_ARGUMENTS;
        }
        out.print(Machine.header(Path.of("")));
        var results = new Results(out, maximumRuns);
        int number = 1;
        for (String name : names) {
            Benchmark benchmark = Objects.requireNonNull(catalogue.get(name), name);
            results.run("[%d/%d]".formatted(number++, names.size()), name, benchmark);
        }
        out.println();
        out.print(Summary.of(results.rows()));
        return results.exitCode();
    }

    private static List<String> selected(Map<String, Benchmark> catalogue, String selection) {
        if (selection.equals(ALL)) {
            return List.copyOf(catalogue.keySet());
        }
        List<String> names = new ArrayList<>();
        for (String part : selection.split(",", -1)) {
            String name = part.strip();
            if (!catalogue.containsKey(name)) {
                throw new IllegalArgumentException("benchmark: '%s' (expected: %s, or some of %s separated by commas)"
                        .formatted(name, ALL, String.join(", ", catalogue.keySet())));
            }
            names.add(name);
        }
        return names;
    }

    private static int maximumRuns(String text) {
        if (!text.matches("\\d{1,6}")) {
            throw new IllegalArgumentException(
                    "benchmark.runs: '%s' (expected: a number of runs, 0 for as many as each needs)".formatted(text));
        }
        return Integer.parseInt(text);
    }
}
