package io.ebbtide.report;

import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Printable;
import io.ebbtide.lifecycle.LifecycleState;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;

/** A shutdown report as plain text, for the container's termination message. The most important lines come first. */
final class ReportText {
    private static final int MAX_CUT = 10;
    private static final int MAX_FRAMES = 6;

    private final StringBuilder text = new StringBuilder();

    private ReportText() {}

    /** @param maxBytes the maximum length in UTF-8 */
    static String of(ShutdownReport report, int maxBytes) {
        var text = new ReportText();
        text.write(report);
        return cut(text.text.toString(), maxBytes);
    }

    private void write(ShutdownReport report) {
        line(
                "%s: %s, exit code %d, %s after %s",
                report.service(), report.exitCode(), report.exitCode().code(), seconds(report.took()), report.reason());
        line(
                "in flight: %d at the signal, %d arrived, %d finished, %d given up, %d aborted",
                report.inFlightAtSignal(),
                report.inFlightArrived(),
                report.inFlightFinished(),
                report.inFlightGivenUp(),
                report.inFlightCut());
        ShutdownReport.Late late = report.late();
        line(
                "late requests: %d, %d on new connections, %d refused, the last %s after the signal",
                late.count(), late.newConnections(), late.refused(), seconds(late.latest()));
        report.cut().stream().limit(MAX_CUT).forEach(this::cut);
        report.problems().forEach(problem -> line("problem: %s", firstLine(problem)));
        report.components().stream()
                .filter(stop -> stop.ending() != ShutdownReport.Ending.STOPPED)
                .forEach(stop -> line(
                        "%s %s after %s: %s",
                        stop.name(), stop.ending(), seconds(stop.took()), firstLine(stop.detail())));
        report.advice().forEach(advice -> line("advice: %s", advice));
        times(report);
        report.cut().stream().limit(MAX_CUT).forEach(this::stack);
    }

    private void cut(ShutdownReport.Cut cut) {
        String thread = cut.thread() == null ? "no thread" : "thread " + cut.thread();
        line("aborted: %s %s, %s, %s", cut.kind(), cut.description(), Durations.text(cut.age()), thread);
    }

    private void stack(ShutdownReport.Cut cut) {
        if (!cut.stack().isEmpty()) {
            line("stack of %s %s", cut.kind(), cut.description());
            cut.stack().stream().limit(MAX_FRAMES).forEach(frame -> line("    at %s", frame));
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
    private static String cut(String text, int maxBytes) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= maxBytes) {
            return text;
        }
        CharBuffer whole = CharBuffer.allocate(maxBytes);
        StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.IGNORE)
                .decode(ByteBuffer.wrap(bytes, 0, maxBytes), whole, false);
        return whole.flip().toString();
    }
}
