package io.ebbtide.autoscale;

import io.ebbtide.autoscale.OptionTypes.DurationConverter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The command line. Exit codes: 0 done, 2 wrong usage, input that cannot be simulated or output that cannot be written, 3 an internal
 * error, 4 a limit is exceeded. Not 1: a JVM that does not start has that code, too.
 */
@Command(
        name = AutoscaleCommand.NAME,
        mixinStandardHelpOptions = true,
        versionProvider = AutoscaleCommand.Version.class,
        sortOptions = false,
        description = "Simulates what the autoscaler of a set of manifests does with a load.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:simulated, and within --fail-over if that is set",
            "2:wrong usage, input that cannot be simulated, or output that cannot be written",
            "3:an internal error: nothing was simulated",
            "4:more requests are lost than --fail-over allows, or --search found no combination that meets its goal"
        },
        footer = {
            "",
            "  kubectl kustomize overlays/production | ebbtide-autoscale-sim - --autoscaler orders-service \\",
            "      --shape spike:base=200,peak=2000,at=10m,for=10m,length=40m --service-time 50ms --compare behaviors"
        })
final class AutoscaleCommand implements Callable<Integer> {
    static final String NAME = "ebbtide-autoscale-sim";

    private static final int DONE = 0;
    private static final int UNUSABLE = 2;
    private static final int INTERNAL_ERROR = 3;
    private static final int NOT_MET = 4;
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(2);

    /** Reads the version from the jar's manifest. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = AutoscaleCommand.class.getPackage().getImplementationVersion();
            return new String[] {NAME + " " + (version == null ? "(not from a jar)" : version)};
        }
    }

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Parameters(
            paramLabel = "PATH",
            arity = "0..*",
            description = "Manifests: files, folders (*.yaml, *.yml, *.json below them), or - for standard input.")
    private List<String> paths = new ArrayList<>();

    @Option(
            names = "--autoscaler",
            paramLabel = "NAME",
            description = "The autoscaler to simulate, if the input has several.")
    private @Nullable String autoscaler;

    @Option(
            names = "--signal",
            paramLabel = "METRIC=SIGNAL",
            description = "The signal that a metric measures: arrivals, cpu, in-flight, memory, queue-depth, requests, "
                    + "utilization, or ignore.")
    private Map<String, String> signals = new LinkedHashMap<>();

    @Mixin
    private LoadOptions load = new LoadOptions();

    @Mixin
    private ServiceOptions service = new ServiceOptions();

    @Mixin
    private ClusterOptions cluster = new ClusterOptions();

    @Mixin
    private ComparisonOptions comparison = new ComparisonOptions();

    @Mixin
    private OutputOptions output = new OutputOptions();

    private final InputStream standardInput;
    private long progressNanos = System.nanoTime();

    AutoscaleCommand(InputStream standardInput) {
        this.standardInput = standardInput;
    }

    public static void main(String[] arguments) {
        System.exit(execute(commandLine(System.in), arguments));
    }

    static CommandLine commandLine(InputStream standardInput) {
        return new CommandLine(new AutoscaleCommand(standardInput))
                .registerConverter(Duration.class, new DurationConverter())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((e, arguments) -> {
                    CommandLine command = e.getCommandLine();
                    report(command, String.valueOf(e.getMessage()));
                    CommandLine.UnmatchedArgumentException.printSuggestions(e, command.getErr());
                    command.getErr().println("--help prints all options.");
                    command.getErr().flush();
                    return UNUSABLE;
                })
                .setExecutionExceptionHandler((e, command, parsed) -> {
                    boolean isInput = e instanceof IllegalArgumentException || e instanceof IOException;
                    report(command, isInput ? String.valueOf(e.getMessage()) : internalError(e));
                    return isInput ? UNUSABLE : INTERNAL_ERROR;
                });
    }

    /** Runs the command; an {@link Error}, which would give exit code 1, has a message and a code as well. */
    static int execute(CommandLine command, String... arguments) {
        int code;
        try {
            code = command.execute(arguments);
        } catch (Error e) { // picocli handles exceptions alone
            report(command, internalError(e));
            return INTERNAL_ERROR;
        }
        // A full disk, or a closed pipe. The command's writer does not ask System.out, which keeps its errors to
        // itself.
        if (command.getOut().checkError() || System.out.checkError()) {
            report(
                    command,
                    "standard output: cannot be written (expected: free space, and a reader that reads to the end)");
            return UNUSABLE;
        }
        return code;
    }

    private static String internalError(Throwable e) {
        return "internal error, nothing was simulated: " + e;
    }

    private static void report(CommandLine command, String message) {
        command.getErr().println(NAME + ": " + message);
        command.getErr().flush();
    }

    @Override
    public Integer call() throws IOException {
        comparison.check();
        output.check(inputs());
        var ofManifests = new ArrayList<String>();
        AutoscaleSimulation simulation = simulation();
        Scenario scenario = service.terminating(simulation.scenario(ofManifests));
        Report report = comparison.run(
                scenario, simulation.trace(), TextReport.assumptions(scenario, ofManifests), this::progress);
        output.write(report, spec.commandLine().getOut());
        if (report.exceedsFailOver()) {
            report(spec.commandLine(), report.failure());
        }
        return report.met() ? DONE : NOT_MET;
    }

    /** Prints the progress every 2 s, so that a long search shows that it still runs. */
    private void progress(int done, int of) {
        long now = System.nanoTime();
        if (now - progressNanos >= BETWEEN_LINES.toNanos()) {
            progressNanos = now;
            spec.commandLine().getErr().println(done + " of " + of + " tried");
            spec.commandLine().getErr().flush();
        }
    }

    private AutoscaleSimulation simulation() throws IOException {
        AutoscaleSimulation simulation = manifests().withService(service.service());
        if (autoscaler != null) {
            simulation = simulation.withAutoscaler(autoscaler);
        }
        for (Map.Entry<String, String> each : signals.entrySet()) {
            simulation = simulation.withMetric(each.getKey(), each.getValue());
        }
        return cluster.appliedTo(simulation).withTrace(load.trace(standardInput));
    }

    private AutoscaleSimulation manifests() {
        if (paths.isEmpty()) {
            throw BadInput.of("manifests", "none (expected: files, folders, or - for standard input)");
        }
        if (!paths.contains(LoadOptions.STANDARD_INPUT)) {
            return AutoscaleSimulation.of(files().toArray(Path[]::new));
        }
        if (paths.size() > 1) {
            throw BadInput.of("manifests", "- together with files (expected: standard input, or files and folders)");
        }
        if (load.readsStandardInput()) {
            throw BadInput.of("--trace", "-, as the manifests (expected: one of them from a file)");
        }
        return AutoscaleSimulation.of(standardInput, "<stdin>");
    }

    private List<Path> files() {
        var files = new ArrayList<Path>();
        for (String each : paths) {
            try {
                files.add(Path.of(each));
            } catch (InvalidPathException e) {
                throw BadInput.of(each, "no path (expected: files, folders, or - for standard input)");
            }
        }
        return files;
    }

    private Map<String, Path> inputs() {
        var inputs = new LinkedHashMap<String, Path>();
        load.file().ifPresent(each -> inputs.put("--trace", each));
        if (!paths.contains(LoadOptions.STANDARD_INPUT)) {
            files().forEach(each -> inputs.put("the manifest " + each, each));
        }
        return inputs;
    }
}
