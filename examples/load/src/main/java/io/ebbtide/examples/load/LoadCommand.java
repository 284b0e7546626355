package io.ebbtide.examples.load;

import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Expect;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The command line. Exit codes: 0 all thresholds met, 1 a threshold missed, 2 wrong usage or a refused target, 3 nothing was measured.
 */
@Command(
        name = "load",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Sends traffic of a given form to a URL, stops by itself, and judges what became of each request.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:all thresholds are met",
            "1:a threshold is missed; the output says which, and why requests were lost",
            "2:wrong usage, or a target that is not on this machine without --allow-remote",
            "3:nothing was measured: nothing listens, or the clients did not end"
        })
final class LoadCommand implements Callable<Integer> {
    private static final int MET = 0;
    private static final int MISSED = 1;
    private static final int NOT_MEASURED = 3;
    private static final double MAX_RATE = 10_000;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(names = "--url", paramLabel = "URL", description = "Where the requests go.")
    private @Nullable String url;

    @Option(
            names = "--dry-run",
            description =
                    "In place of --url: three replicas of orders-service on this machine, of which one is replaced in the"
                            + " middle of the load; 24 s of load.")
    private boolean dryRun;

    @Option(
            names = "--plant-lame-duck-0",
            description = "With --dry-run: replicas close their port at the signal. The run must fail, and say why.")
    private boolean withoutLameDuck;

    @Option(
            names = "--allow-remote",
            description = "Allow a target that is not a loopback address. You answer for its owner's consent.")
    private boolean allowRemote;

    @Option(
            names = "--profile",
            paramLabel = "PROFILE",
            description = "ramp, spike (default), sawtooth, soak or retry-storm.")
    private Profile profile = Profile.SPIKE;

    @Option(names = "--rate", paramLabel = "N", description = "Base rate, in requests per second; 20 unless set.")
    private double rate = 20;

