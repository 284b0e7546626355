package io.ebbtide.lifecycle;

import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Printable;
import io.ebbtide.internal.Redact;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;

/** A shutdown report as plain text, for the container's termination message. The most important lines come first. */
final class ReportText {
    /** The part of a termination message that Kubernetes keeps, in bytes. */
    static final int MOST_BYTES = 4_096;

    private static final int MOST_CUT = 10;
    private static final int MOST_FRAMES = 6;

    private final StringBuilder text = new StringBuilder();

    private ReportText() {}

    /** @param mostBytes the maximum length in UTF-8 */
    static String of(ShutdownReport report, int mostBytes) {
        var text = new ReportText();
        text.write(report);
        return cut(text.text.toString(), mostBytes);
    }

    /** Returns the report as one line of JSON, or of text if JSON cannot be written for lack of a library or memory. */
    static String line(ShutdownReport report) {
        try {
            return report.json();
        } catch (RuntimeException | Error e) {
            return "the shutdown report cannot be written as JSON (%s); as text: %s"
                    .formatted(Redact.oneLine(e), report.text().strip().replace("\n", " | "));
        }
    }

    /** Returns what is known during the shutdown: all that remains after a kill. */
    static String draft(Lifecycle service) {
        var text = new ReportText();
        text.line(
                "%s: %s after %s; shutting down: %s; grace %s assumed; in flight: %d",
                service.service(),
                service.state(),
                seconds(service.graceUsed()),
                String.valueOf(service.reason()),
                Durations.text(service.plan().budget().grace()),
                service.inFlight().count());
        text.line(
                "if this is all there is, the process was killed before its grace was over: the platform's is shorter,"
                        + " or memory ran out");
        return text.text.toString();
    }

    private void write(ShutdownReport report) {
        line(
                "%s: %s, exit code %d, %s after %s",
                report.service(), report.exitCode(), report.exitCode().code(), seconds(report.took()), report.reason());
        line(
                "in flight: %d at the signal, %d arrived, %d finished, %d given up, %d cut",
                report.inFlightAtSignal(),
                report.inFlightArrived(),
                report.inFlightFinished(),
                report.inFlightGivenUp(),
                report.inFlightCut());
        ShutdownReport.Late late = report.late();
        line(
                "late requests: %d, %d on new connections, %d refused, the last %s after the signal",
                late.count(), late.newConnections(), late.refused(), seconds(late.latest()));
        report.cut().stream().limit(MOST_CUT).forEach(this::cut);
        report.problems().forEach(problem -> line("problem: %s", firstLine(problem)));
        report.components().stream()
                .filter(stop -> stop.ending() != ShutdownReport.Ending.STOPPED)
                .forEach(stop -> line(
                        "%s %s after %s: %s",
                        stop.name(), stop.ending(), seconds(stop.took()), firstLine(stop.detail())));
        report.advice().forEach(advice -> line("advice: %s", advice));
        times(report);
        report.cut().stream().limit(MOST_CUT).forEach(this::stack);
    }

    private void cut(ShutdownReport.Cut cut) {
        String thread = cut.thread() == null ? "no thread" : "thread " + cut.thread();
        line("cut: %s %s, %s, %s", cut.kind(), cut.description(), Durations.text(cut.age()), thread);
    }

    private void stack(ShutdownReport.Cut cut) {
        if (!cut.stack().isEmpty()) {
            line("%s %s stood", cut.kind(), cut.description());
            cut.stack().stream().limit(MOST_FRAMES).forEach(frame -> line("    at %s", frame));
        }
    }

    /** Omits the stack: that is in the log. */
    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }

    private void times(ShutdownReport report) {
        for (LifecycleState state : LifecycleState.values()) {
            Duration time = report.states().get(state);
            if (time != null) {
                line("%s took %s", state, seconds(time));
            }
        }
        line("lame duck ended: %s", report.lameDuck().reason());
        report.components().stream()
                .filter(stop -> stop.ending() == ShutdownReport.Ending.STOPPED)
                .forEach(stop -> line("%s stopped in %s %s", stop.name(), seconds(stop.took()), stop.detail()));
    }

    /** User-supplied names must not forge a line. */
    private void line(String format, Object... values) {
        String line = String.format(Locale.ROOT, format, values).stripTrailing();
        text.append(Printable.escape(line)).append('\n');
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", duration.toNanos() / 1e9);
    }

    /** Truncates to the maximum, without splitting a character. */
    private static String cut(String text, int mostBytes) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= mostBytes) {
            return text;
        }
        CharBuffer whole = CharBuffer.allocate(mostBytes);
        StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.IGNORE)
                .decode(ByteBuffer.wrap(bytes, 0, mostBytes), whole, false);
        return whole.flip().toString();
    }
}
