package io.ebbtide.lint.cli;

import io.ebbtide.internal.Redact;
import io.ebbtide.lint.finding.Severity;
import io.ebbtide.lint.read.Progress;
import io.ebbtide.lint.read.Sources;
import io.ebbtide.lint.report.GithubReport;
import io.ebbtide.lint.report.JsonReport;
import io.ebbtide.lint.report.SarifReport;
import io.ebbtide.lint.report.TextReport;
import io.ebbtide.lint.rule.LintResult;
import io.ebbtide.lint.rule.Rule;
import io.ebbtide.lint.rule.Rules;
import io.ebbtide.lint.rule.Schema;
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

/** The command line. Exit codes: 0 clean, 1 findings at or above {@code --fail-on}, 2 wrong usage, or input that cannot be checked. */
@Command(
        name = "ebbtide-lint",
        mixinStandardHelpOptions = true,
        versionProvider = LintCommand.Version.class,
        sortOptions = false,
        description =
                "Checks whether the timeouts and other numbers of Kubernetes manifests are consistent with a service's shutdown.",
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
                    "Files, folders (*.yaml, *.yml, *.json below them), or - for standard input. They are checked together, as one cluster.")
    private List<String> paths = new ArrayList<>();

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "text (default), json, sarif, or github: annotations of a workflow run")
    private Format format = Format.TEXT;

    @Option(
            names = "--fail-on",
            paramLabel = "SEVERITY",
            description = "error, warning (default) or note: the lowest severity for which the exit code is 1")
    private Severity failOn = Severity.WARNING;

    @Option(
            names = "--ignore",
            paramLabel = "RULE",
            split = ",",
            description = "Omit the findings of this rule; repeatable. Input that cannot be read remains an error.")
    private Set<String> ignored = new LinkedHashSet<>();

    @Option(
            names = "--namespace",
            paramLabel = "NS",
            description = "The namespace of objects without one; \"default\" unless set.")
    private String namespace = "default";

    @Option(
            names = "--kubernetes-version",
            paramLabel = "VERSION",
            description = "1.34, 1.35, 1.36 or 1.37 (default): the version whose kinds and fields are checked")
    private @Nullable String kubernetesVersion;

    @Option(names = "--summary", description = "Print the number of findings of each rule instead of the findings.")
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
        System.exit(execute(commandLine(System.in), arguments));
    }

    /** Runs the command; an {@link Error} and output that is lost, which would give exit code 1 and 0, have a message and a code as well. */
    static int execute(CommandLine command, String... arguments) {
        int code;
        try {
            code = command.execute(arguments);
        } catch (Error e) {
            report(command, "internal error, nothing was checked: " + oneLine(e));
            return UNUSABLE;
        }
        command.getOut().flush();
        if (command.getOut().checkError() || System.out.checkError()) { // a full disk, or a closed pipe
            report(
                    command,
                    "standard output: cannot be written (expected: free space, and a reader that reads to the end)");
            return UNUSABLE;
        }
        return code;
    }

    private static void report(CommandLine command, String message) {
        command.getErr().println("ebbtide-lint: " + message);
        command.getErr().flush();
    }

    static CommandLine commandLine(InputStream standardInput) {
        return new CommandLine(new LintCommand(standardInput))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((e, commandLine, parsed) -> {
                    report(commandLine, "internal error, nothing was checked: " + oneLine(e));
                    return UNUSABLE;
                });
    }

    private static String oneLine(Throwable e) {
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
            return CLEAN;
        }
        if (paths.isEmpty()) {
            throw wrong("no input (expected: files, folders, or - for standard input)");
        }
        ignored.forEach(this::known);
        if (summary && format != Format.TEXT) {
            throw wrong("--summary with --format %s (expected: one of the two)"
                    .formatted(format.name().toLowerCase(Locale.ROOT)));
        }
        LintResult lint = read().without(ignored);
        out.print(
                switch (format) {
                    case TEXT ->
                        summary ? TextReport.byRule(lint) : TextReport.text(lint, CommandLine.Help.Ansi.AUTO.enabled());
                    case JSON -> JsonReport.text(lint);
                    case SARIF -> SarifReport.text(lint);
                    case GITHUB -> GithubReport.text(lint);
                });
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

    private LintResult read() {
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
        return LintResult.of(sources, schema);
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
