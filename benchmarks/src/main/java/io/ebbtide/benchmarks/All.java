package io.ebbtide.benchmarks;

/** All benchmarks, one after the other. */
final class All {
    private All() {}

    public static void main(String[] arguments) throws Exception {
        ReadyTime.main(arguments);
        ExitLatency.main(arguments);
        ProbeLatency.main(arguments);
        ManyChecks.main(arguments);
        MetricsCost.main(arguments);
        LintTime.main(arguments);
    }
}
