package io.ebbtide.lint.model;

import io.ebbtide.internal.Redact;
import io.ebbtide.lint.read.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The script of a shell that is a container's first process, as far as it decides which process receives SIGTERM. Immutable. */
public record ShellScript(String text) {
    private static final Pattern ENV = Pattern.compile("(/usr)?(/bin/)?env");
    private static final Pattern BUSYBOX = Pattern.compile("(.*/)?busybox");
    private static final Pattern SHELL = Pattern.compile("(.*/)?(sh|bash|ash|dash|zsh)");
    /** A trap with an action, for TERM among its signals. */
    private static final Pattern TRAP = Pattern.compile("\\btrap\\s+(?:--\\s+)?"
            + "(?:'[^']+'|\"(?:[^\"\\\\]++|\\\\.)++\"|[\\w.]+)\\s+[^;&|\\n]*\\b(?:SIGTERM|TERM|15)\\b");
    /** Separators of commands; group 1 matches after one that runs in the background. */
    private static final Pattern END = Pattern.compile("\\n|;|&&|\\|\\||(?<![&>])(&)(?![&>])|\\z");

    private static final Pattern BEFORE_COMMAND = Pattern.compile("^(?:(?:then|else|do|\\{|[^\\s()$'\"]+\\))\\s+)+");
    /** An exec of a program; one with redirections alone keeps the shell. */
    private static final Pattern EXEC = Pattern.compile("^exec\\s+(?!\\d*[<>]).*", Pattern.DOTALL);

    private static final Pattern ASSIGNMENT = Pattern.compile("\\w+=\\S*");
    private static final Set<String> OPENING = Set.of("if", "case", "for", "while", "until");
    private static final Set<String> CLOSING = Set.of("fi", "done", "esac", "}");
    private static final Set<String> MOMENTARY = Set.of(
            "echo",
            "printf",
            "true",
            "false",
            ":",
            "exit",
            "date",
            "df",
            "stat",
            "env",
            "printenv",
            "ls",
            "cat",
            "pwd",
            "id",
            "whoami",
            "hostname",
            "uname",
            "mkdir",
            "rm",
            "cp",
            "mv",
            "ln",
            "chmod",
            "chown",
            "touch",
            "test",
            "[",
            "set",
            "export",
            "cd",
            "umask",
            "ulimit",
            "unset");
    private static final Set<String> IDLE = Set.of("sleep", "tail");
    private static final Set<String> WAITING = Set.of("wait", "exit", ":", "true");

    /** One command of the script. */
    private record Command(String text, boolean background) {
        String firstWord() {
            return text.split("\\s", 2)[0];
        }

        /** Whether it ends immediately, so that no signal can arrive while it runs. */
        boolean isMomentary() {
            return MOMENTARY.contains(firstWord()) || ASSIGNMENT.matcher(text).matches();
        }

        boolean replacesShell() {
            return !background && EXEC.matcher(text).matches();
        }
    }

    /** The script of a container whose command is a shell with {@code -c}, or an option that holds it such as {@code -ec}. */
    public static Optional<ShellScript> of(Value container) {
        if (container.field("command").items().isEmpty()) {
            return Optional.empty(); // no manifest shows how the image's own entry point uses args
        }
        List<String> words = Stream.of("command", "args")
                .flatMap(each -> container.field(each).items().stream())
                .map(Value::text)
                .toList();
        int shell = 0;
        if (ENV.matcher(words.get(0)).matches()) {
            shell++;
            while (shell < words.size()
                    && (words.get(shell).startsWith("-")
                            || ASSIGNMENT.matcher(words.get(shell)).matches())) {
                shell++;
            }
        }
        if (shell < words.size() && BUSYBOX.matcher(words.get(shell)).matches()) {
            shell++;
        }
        if (shell >= words.size() || !SHELL.matcher(words.get(shell)).matches()) {
            return Optional.empty();
        }
        boolean script = false;
        for (int i = shell + 1; i < words.size(); i++) {
            String word = words.get(i);
            if (word.matches("[-+][a-zA-Z]+")) {
                script |= word.startsWith("-") && word.contains("c");
                i += word.endsWith("o") ? 1 : 0; // an option given by name, such as -o pipefail
            } else {
                return script ? Optional.of(new ShellScript(word)) : Optional.empty();
            }
        }
        return Optional.empty();
    }

