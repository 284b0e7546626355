package io.ebbtide.testkit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.ebbtide.internal.Durations;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A service in a separate JVM. Obtained from {@link JavaLauncher#start()}. Safe for use by many threads. Close it at the end:
 * a process that still runs is killed.
 */
public final class ServiceProcess implements AutoCloseable {
    private static final JsonMapper MAPPER = new JsonMapper();

    /** For steps that only a broken process does not do: listening, and closing its output when it ends. */
    private static final Duration LONGEST = Duration.ofSeconds(60);

    private static final Duration BETWEEN_SIGNALS = Duration.ofMillis(200);

    private final Process process;
    private final boolean wrapped;
    private final Output output = new Output();
    private final Thread reader;
    private volatile long signalledNanos;

    /** @param wrapped whether the JVM is a descendant of the process */
    ServiceProcess(Process process, boolean wrapped) {
        this.process = process;
        this.wrapped = wrapped;
        reader = new Thread(this::read, "output of " + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * How a process ended.
     *
     * @param code its exit code; 128 + n if signal n killed it
     * @param sinceSignal the time from the first {@link #signal} to its end; zero if there was none
     */
    public record Exit(int code, Duration sinceSignal) {}

    /**
     * The JVM's process id, as seen outside of any namespace of its own.
     *
     * @throws IllegalStateException if its terminal or namespace has started, but the JVM in it has not, or has ended
     */
    public long pid() {
        if (!wrapped) {
            return process.pid();
        }
        return process.descendants()
                .filter(child -> child.info().command().orElse("").endsWith("/java"))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalStateException("no java runs in the terminal or namespace; output:\n" + output()))
                .pid();
    }

    /**
     * Sends a signal by its name, such as {@code TERM}.
     *
     * @throws IllegalStateException if there is no process to send it to
     */
    public void signal(String name) {
        if (signalledNanos == 0) {
            signalledNanos = System.nanoTime();
        }
        Signals.send(pid(), name);
    }

    /**
     * Sends a signal as a further one, every 200 ms until a line of the output contains the pattern: Ebbtide treats
     * signals within a second of the last counted one as the same signal, by its own clock.
     *
     * @throws IllegalStateException if none does in time, or the process ends without; the message shows the output
     */
    public void signalUntil(String name, String pattern, Duration timeout) throws InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        while (process.isAlive() && System.nanoTime() < end) {
            try {
                signal(name);
                awaitLine(pattern, BETWEEN_SIGNALS);
                return;
            } catch (IllegalStateException e) {
                // not yet, or the process has ended, with or without such a line
            }
        }
        awaitLine(pattern, process.isAlive() ? Duration.ZERO : LONGEST);
    }

    /** Types into the service's terminal or standard input; {@code \u0003} is Ctrl-C. */
    public void type(String keys) {
        if (signalledNanos == 0) {
            signalledNanos = System.nanoTime();
        }
        try {
            process.getOutputStream().write(keys.getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Waits until a line of the output contains the pattern.
     *
     * @return the match, for its groups
     * @throws IllegalStateException if none does in time, or the process ends without; the message shows the output
     */
    public Matcher awaitLine(String pattern, Duration timeout) throws InterruptedException {
        return output.await(Pattern.compile(pattern), timeout);
    }

    /**
     * Waits until the service prints {@code port=<number>}, as the services of tests and examples do once they listen.
     *
     * @throws IllegalStateException if it does not within a minute, or the process ends without; the message shows the output
     */
    public int awaitPort() throws InterruptedException {
        return Integer.parseInt(awaitLine("\\bport=(\\d+)", LONGEST).group(1));
    }

    /**
     * Waits for the end of the process and of its output.
     *
     * @throws IllegalStateException if it does not end in time; the message shows the output
     */
    public Exit awaitExit(Duration timeout) throws InterruptedException {
        if (!process.waitFor(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new IllegalStateException("process %d still runs after %s; output:\n%s"
                    .formatted(process.pid(), Durations.text(timeout), output()));
        }
        long ended = System.nanoTime();
        reader.join(LONGEST.toMillis());
        return new Exit(
                process.exitValue(), signalledNanos == 0 ? Duration.ZERO : Duration.ofNanos(ended - signalledNanos));
    }

    /** Whether the process runs. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** The complete output so far, including standard error. */
    public String output() {
        return output.text();
    }

    /**
     * The report of the shutdown, which the service logged as a line of JSON; the last one if there are several.
     *
     * @throws IllegalStateException if there is none
     */
    public JsonNode report() {
        List<JsonNode> reports = reports();
        if (reports.isEmpty()) {
            throw new IllegalStateException("no shutdown report in the output:\n" + output());
        }
        return reports.get(reports.size() - 1);
    }

    /** The reports of all shutdowns, in the order in which they were logged. */
    public List<JsonNode> reports() {
        return output.text()
                .lines()
                .filter(line -> line.contains("{\"event\":\"shutdown\""))
                .map(ServiceProcess::parse)
                .toList();
    }

    /** Kills the process if it still runs. */
    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    private static JsonNode parse(String line) {
        try {
            return MAPPER.readTree(line.substring(line.indexOf("{\"event\"")));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the shutdown report is not JSON: " + line, e);
        }
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                output.add(line);
            }
        } catch (IOException e) {
            output.add("(output ended: " + e.getMessage() + ")");
        } finally {
            output.end();
        }
    }
}
