package io.ebbtide.testkit;

import io.ebbtide.internal.Expect;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Sends signals to processes, and ensures that they can be received. Safe for use by many threads. */
public final class Signals {
    private Signals() {}

    /**
     * Sends a signal, and returns once it is sent, which takes some milliseconds.
     *
     * @param pid a process that this one may signal
     * @param name such as {@code TERM}
     * @throws IllegalStateException if there is no process to send it to
     */
    public static void send(long pid, String name) {
        if (!Expect.present(name, "name").matches("[A-Z0-9]+")) {
            throw new IllegalArgumentException("signal: '%s' (expected: a name such as TERM)".formatted(name));
        }
        try {
            Process kill = new ProcessBuilder("sh", "-c", "kill -" + name + " " + pid) // kill is a shell builtin
                    .redirectErrorStream(true)
                    .start();
            if (kill.waitFor() != 0) {
                throw new IllegalStateException("SIG%s could not be sent to %d: %s"
                        .formatted(
                                name, pid, new String(kill.getInputStream().readAllBytes(), StandardCharsets.UTF_8)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while sending SIG" + name, e);
        }
    }

    /**
     * Returns a command that gives a process default dispositions of all signals, regardless of those this process ignores: a background
     * job of a script ignores SIGINT, {@code nohup} SIGHUP, and ignored signals are inherited. coreutils' {@code env} resets them,
     * and then becomes the program, so the process id is the program's. If there is no {@code env --default-signal}
     * (coreutils before 8.31, BusyBox, macOS) the command is returned unchanged; if this process ignores a signal, or the
     * system does not report it, a line on standard error reports it, once. {@link JavaLauncher} does all this by itself.
     *
     * @param command program and arguments, as for a {@link ProcessBuilder}
     */
    public static List<String> withDefaultDispositions(List<String> command) {
        if (Expect.list(command, "command").isEmpty()) {
            throw Expect.wrong("command", command, "a program, and its arguments");
        }
        return Dispositions.reset(command);
    }

    /**
     * Whether a process that was started by {@link JavaLauncher} or {@link #withDefaultDispositions} can receive a signal. Skip
     * a test that needs a signal which cannot be received.
     *
     * @param name {@code HUP}, {@code INT}, {@code QUIT}, {@code PIPE} or {@code TERM}
     * @return false if this process ignores it, so that its children inherit that, and there is no {@code env --default-signal}
     */
    public static boolean canBeReceived(String name) {
        return Dispositions.canBeReset() || !Dispositions.isIgnored("self", name);
    }
}
