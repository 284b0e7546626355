package io.ebbtide.testkit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;

/** The dispositions of signals that a new process inherits, and how to start it with the default ones. Stateless. */
final class Dispositions {
    /*
     * A disposition of "ignored" is inherited through fork and exec: nohup ignores SIGHUP, a shell that is not interactive
     * ignores SIGINT and SIGQUIT for its background jobs. A JVM that starts with SIGHUP, SIGINT or SIGTERM ignored installs
     * no handler for it and cannot change that. coreutils' env (8.31 and later) can, before it executes the JVM in its place.
     */
    private static final List<String> RESET = List.of("env", "--default-signal");

    /** The signals whose number is the same on every system. */
    private static final Map<String, Integer> NUMBERS = Map.of("HUP", 1, "INT", 2, "QUIT", 3, "PIPE", 13, "TERM", 15);

    /** env treats a program with such a path as a variable. */
    private static final List<String> EXECUTE = List.of("sh", "-c", "exec \"$@\"", "sh");

    private static final boolean CAN_RESET = isResetPossible();
    private static final AtomicBoolean WARNED = new AtomicBoolean();

    private Dispositions() {}

    /** Whether new processes can be started with default dispositions here. Tested once, which takes some milliseconds. */
    static boolean canBeReset() {
        return CAN_RESET;
    }

    /** The command, changed to run with default dispositions if that is possible; otherwise writes to standard error. */
    static List<String> reset(List<String> command) {
        if (!CAN_RESET) {
            warnOnce();
            return List.copyOf(command);
        }
        List<String> longer = new ArrayList<>(RESET);
        if (command.get(0).contains("=")) {
            longer.addAll(EXECUTE);
        }
        longer.addAll(command);
        return longer;
    }

    /**
     * Whether the process ignores the signal; false if the system does not report it; only Linux does.
     *
     * @param process a process id, or {@code self}
     * @param signal {@code HUP}, {@code INT}, {@code QUIT}, {@code PIPE} or {@code TERM}
     */
    static boolean isIgnored(String process, String signal) {
        Integer number = NUMBERS.get(signal);
        if (number == null) {
            throw new IllegalArgumentException(
                    "signal: '%s' (expected: one of %s)".formatted(signal, NUMBERS.keySet()));
        }
        OptionalLong ignored = ignored(process);
        return ignored.isPresent() && (ignored.getAsLong() >>> (number - 1) & 1) == 1;
    }

    private static OptionalLong ignored(String process) {
        try {
            return Files.readAllLines(Path.of("/proc", process, "status"), StandardCharsets.ISO_8859_1).stream()
                    .filter(line -> line.startsWith("SigIgn:"))
                    .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
                    .findFirst();
        } catch (IOException e) { // not Linux, or the process has ended
            return OptionalLong.empty();
        }
    }

    private static void warnOnce() {
        boolean harmless =
                ignored("self").isPresent() && NUMBERS.keySet().stream().noneMatch(signal -> isIgnored("self", signal));
        if (!harmless && WARNED.compareAndSet(false, true)) {
            System.err.println(
                    "ebbtide-testkit: processes inherit the signals that this one ignores, as a background job"
                            + " ignores SIGINT: 'env --default-signal' fails (expected: coreutils 8.31 or later); install it, or run"
                            + " the tests in the foreground");
        }
    }

    private static boolean isResetPossible() {
        List<String> command = new ArrayList<>(RESET);
        command.add("true");
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
