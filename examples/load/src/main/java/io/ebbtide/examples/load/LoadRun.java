package io.ebbtide.examples.load;

import io.ebbtide.internal.Durations;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** One run from its first request to the files that it writes. Immutable. */
final class LoadRun {
    private static final int CONNECT_MILLIS = 5_000;
    private static final String LOG = "timeline.csv";
    private static final String REPORT = "report.html";

    private final LoadPlan plan;
    private final Thresholds thresholds;
    private final ReplicaSource replicas;
    private final Path folder;
    private final PrintWriter out;

    /** @param folder the folder for the report and the log; created if it does not exist */
    LoadRun(LoadPlan plan, Thresholds thresholds, ReplicaSource replicas, Path folder, PrintWriter out) {
        this.plan = plan;
        this.thresholds = thresholds;
        this.replicas = replicas;
        this.folder = folder.toAbsolutePath();
        this.out = out;
    }

    /** The run did not measure anything: no server listens, or the clients did not end. */
    static final class NotMeasured extends Exception {
        private static final long serialVersionUID = 1;

        NotMeasured(String message) {
            super(message);
        }
    }

    /** An activity that runs beside the load. */
    interface Companion {
        /** No activity. */
        Companion NONE = new Companion() {};

        /** The load has begun. */
        default void begin(Timeline timeline) {}

        /** The load has ended; waits for unfinished work. The returned findings are evaluated with the thresholds. */
        default List<Finding> end() throws InterruptedException {
            return List.of();
        }
    }

    /**
     * Sends the load, and waits for its end: the schedule's length, then at most the last clients' time-outs.
     *
     * @throws NotMeasured if no server listens, or clients do not end
     */
    LoadResult run(Companion companion) throws IOException, InterruptedException, NotMeasured {
        awaitListener();
        var tally = new Tally();
        try (SideLog log = log()) {
            out.println(RootFormat.of(
                    "%s: %s, %s, at most %.0f requests per second; stops by itself",
                    plan.target(),
                    plan.profile().text(),
                    Durations.text(plan.schedule().length()),
                    plan.schedule().peak()));
            out.flush();
            JMeterRun load = JMeterRun.start(plan, tally);
            Timeline timeline = Timeline.start(plan, tally, replicas, log, out);
            List<Finding> others;
            try (timeline) {
                companion.begin(timeline);
                if (!load.awaitEnd(plan.deadline())) {
                    load.stop();
                    throw new NotMeasured("clients still run after %s (expected: no longer than all their time-outs)"
                            .formatted(Durations.text(plan.deadline())));
                }
                others = companion.end();
            }
            return result(tally, timeline, others);
        }
    }

    private SideLog log() throws OutputFailed {
        Path file = folder.resolve(LOG);
        try {
            Files.createDirectories(folder);
            return new SideLog(file);
        } catch (IOException e) {
            throw new OutputFailed(file, e);
        }
    }

    private LoadResult result(Tally tally, Timeline timeline, List<Finding> others) {
        Duration p99 = tally.percentile(99);
        var findings = new ArrayList<>(thresholds.judge(tally.counts(), JMeterRun.requests(plan), p99));
        findings.addAll(others);
        var result = new LoadResult(
                plan,
                tally.counts(),
                tally.percentile(50),
                p99,
                tally.failures(),
                tally.texts(),
                timeline.moments(),
                timeline.events(),
                List.copyOf(findings),
                List.of());
        IOException ofLog = timeline.logFailure();
        if (ofLog != null) {
            result = result.withUnwritten(new OutputFailed(folder.resolve(LOG), ofLog).text());
        }
        try {
            HtmlReport.write(result, folder.resolve(REPORT));
            return result;
        } catch (IOException e) {
            return result.withUnwritten(new OutputFailed(folder.resolve(REPORT), e).text());
        }
    }

    /** A run without a server would only count refused connections. */
    private void awaitListener() throws NotMeasured {
        String host = plan.target().uri().getHost();
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, plan.target().port()), CONNECT_MILLIS);
        } catch (IOException e) {
            throw new NotMeasured(RootFormat.of(
                    "nothing listens on %s:%d: %s (expected: a running service; nothing was sent)",
                    host, plan.target().port(), e.getMessage()));
        }
    }

    /** Prints the findings. */
    static void print(LoadResult result, Path folder, Consumer<String> line) {
        line.accept("");
        result.findings().forEach(each -> line.accept("  " + each));
        result.notes().forEach(each -> line.accept("  note  " + each));
        if (!result.reasons().isEmpty()) {
            line.accept("");
            line.accept("  Why attempts failed:");
            result.reasons().forEach(each -> line.accept("    " + each));
            result.texts().forEach((text, count) -> line.accept(RootFormat.of("      %6d  %s", count, text)));
        }
        line.accept("");
        line.accept("  report: " + folder.resolve(REPORT));
        line.accept("  log:    " + folder.resolve(LOG));
        line.accept("");
        line.accept(result.met() ? "  All thresholds are met." : "  A threshold is exceeded, see FAIL above.");
    }
}
