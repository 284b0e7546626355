package io.ebbtide.autoscale;

import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command line. Exit codes: 0 done, 1 a goal is not met, 2 wrong usage, or input that cannot be simulated. */
@Command(
        name = "ebbtide-autoscale-sim",
        mixinStandardHelpOptions = true,
        versionProvider = AutoscaleCommand.Version.class,
        sortOptions = false,
        description = "Simulates what the autoscaler of a set of manifests does with a load.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:simulated, and within --fail-over if that is set",
            "1:more is lost than --fail-over allows, or --search found nothing that meets its goal",
            "2:wrong usage, or input that cannot be simulated"
        },
        footer = {
            "",
            "  kubectl kustomize overlays/production | ebbtide-autoscale-sim - --autoscaler orders-service \\",
            "      --shape spike:base=200,peak=2000,at=10m,for=10m,length=40m --service-time 50ms --compare behaviors"
        })
final class AutoscaleCommand implements Callable<Integer> {
    private static final int DONE = 0;
    private static final int NOT_MET = 1;
    private static final int UNUSABLE = 2;
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(2);

    /** The output formats. */
    enum Format {
        TEXT,
        JSON
    }

    /** What the manifest is compared with. */
    enum Compared {
        BEHAVIORS,
        SIGNALS
    }

