package io.ebbtide.lint;

import io.ebbtide.internal.Redact;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command line. Exit codes: 0 clean, 1 findings at or above {@code --fail-on}, 2 wrong usage, or input that cannot be judged. */
@Command(
        name = "ebbtide-lint",
        mixinStandardHelpOptions = true,
        versionProvider = LintCommand.Version.class,
        sortOptions = false,
        description = "Proves Kubernetes manifests against the numbers by which a service leaves.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:nothing at or above --fail-on",
            "1:findings at or above --fail-on",
            "2:wrong usage, input that cannot be read, or no object in it"
        },
        footer = {"", "  kubectl kustomize overlays/production | ebbtide-lint -", "  helm template . | ebbtide-lint -"})
final class LintCommand implements Callable<Integer> {
    private static final int CLEAN = 0;
    private static final int FOUND = 1;
    private static final int UNUSABLE = 2;

    /** The output formats. */
    enum Format {
        TEXT,
        JSON,
        SARIF,
        GITHUB
    }

    /** Reads the version from the jar's manifest. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = LintCommand.class.getPackage().getImplementationVersion();
            return new String[] {"ebbtide-lint " + (version == null ? "(not from a jar)" : version)};
        }
    }

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Parameters(
            paramLabel = "PATH",
            arity = "0..*",
            description =
                    "Files, folders (*.yaml, *.yml, *.json below them), or - for standard input. All together are one world.")
    private List<String> paths = new ArrayList<>();

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "text (default), json, sarif, or github: annotations of a workflow run")
    private Format format = Format.TEXT;

    @Option(
            names = "--fail-on",
            paramLabel = "SEVERITY",
            description = "error, warning (default) or note: from which severity on the exit code is 1")
    private Severity failOn = Severity.WARNING;

    @Option(
            names = "--ignore",
            paramLabel = "RULE",
            split = ",",
            description = "Leave out what this rule finds; repeatable. Input that cannot be read stays an error.")
    private Set<String> ignored = new LinkedHashSet<>();

    @Option(
            names = "--namespace",
            paramLabel = "NS",
            description = "The namespace of objects that name none; default unless set.")
    private String namespace = "default";

    @Option(
            names = "--kubernetes-version",
            paramLabel = "VERSION",
            description = "1.34, 1.35, 1.36 or 1.37 (default): whose kinds and fields are known")
    private @Nullable String kubernetesVersion;

    @Option(names = "--summary", description = "Write how many findings each rule has, and no finding itself.")
    private boolean summary;

    @Option(names = "--explain", paramLabel = "RULE", description = "Explain a rule.")
    private @Nullable String explained;

    @Option(names = "--rules", description = "List all rules.")
    private boolean list;

    private final InputStream standardInput;

    LintCommand(InputStream standardInput) {
        this.standardInput = standardInput;
    }

    public static void main(String[] arguments) {
        System.exit(commandLine(System.in).execute(arguments));
    }

    static CommandLine commandLine(InputStream standardInput) {
        return new CommandLine(new LintCommand(standardInput))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((e, commandLine, parsed) -> {
                    commandLine
                            .getErr()
                            .println("ebbtide-lint: nothing was judged, by a fault of its own: " + oneLine(e));
                    commandLine.getErr().flush();
                    return UNUSABLE;
                });
    }

    private static String oneLine(Exception e) {
        return Redact.oneLine(e.toString().replaceAll("\\R", " "));
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        if (list) {
            Rules.all()
                    .forEach(each -> out.printf(
                            "%-30s %-8s %s%n", each.id(), each.severity().text(), each.what()));
            return CLEAN;
        }
        if (explained != null) {
            out.print(Rules.explained(known(explained)));
            out.flush();
            return CLEAN;
        }
        if (paths.isEmpty()) {
            throw wrong("no input (expected: files, folders, or - for standard input)");
        }
        ignored.forEach(this::known);
        if (summary && format != Format.TEXT) {
            throw wrong("--summary beside --format %s (expected: one of the two)"
                    .formatted(format.name().toLowerCase(Locale.ROOT)));
        }
        ManifestLint lint = read().without(ignored);
        out.print(
                switch (format) {
                    case TEXT ->
                        summary ? TextReport.byRule(lint) : TextReport.text(lint, CommandLine.Help.Ansi.AUTO.enabled());
                    case JSON -> JsonReport.text(lint);
                    case SARIF -> SarifReport.text(lint);
                    case GITHUB -> GithubReport.text(lint);
                });
        out.flush();
        if (out.checkError()) { // a full disk, or a closed pipe
            spec.commandLine()
                    .getErr()
                    .println("ebbtide-lint: the findings could not be written (expected: room for them)");
            spec.commandLine().getErr().flush();
            return UNUSABLE;
        }
        if (!lint.readable()) {
            return UNUSABLE;
        }
        return lint.has(failOn) ? FOUND : CLEAN;
    }

    private Schema schema() {
        if (kubernetesVersion == null) {
            return Schema.kubernetes();
        }
        if (!Schema.versions().contains(kubernetesVersion)) {
            throw wrong("--kubernetes-version %s (expected: one of %s)"
                    .formatted(kubernetesVersion, String.join(", ", Schema.versions())));
        }
        return Schema.of(kubernetesVersion);
    }

    private ManifestLint read() {
        Schema schema = schema();
        var sources = new Sources(namespace, new Progress(spec.commandLine().getErr()));
        for (String each : paths) {
            if (each.equals("-")) {
                sources.add(standardInput, "<stdin>");
            } else {
                try {
                    sources.add(Path.of(each));
                } catch (InvalidPathException e) {
                    throw wrong("%s: no path (expected: files, folders, or -)".formatted(each));
                }
            }
        }
        return ManifestLint.judged(sources, schema);
    }

    private Rule known(String id) {
        return Rules.find(id)
                .orElseThrow(() -> wrong("%s: no such rule (expected: one of those that --rules lists)"
                        .formatted(id.toLowerCase(Locale.ROOT))));
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
