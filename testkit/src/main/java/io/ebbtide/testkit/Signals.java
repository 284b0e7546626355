package io.ebbtide.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Sends signals to processes. Safe for use by many threads. */
public final class Signals {
    private Signals() {}

    /**
     * Sends a signal, and returns once it is sent, which takes some milliseconds.
     *
     * @param pid a process that is ours to signal
     * @param name such as {@code TERM}
     * @throws IllegalStateException if there is nobody to send it to
     */
    public static void send(long pid, String name) {
        if (!name.matches("[A-Z0-9]+")) {
            throw new IllegalArgumentException("signal: '%s' (expected: a name such as TERM)".formatted(name));
        }
        try {
            Process kill = new ProcessBuilder("sh", "-c", "kill -" + name + " " + pid) // a shell has it built in
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
}