    /** Reads the version from the jar's manifest. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = AutoscaleCommand.class.getPackage().getImplementationVersion();
            return new String[] {"ebbtide-autoscale-sim " + (version == null ? "(not from a jar)" : version)};
        }
    }

    /** Reads a duration with its unit. */
    static final class DurationConverter implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String value) {
            try {
                return Durations.parse(value);
            } catch (IllegalArgumentException e) {
                throw new CommandLine.TypeConversionException("'%s' (%s)".formatted(value, e.getMessage()));
            }
        }
    }

    /** Reads a share: {@code 0.1%} or {@code 0.001}. */
    static final class ShareConverter implements ITypeConverter<Double> {
        @Override
        public Double convert(String value) {
            try {
                String text = value.strip();
                double share = text.endsWith("%")
                        ? Double.parseDouble(text.substring(0, text.length() - 1)) / 100
                        : Double.parseDouble(text);
                if (share >= 0 && share <= 1) {
                    return share;
                }
            } catch (NumberFormatException e) {
                // reported below
            }
            throw new CommandLine.TypeConversionException(
                    "'%s' (expected: 0 to 1, or 0%% to 100%%, such as 0.1%%)".formatted(value));
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

    @ArgGroup(multiplicity = "1")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Load load;

    /** Exactly one of the two options. */
    static final class Load {
        @Option(
                names = "--trace",
                paramLabel = "FILE",
                description = "The load: CSV of time and requests in a second, or Prometheus' answer to a range query.")
        private @Nullable Path file;

        @Option(
                names = "--shape",
                paramLabel = "SHAPE",
                description =
                        "The load: spike:base=,peak=,at=,rise=,for=,length= or ramp:from=,to=,at=,over=,length= or "
                                + "sawtooth:low=,high=,period=,length= or constant:rate=,length= or day:low=,high=,length=")
        private @Nullable String shape;
    }

    @Option(names = "--step", paramLabel = "TIME", description = "Of a trace from a file; 1s unless set.")
    private Duration step = Trace.STEP;

    @Option(names = "--max-gap", paramLabel = "TIME", description = "The longest gap in a trace; 5m unless set.")
    private Duration maxGap = Trace.MAX_GAP;

    @Option(names = "--autoscaler", paramLabel = "NAME", description = "Which one, if there are several.")
    private @Nullable String autoscaler;

    @Option(
            names = "--signal",
            paramLabel = "METRIC=SIGNAL",
            description =
                    "What a metric measures: cpu, memory, requests, in-flight, utilization, queue-depth, or ignore.")
    private Map<String, String> signals = new LinkedHashMap<>();

    @Option(names = "--service-time", paramLabel = "TIME", description = "Mean time of a request; 100ms unless set.")
    private Duration serviceTime = Duration.ofMillis(100);

    @Option(names = "--concurrency", paramLabel = "N", description = "Requests that a pod works on; 16 unless set.")
    private int concurrency = 16;

    @Option(names = "--max-wait", paramLabel = "TIME", description = "Of a request for a worker; 1s unless set.")
    private Duration maxWait = Duration.ofSeconds(1);

    @Option(names = "--queue", description = "What waits is never over capacity: messages of a queue.")
    private boolean queue;

    @Option(names = "--cpu-at-capacity", paramLabel = "SHARE", description = "CPU of a full pod by its request; 1.")
    private double cpuAtCapacity = 1;

    @Option(names = "--cpu-idle", paramLabel = "SHARE", description = "CPU of an idle pod by its request; 0.02.")
    private double cpuIdle = 0.02;

    @Option(names = "--cpu-starting", paramLabel = "SHARE", description = "CPU of a starting pod by its request; 1.")
    private double cpuStarting = 1;

    @Option(names = "--memory", paramLabel = "SHARE", description = "Memory of a pod by its requests; 0.6.")
    private double memory = 0.6;

    @Option(names = "--scheduling", paramLabel = "TIME", description = "Until a container starts; 3s unless set.")
    private Duration scheduling = Duration.ofSeconds(3);

    @Option(names = "--start-up", paramLabel = "TIME", description = "From then until it is ready; 20s unless set.")
    private Duration startUp = Duration.ofSeconds(20);

    @Option(
            names = "--propagation",
            paramLabel = "TIME",
            description = "Until nothing is sent to a deleted pod any more; 5s unless set.")
    private Duration propagation = Duration.ofSeconds(5);

    @Option(names = "--lame-duck", paramLabel = "TIME", description = "Instead of what the manifests say.")
    private @Nullable Duration lameDuck;

    @Option(names = "--drain", paramLabel = "TIME", description = "Instead of what the manifests say.")
    private @Nullable Duration drain;

    @Option(names = "--sync-period", paramLabel = "TIME", description = "Of the controller; 15s unless set.")
    private Duration syncPeriod = ControllerSettings.DEFAULT.syncPeriod();

    @Option(names = "--scrape-interval", paramLabel = "TIME", description = "Of custom metrics; 15s unless set.")
    private Duration scrapeInterval = MetricsPipeline.DEFAULT.scrapeInterval();

    @Option(names = "--rate-window", paramLabel = "TIME", description = "Of rates; 2m unless set.")
    private Duration rateWindow = MetricsPipeline.DEFAULT.rateWindow();

    @Option(
            names = "--metric-lag",
            paramLabel = "TIME",
            description = "From a scrape to the controller; 2s unless set.")
    private Duration lag = MetricsPipeline.DEFAULT.lag();

    @Option(
            names = "--zero-while-starting",
            description = "A pod out of rotation reports 0 rather than nothing, as most services do.")
    private boolean zeroWhileStarting;

    @Option(
            names = "--compare",
            paramLabel = "WHAT",
            split = ",",
            description = "behaviors: other behaviour blocks; signals: one metric at a time. Both beside the manifest.")
    private List<Compared> compared = new ArrayList<>();

    @Option(
            names = "--target-load",
            paramLabel = "SHARE",
            converter = ShareConverter.class,
            description = "Of --compare signals: the target, by what a pod can do; 70%% unless set.")
    private double targetLoad = 0.7;

    @Option(
            names = "--search",
            description = "Try targets, minimums and blocks that meet --goal at the least pod-hours.")
    private boolean search;

    @Option(
            names = "--goal",
            paramLabel = "SHARE",
            converter = ShareConverter.class,
            description = "Of --search: the share of requests that may be lost; 0.1%% unless set.")
    private double goal = 0.001;

    @Option(
            names = "--fail-over",
            paramLabel = "SHARE",
            converter = ShareConverter.class,
            description = "Exit with 1 if the manifest's autoscaler loses a larger share, such as 0.1%%.")
    private @Nullable Double failOver;

    @Option(names = "--html", paramLabel = "FILE", description = "Write one page with charts.")
    private @Nullable Path html;

    @Option(names = "--png", paramLabel = "FILE", description = "Write the charts as one image.")
    private @Nullable Path png;

    @Option(names = "--format", paramLabel = "FORMAT", description = "text (default) or json")
    private Format format = Format.TEXT;

    private final InputStream standardInput;
    private long progressNanos = System.nanoTime();

    AutoscaleCommand(InputStream standardInput) {
        this.standardInput = standardInput;
    }

    public static void main(String[] arguments) {
        System.exit(commandLine(System.in).execute(arguments));
    }

    static CommandLine commandLine(InputStream standardInput) {
        return new CommandLine(new AutoscaleCommand(standardInput))
                .registerConverter(Duration.class, new DurationConverter())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((e, commandLine, parsed) -> {
                    boolean input = e instanceof IllegalArgumentException || e instanceof IOException;
                    commandLine
                            .getErr()
                            .println("ebbtide-autoscale-sim: "
                                    + (e instanceof FileSystemException file
                                            ? "%s: %s (expected: a file that can be read or written)"
                                                    .formatted(file.getFile(), reason(file))
                                            : input
                                                    ? e.getMessage()
                                                    : "nothing was simulated, by a fault of its own: " + e));
                    commandLine.getErr().flush();
                    return UNUSABLE;
                });
    }

    private static String reason(FileSystemException failure) {
        if (failure instanceof NoSuchFileException) {
            return "no such file or folder";
        }
        if (failure instanceof AccessDeniedException) {
            return "permission denied";
        }
        return failure.getReason() == null ? failure.getClass().getSimpleName() : failure.getReason();
    }

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        AutoscaleSimulation simulation = simulation();
        List<String> ofManifests = new ArrayList<>();
        Scenario scenario = terminating(simulation.scenario(ofManifests));
        Trace trace = simulation.trace();
        List<String> assumptions = TextReport.assumptions(scenario, ofManifests);

        var results = new ArrayList<SimulationResult>();
        SimulationResult own = new Simulation(scenario, trace).run();
        boolean met = failOver == null || own.lostShare() <= failOver;
        String note = "";
        if (search) {
            TargetSearch.Found found = new TargetSearch(scenario, trace, goal).run(this::progress);
            results.add(own);
            results.addAll(found.best());
            met &= found.met();
            note = String.format(
                    Locale.ROOT,
                    "%d combinations tried; %s a loss of at most %s %% of the requests of this trace%n",
                    found.tried(),
                    found.met() ? "these meet, at the least pod-hours," : "none meets",
                    percent(goal));
        } else {
            results.addAll(variants(scenario, trace, own));
        }
        out.print(
                switch (format) {
                    case TEXT -> printable(text(own, trace, results, note, assumptions));
                    case JSON -> JsonReport.text(trace, results, assumptions);
                });
        out.flush();
        if (html != null) {
            Files.writeString(html, HtmlReport.text(trace, results, assumptions), StandardCharsets.UTF_8);
        }
        if (png != null) {
            Files.write(png, Charts.png(Charts.stacked(Charts.of(results))));
        }
        if (failOver != null && own.lostShare() > failOver) {
            spec.commandLine()
                    .getErr()
                    .printf(
                            "ebbtide-autoscale-sim: %s %% of the requests lost (--fail-over: at most %s %%)%n",
                            percent(own.lostShare()), percent(failOver));
            spec.commandLine().getErr().flush();
        }
        return met ? DONE : NOT_MET;
    }

    private List<SimulationResult> variants(Scenario scenario, Trace trace, SimulationResult own) {
        var results = new ArrayList<SimulationResult>();
        var scenarios = new ArrayList<Scenario>();
        if (compared.contains(Compared.BEHAVIORS)) {
            scenarios.addAll(Variants.behaviors(scenario));
        }
        if (compared.contains(Compared.SIGNALS)) {
            scenarios.addAll(Variants.signals(scenario, targetLoad));
        }
        if (scenarios.stream().noneMatch(each -> each.hpa().equals(scenario.hpa()))) {
            results.add(own);
        }
        for (Scenario each : scenarios) {
            results.add(each.equals(scenario) ? own : new Simulation(each, trace).run());
        }
        return results;
    }

    /** Without digits that no one wrote: 0.07 is 7. */
    private static String percent(double share) {
        return BigDecimal.valueOf(share)
                .movePointRight(2)
                .setScale(3, RoundingMode.HALF_UP)
                .stripTrailingZeros()
                .toPlainString();
    }

    /** Names come from manifests and traces: none moves the cursor. */
    private static String printable(String text) {
        return text.lines()
                .map(Printable::escape)
                .collect(Collectors.joining(System.lineSeparator(), "", System.lineSeparator()));
    }

    /** @param own what the manifests' own autoscaler does, which the first lines describe */
    private String text(
            SimulationResult own, Trace trace, List<SimulationResult> results, String note, List<String> assumptions) {
        var text = new StringBuilder();
        String line = System.lineSeparator();
        text.append(own.scenario().hpa().text()).append(line);
        text.append(trace).append(line).append(line);
        text.append(TextReport.table(results)).append(line).append(note);
        results.stream()
                .filter(each -> each.scenario().hpa().equals(own.scenario().hpa()))
                .findFirst()
                .filter(each -> results.size() > 1)
                .ifPresent(each -> text.append("the manifests have the row '")
                        .append(each.scenario().label())
                        .append("'")
                        .append(line));
        long unknown = own.unknownEvaluations();
        if (unknown > 0) {
            text.append("a metric was missing in ")
                    .append(unknown)
                    .append(" evaluation(s): nothing was scaled then")
                    .append(line);
        }
        text.append("It is assumed that").append(line);
        assumptions.forEach(each -> text.append("- ").append(each).append(line));
        return text.toString();
    }

    /** Prints the progress every 2 s, so that a long search shows that it still runs. */
    private void progress(int done, int of) {
        long now = System.nanoTime();
        if (now - progressNanos >= BETWEEN_LINES.toNanos()) {
            progressNanos = now;
            spec.commandLine().getErr().printf("%d of %d tried%n", done, of);
            spec.commandLine().getErr().flush();
        }
    }

    private Scenario terminating(Scenario scenario) {
        PodSpec pod = scenario.pod();
        PodSpec other =
                pod.withTermination(lameDuck == null ? pod.lameDuck() : lameDuck, drain == null ? pod.drain() : drain);
        return new Scenario(
                scenario.label(), scenario.hpa(), other, scenario.service(), scenario.controller(), scenario.metrics());
    }

    private AutoscaleSimulation simulation() {
        ManifestReader.checkSignals(signals);
        AutoscaleSimulation simulation = manifests()
                .withService(service())
                .withTrace(trace())
                .withSyncPeriod(syncPeriod)
                .withPipeline(MetricsPipeline.DEFAULT
                        .withScrape(scrapeInterval, rateWindow, lag)
                        .withZeroWhileStarting(zeroWhileStarting));
        if (autoscaler != null) {
            simulation = simulation.withAutoscaler(autoscaler);
        }
        for (Map.Entry<String, String> each : signals.entrySet()) {
            simulation = simulation.withMetric(each.getKey(), each.getValue());
        }
        return simulation;
    }

    private AutoscaleSimulation manifests() {
        if (paths.isEmpty()) {
            throw wrong("no manifests (expected: files, folders, or - for standard input)");
        }
        if (paths.contains("-")) {
            if (paths.size() > 1) {
                throw wrong("standard input beside other manifests (expected: either)");
            }
            return AutoscaleSimulation.of(standardInput, "<stdin>");
        }
        var files = new ArrayList<Path>();
        for (String each : paths) {
            try {
                files.add(Path.of(each));
            } catch (InvalidPathException e) {
                throw wrong("%s: no path (expected: files, folders, or -)".formatted(each));
            }
        }
        return AutoscaleSimulation.of(files.toArray(Path[]::new));
    }

    private Trace trace() {
        if (step.toMillis() < 10 || step.compareTo(Duration.ofHours(1)) > 0) {
            throw wrong("--step: %s (expected: 10ms to 1h)".formatted(step));
        }
        if (load.shape != null) {
            return Trace.shape(load.shape);
        }
        Path file = load.file;
        if (file == null) {
            throw wrong("no load (expected: --trace or --shape)");
        }
        return Trace.file(file, step, maxGap);
    }

    private ServiceModel service() {
        ServiceModel service = ServiceModel.of(serviceTime, concurrency)
                .withMaxWait(maxWait)
                .withCpu(cpuAtCapacity, cpuIdle, cpuStarting)
                .withMemory(memory)
                .withStart(scheduling, startUp)
                .withPropagation(propagation);
        return queue ? service.withQueue() : service;
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
