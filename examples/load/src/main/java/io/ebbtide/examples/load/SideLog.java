package io.ebbtide.examples.load;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * A CSV file (RFC 4180) with one line for each second: requests sent and lost, and the replicas, with the time of day for comparison with
 * an autoscaler's events. Each line is written immediately, so that a killed run has its log, too. Confined to one thread.
 */
final class SideLog implements AutoCloseable {
    private final BufferedWriter out;

    SideLog(Path file) throws IOException {
        out = Files.newBufferedWriter(file);
        line(
                "time,second,stage,target_per_s,sent,answered,rejected,failed_attempts,lost,lost_total,in_flight,p50_ms,p99_ms,"
                        + "replicas_wanted,replicas_ready,utilisation,note");
    }

    void add(Moment moment) throws IOException {
        Tally.Counts counts = moment.counts();
        ReplicaSample replicas = moment.replicas();
        var fields = new StringJoiner(",");
        fields.add(moment.at().toString())
                .add(String.format(Locale.ROOT, "%.1f", moment.sinceStart().toMillis() / 1_000.0))
                .add(moment.stage())
                .add(String.format(Locale.ROOT, "%.1f", moment.target()))
                .add(String.valueOf(counts.sent()))
                .add(String.valueOf(counts.answered()))
                .add(String.valueOf(counts.rejected()))
                .add(String.valueOf(counts.failed()))
                .add(String.valueOf(counts.lost()))
                .add(String.valueOf(moment.total().lost()))
                .add(String.valueOf(moment.total().inFlight()))
                .add(millis(moment.p50()))
                .add(millis(moment.p99()))
                .add(text(replicas.wanted()))
                .add(text(replicas.ready()))
                .add(replicas.utilisation() == null ? "" : String.format(Locale.ROOT, "%.3f", replicas.utilisation()))
                .add(quoted(replicas.note()));
        line(fields.toString());
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    private void line(String text) throws IOException {
        out.write(text);
        out.write("\r\n");
        out.flush();
    }

    private static String millis(@Nullable Duration duration) {
        return duration == null ? "" : String.format(Locale.ROOT, "%.1f", duration.toNanos() / 1e6);
    }

    private static String text(@Nullable Integer number) {
        return number == null ? "" : number.toString();
    }

    private static String quoted(@Nullable String text) {
        return text == null ? "" : '"' + text.replace("\"", "\"\"").replaceAll("\\R", " ") + '"';
    }
}