    @Option(names = "--factor", paramLabel = "N", description = "The peak is the base rate times this; 10 unless set.")
    private double factor = 10;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            description = "Of the whole load: 60 s; sawtooth 4 min, soak 30 min; at most 24 h.")
    private @Nullable Duration duration;

    @Option(names = "--method", paramLabel = "METHOD", description = "GET unless set.")
    private String method = "GET";

    @Option(names = "--body", paramLabel = "TEXT", description = "Of each request.")
    private @Nullable String body;

    @Option(
            names = "--header",
            paramLabel = "NAME=VALUE",
            description = "Of each request; repeatable. Values are never shown.")
    private Map<String, String> headers = new LinkedHashMap<>();

    @Option(
            names = "--requests-per-connection",
            paramLabel = "N",
            description = "How many requests a client sends before it is done; 5 unless set.")
    private int requestsPerConnection = 5;

    @Option(
            names = "--retries",
            paramLabel = "N",
            description = "How often a client repeats a lost request, at once: 0; retry-storm 3.")
    private @Nullable Integer retries;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            description = "How long a client waits for an answer: 10 s; retry-storm 1 s.")
    private @Nullable Duration timeout;

    @Option(names = "--max-lost", paramLabel = "N", description = "Threshold: requests lost; 0 unless set.")
    private long maxLost;

    @Option(
            names = "--max-rejected",
            paramLabel = "N",
            description = "Threshold: answers with status 4xx; 0 unless set.")
    private long maxRejected;

    @Option(
            names = "--max-p99",
            paramLabel = "TIME",
            description = "Threshold: 99th percentile of the time to an answer.")
    private @Nullable Duration maxP99;

    @Option(
            names = "--max-attempts-per-request",
            paramLabel = "N",
            description = "Threshold: how much retries multiply the load, such as 1.5.")
    private @Nullable Double maxAttempts;

    @Option(
            names = "--metrics",
            paramLabel = "URL",
            description = "Ebbtide's metrics of a replica, for the log: one for each replica; repeatable.")
    private List<URI> metrics = new ArrayList<>();

    @Option(
            names = "--kubectl",
            paramLabel = "NAMESPACE/DEPLOYMENT",
            description = "Replicas, and what the autoscaler of the same name sees, for the log.")
    private @Nullable String deployment;

    @Option(names = "--context", paramLabel = "NAME", description = "With --kubectl: kubectl's context.")
    private @Nullable String context;

    @Option(
            names = "--out",
            paramLabel = "FOLDER",
            description = "For report.html and timeline.csv; target/load unless set.")
    private Path folder = Path.of("target", "load");

    private LoadCommand() {}

    public static void main(String[] arguments) {
        if (System.getProperty("log.level") == null) {
            System.setProperty("log.level", "error"); // JMeter logs lines for each client
        }
        // JMeter's threads may outlive the run.
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new LoadCommand())
                .registerConverter(Duration.class, Durations::parse)
                .registerConverter(Profile.class, LoadCommand::profile)
                .setExecutionExceptionHandler((e, commandLine, parsed) -> {
                    commandLine.getErr().println("load: nothing was measured: " + e);
                    commandLine.getErr().flush();
                    return NOT_MEASURED;
                });
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        try {
            checkUsage();
            return dryRun ? dryRun(out) : run(out, plan(target()), replicas(), LoadRun.Companion.NONE);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        } catch (LoadRun.NotMeasured e) {
            spec.commandLine().getErr().println("load: nothing was measured: " + e.getMessage());
            return NOT_MEASURED;
        }
    }

    private void checkUsage() {
        if (dryRun == (url != null)) {
            throw new IllegalArgumentException(
                    "--url, --dry-run: %s (expected: one of them)".formatted(dryRun ? "both" : "none"));
        }
        if (withoutLameDuck && !dryRun) {
            throw new IllegalArgumentException("--plant-lame-duck-0: without --dry-run (expected: with it)");
        }
        if (!metrics.isEmpty() && deployment != null) {
            throw new IllegalArgumentException("--metrics, --kubectl: both (expected: one of them, or none)");
        }
        if (!(rate > 0 && rate <= MAX_RATE)) {
            throw Expect.wrong("--rate", rate, "> 0 and at most 10000 requests per second");
        }
        if (!(factor >= 1 && factor <= 1_000)) {
            throw Expect.wrong("--factor", factor, "1 to 1000");
        }
    }

    private Target target() {
        var target = new Target(Target.uri(Expect.present(url, "--url")), method, body, headers);
        if (!allowRemote && !target.isLoopback()) {
            throw new IllegalArgumentException(
                    "--url: %s is not on this machine (expected: a loopback address, or --allow-remote if its owner consents)"
                            .formatted(target.uri().getHost()));
        }
        return target;
    }

    private LoadPlan plan(Target target) {
        Duration length = duration != null ? duration : dryRun ? Duration.ofSeconds(24) : profile.length();
        return new LoadPlan(
                target,
                profile,
                profile.schedule(rate, rate * factor, Expect.positive(length, "--duration")),
                requestsPerConnection,
                retries != null ? retries : profile.retries(),
                timeout != null ? timeout : profile.timeout());
    }

    private ReplicaSource replicas() {
        if (deployment != null) {
            var command = new ArrayList<>(List.of("kubectl"));
            if (context != null) {
                command.addAll(List.of("--context", context));
            }
            return new Kubectl(command, deployment);
        }
        return metrics.isEmpty() ? ReplicaSource.NONE : new MetricsEndpoints(() -> metrics);
    }

    private int dryRun(PrintWriter out) throws IOException, InterruptedException, LoadRun.NotMeasured {
        Duration length = plan(new Target(URI.create("http://127.0.0.1/"), "GET", null, Map.of()))
                .schedule()
                .length();
        // After a third of the time the spike has begun.
        try (DryRun local = DryRun.start(length.dividedBy(3), withoutLameDuck, text -> say(out, text))) {
            var target = new Target(local.target(), "GET", null, Map.of());
            return run(out, plan(target), new MetricsEndpoints(local::metrics), local);
        }
    }

    private int run(PrintWriter out, LoadPlan plan, ReplicaSource replicas, LoadRun.Companion companion)
            throws IOException, InterruptedException, LoadRun.NotMeasured {
        var thresholds = new Thresholds(maxLost, maxRejected, maxP99, maxAttempts);
        LoadResult result = new LoadRun(plan, thresholds, replicas, folder, out).run(companion);
        LoadRun.print(result, folder.toAbsolutePath(), text -> say(out, text));
        return result.met() ? MET : MISSED;
    }

    private static void say(PrintWriter out, String text) {
        out.println(text);
        out.flush();
    }

    private static Profile profile(String text) {
        for (Profile each : Profile.values()) {
            if (each.text().equals(text.toLowerCase(Locale.ROOT))) {
                return each;
            }
        }
        throw Expect.wrong("--profile", text, "ramp, spike, sawtooth, soak or retry-storm");
    }
}
