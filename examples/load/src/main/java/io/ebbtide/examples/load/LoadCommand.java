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
import picocli.CommandLine.TypeConversionException;

/**
 * The command line. Exit codes: 0 all thresholds met, 2 wrong usage or a refused target, 3 no complete result, 4 a threshold is exceeded.
 * Not 1: a JVM that does not start has that code, too.
 */
@Command(
        name = "load",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Sends traffic by a given profile to a URL, stops by itself, and evaluates the result of each request.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:all thresholds are met",
            "2:wrong usage, or a target that is not on this machine without --allow-remote",
            "3:no complete result: nothing listens, the clients did not end, a file or standard output cannot be written, or an "
                    + "internal error",
            "4:a threshold is exceeded; the output names it, and the reasons for lost requests"
        })
final class LoadCommand implements Callable<Integer> {
    private static final int MET = 0;
    private static final int WRONG_USAGE = 2;
    private static final int NO_RESULT = 3;
    private static final int EXCEEDED = 4;
    private static final double MAX_RATE = 10_000;
    private static final List<String> OF_A_TARGET =
            List.of("--method", "--body", "--header", "--metrics", "--kubectl", "--allow-remote");

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(names = "--url", paramLabel = "URL", description = "The target of the requests.")
    private @Nullable String url;

    @Option(
            names = "--dry-run",
            description =
                    "Instead of --url: three replicas of orders-service on this machine, of which one is replaced in the"
                            + " middle of the load; 24 s of load.")
    private boolean dryRun;

    @Option(
            names = "--plant-lame-duck-0",
            description =
                    "With --dry-run: replicas close their port at the signal. The run must fail and report the reason.")
    private boolean withoutLameDuck;

    @Option(
            names = "--allow-remote",
            description = "Allow a target that is not a loopback address. Use it only with the owner's consent.")
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
            description = "Duration of the whole load: 60 s; sawtooth 4 min, soak 30 min; at most 24 h.")
    private @Nullable Duration duration;

    @Option(names = "--method", paramLabel = "METHOD", description = "GET unless set.")
    private String method = "GET";

    @Option(names = "--body", paramLabel = "TEXT", description = "The body of each request.")
    private @Nullable String body;

    @Option(
            names = "--header",
            paramLabel = "NAME=VALUE",
            description = "A header of each request; repeatable. Values are never shown.")
    private Map<String, String> headers = new LinkedHashMap<>();

    @Option(
            names = "--requests-per-connection",
            paramLabel = "N",
            description =
                    "How many requests a client sends before it ends, on one connection unless that ends; 5 unless set.")
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
            description = "Threshold: answers with status 3xx or 4xx; 0 unless set. Redirects are not followed.")
    private long maxRejected;

    @Option(
            names = "--max-p99",
            paramLabel = "TIME",
            description = "Threshold: 99th percentile of the time to an answer.")
    private @Nullable Duration maxP99;

    @Option(
            names = "--max-attempts-per-request",
            paramLabel = "N",
            description = "Threshold: attempts divided by requests, such as 1.5.")
    private @Nullable Double maxAttempts;

    @Option(
            names = "--metrics",
            paramLabel = "URL",
            description = "Adds Ebbtide's metrics of a replica to the log: one URL for each replica; repeatable.")
    private List<URI> metrics = new ArrayList<>();

    @Option(
            names = "--kubectl",
            paramLabel = "NAMESPACE/DEPLOYMENT",
            description = "Adds replicas, and the metric of the autoscaler with the same name, to the log.")
    private @Nullable String deployment;

    @Option(names = "--context", paramLabel = "NAME", description = "With --kubectl: kubectl's context.")
    private @Nullable String context;

    @Option(
            names = "--out",
            paramLabel = "FOLDER",
            description = "Folder of report.html and timeline.csv; target/load unless set.")
    private Path folder = Path.of("target", "load");

    private LoadCommand() {}

    public static void main(String[] arguments) {
        if (System.getProperty("log.level") == null) {
            System.setProperty("log.level", "error"); // JMeter logs lines for each client
        }
        // JMeter's threads may outlive the run.
        System.exit(execute(commandLine(), arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new LoadCommand())
                .registerConverter(Duration.class, LoadCommand::duration)
                .registerConverter(Profile.class, LoadCommand::profile)
                .setParameterExceptionHandler((e, arguments) -> {
                    CommandLine command = e.getCommandLine();
                    report(command, String.valueOf(e.getMessage()));
                    CommandLine.UnmatchedArgumentException.printSuggestions(e, command.getErr());
                    command.getErr().println("--help prints all options.");
                    command.getErr().flush();
                    return WRONG_USAGE;
                })
                .setExecutionExceptionHandler((e, command, parsed) -> {
                    report(command, e instanceof OutputFailed failed ? failed.text() : "nothing was measured: " + e);
                    return NO_RESULT;
                });
    }

    /** Runs the command; an {@link Error}, which would give exit code 1, has a message and a code as well. */
    static int execute(CommandLine command, String... arguments) {
        int code;
        try {
            code = command.execute(arguments);
        } catch (Error e) { // picocli handles exceptions alone
            report(command, "internal error, nothing was measured: " + e);
            return NO_RESULT;
        }
        // A full disk, or a closed pipe. The command's writer does not ask System.out, which keeps its errors to
        // itself.
        if (command.getOut().checkError() || System.out.checkError()) {
            report(
                    command,
                    "standard output: cannot be written (expected: room for it, and a reader that reads to its end)");
            return NO_RESULT;
        }
        return code;
    }

    private static void report(CommandLine command, String message) {
        command.getErr().println("load: " + message);
        command.getErr().flush();
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
            report(spec.commandLine(), "nothing was measured: " + e.getMessage());
            return NO_RESULT;
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
        for (String option : dryRun ? OF_A_TARGET : List.<String>of()) {
            if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
                throw new IllegalArgumentException(option
                        + ": with --dry-run, whose requests, target and replicas are its own (expected: with --url)");
            }
        }
        if (context != null && deployment == null) {
            throw new IllegalArgumentException("--context: without --kubectl (expected: with it)");
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
        if (length.isNegative() || length.toMillis() < 1) {
            throw Expect.wrong("--duration", Durations.text(length), "at least 1 ms, at most 24 h");
        }
        return new LoadPlan(
                target,
                profile,
                profile.schedule(rate, rate * factor, length),
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
        result.unwritten().forEach(each -> report(spec.commandLine(), each));
        if (!result.unwritten().isEmpty()) {
            return NO_RESULT;
        }
        return result.met() ? MET : EXCEEDED;
    }

    private static void say(PrintWriter out, String text) {
        out.println(text);
        out.flush();
    }

    private static Duration duration(String text) {
        try {
            return Durations.parse(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException("'%s' (%s)".formatted(text, e.getMessage()));
        }
    }

    private static Profile profile(String text) {
        for (Profile each : Profile.values()) {
            if (each.text().equals(text.toLowerCase(Locale.ROOT))) {
                return each;
            }
        }
        throw new TypeConversionException(
                "'%s' (expected: ramp, spike, sawtooth, soak or retry-storm)".formatted(text));
    }
}