    /** Whether this container does nothing but wait, by a shell or by the command itself, such as {@code sleep infinity}. */
    static boolean idles(Value container) {
        String program = container.field("command").items().stream()
                .findFirst()
                .map(Value::text)
                .orElse("");
        return IDLE.contains(program.substring(program.lastIndexOf('/') + 1))
                || of(container).filter(ShellScript::isIdle).isPresent();
    }

    /**
     * Whether the shell remains and forwards no signal. False if it traps TERM, or if its last command replaces it; with branches
     * and loops, one exec anywhere is enough, as the executed path is unknown.
     */
    public boolean keepsSignals() {
        List<Command> commands = commands();
        Optional<Command> last = last(commands);
        boolean branches = commands.stream().anyMatch(each -> OPENING.contains(each.firstWord()));
        return last.isPresent()
                && !commands.stream().allMatch(Command::isMomentary)
                && !TRAP.matcher(text).find()
                && !last.get().replacesShell()
                && !(branches && commands.stream().anyMatch(Command::replacesShell));
    }

    /** Whether it only waits at its end, or loops around waiting: nothing is in flight that a kill could lose. */
    public boolean isIdle() {
        List<Command> commands = commands();
        boolean branches = commands.stream().anyMatch(each -> OPENING.contains(each.firstWord()));
        boolean works = commands.stream()
                .anyMatch(each -> !each.isMomentary()
                        && !IDLE.contains(each.firstWord())
                        && !OPENING.contains(each.firstWord())
                        && !CLOSING.contains(each.firstWord())
                        && (branches || each.background()));
        return !works
                && last(commands)
                        .filter(each -> IDLE.contains(each.firstWord()))
                        .isPresent();
    }

    /** The last command that has an effect, without secrets; "" if there is none. */
    public String lastCommand() {
        return last(commands(Redact.text(text))) // before it is split and shortened: part of a secret is a secret, too
                .map(each -> shortened(each.text()))
                .orElse("");
    }

    /** The command to write instead. */
    public String fix() {
        if (isIdle()) {
            return "trap 'exit 0' TERM; sleep infinity & wait";
        }
        List<Command> commands = commands();
        Command last = last(commands).orElseThrow();
        boolean closes = CLOSING.contains(commands.get(commands.size() - 1).firstWord());
        if (closes || last.text().contains("|")) {
            return "exec before the program that serves, without a pipe, or a trap that forwards TERM";
        }
        String exec = EXEC.matcher(last.text()).matches() ? lastCommand() : "exec " + lastCommand();
        return last.background() ? exec + ", in the foreground, or a trap that forwards TERM" : exec;
    }

    private static Optional<Command> last(List<Command> commands) {
        return commands.stream()
                .filter(each -> !CLOSING.contains(each.firstWord()) && !WAITING.contains(each.firstWord()))
                .filter(each -> !ASSIGNMENT.matcher(each.text()).matches())
                .reduce((one, other) -> other);
    }

    private List<Command> commands() {
        return commands(text);
    }

    private static List<Command> commands(String whole) {
        var commands = new ArrayList<Command>();
        String script = whole.replace("\\\n", " ");
        Matcher end = END.matcher(script);
        for (int from = 0; from <= script.length() && end.find(); from = end.end()) {
            String command = BEFORE_COMMAND
                    .matcher(script.substring(from, end.start()).strip())
                    .replaceFirst("")
                    .strip();
            if (!command.isEmpty() && !command.startsWith("#")) {
                commands.add(new Command(command, end.group(1) != null));
            }
        }
        return commands;
    }

    private static String shortened(String text) {
        return text.length() <= 60 ? text : text.substring(0, 57) + "...";
    }
}
