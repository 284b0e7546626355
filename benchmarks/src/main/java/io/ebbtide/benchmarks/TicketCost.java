package io.ebbtide.benchmarks;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** What entering and closing a ticket costs, in nanoseconds and bytes, beside counters that only count. */
final class TicketCost {
    private static final int FORKS = 5;
    private static final int ITERATIONS = 5;
    /** The name by which JMH's profiler reports bytes per operation. */
    private static final String ALLOCATED = "gc.alloc.rate.norm";

    private static final double NANOS_BOUND = 40;
    private static final double BYTES_BOUND = 64;
    private static final double RATIO_BOUND = 1.3;
    private static final List<Integer> THREADS = List.of(1, 2, 4);

    private TicketCost() {}

    static void measure(Results results) throws RunnerException {
        Map<String, RunResult> all = new HashMap<>();
        for (int threads : THREADS) {
            results.progress("threads", threads, THREADS.get(THREADS.size() - 1));
            var options = new OptionsBuilder()
                    .include(TicketWork.class.getName() + "\\..*")
                    .threads(threads)
                    .forks(results.runs(FORKS))
                    .warmupIterations(2)
                    .warmupTime(TimeValue.milliseconds(500))
                    .measurementIterations(ITERATIONS)
                    .measurementTime(TimeValue.milliseconds(500))
                    // else the first use of fresh memory costs several times as much as a ticket
                    .jvmArgs("-Xms800m", "-Xmx800m", "-XX:+AlwaysPreTouch")
                    .addProfiler(GCProfiler.class)
                    .verbosity(VerboseMode.SILENT)
                    .build();
            Collection<RunResult> run = new Runner(options).run();
            for (RunResult each : run) {
                String name = each.getParams().getBenchmark();
                all.put(name.substring(name.lastIndexOf('.') + 1) + threads, each);
            }
            results.note("%d thread(s): %s".formatted(threads, line(run)));
        }
        Sample ticket = nanos("enter and close of a ticket, less one reading of the clock, 1 thread", all, "ticket1");
        var net = new Sample("enter and close of a ticket, less one reading of the clock, 1 thread", Unit.NANOS);
        double clock = nanos("clock", all, "clock1").median(null).value();
        for (double value : ticket.values()) {
            net.add(value - clock);
        }
        results.add(net.median(Bound.below(NANOS_BOUND)));
        results.add(bytes(of(all, "ticket1")).median(Bound.below(BYTES_BOUND + 0.5)));
        var ratio = new Sample("GracefulShutdownHandler's counter divided by a ticket, 2 threads", Unit.RATIO);
        double[] graceful = nanos("graceful", all, "gracefulShutdownHandler2").values();
        double[] ours = nanos("ticket", all, "ticket2").values();
        for (int i = 0; i < Math.min(graceful.length, ours.length); i++) {
            ratio.add(graceful[i] / ours[i]);
        }
        results.add(ratio.median(Bound.atLeast(RATIO_BOUND)));
    }

    private static String line(Collection<RunResult> run) {
        var line = new StringBuilder();
        for (RunResult each : run) {
            String name = each.getParams().getBenchmark();
            line.append(line.isEmpty() ? "" : ", ")
                    .append(name.substring(name.lastIndexOf('.') + 1))
                    .append(" %.1f ns".formatted(each.getPrimaryResult().getScore()));
        }
        return line.toString();
    }

    /** One value for each iteration. */
    private static Sample nanos(String name, Map<String, RunResult> all, String key) {
        var sample = new Sample(name, Unit.NANOS);
        for (var fork : of(all, key).getBenchmarkResults()) {
            for (var iteration : fork.getIterationResults()) {
                sample.add(iteration.getPrimaryResult().getScore());
            }
        }
        return sample;
    }

    private static Sample bytes(RunResult result) {
        var sample = new Sample("bytes allocated for a ticket", Unit.BYTES);
        for (var fork : result.getBenchmarkResults()) {
            for (var iteration : fork.getIterationResults()) {
                sample.add(
                        Objects.requireNonNull(iteration.getSecondaryResults().get(ALLOCATED))
                                .getScore());
            }
        }
        return sample;
    }

    private static RunResult of(Map<String, RunResult> all, String key) {
        RunResult result = all.get(key);
        if (result == null) {
            throw new IllegalStateException("%s was not measured (expected: one of %s)".formatted(key, all.keySet()));
        }
        return result;
    }
}
