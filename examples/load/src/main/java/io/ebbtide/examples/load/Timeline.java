package io.ebbtide.examples.load;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Samples a run once per second, keeps and logs the samples, and prints the progress. Uses two threads: one counts, one
 * reads replicas. Safe for use by many threads.
 */
final class Timeline implements AutoCloseable {
    private final LoadPlan plan;
    private final Tally tally;
    private final ReplicaSource source;
    private final SideLog log;
    private final PrintWriter out;
    private final List<Moment> moments = new ArrayList<>();
    private final List<Event> events = new ArrayList<>();
    private final ScheduledExecutorService threads;
    private final long startNanos = System.nanoTime();
    private volatile ReplicaSample replicas = new ReplicaSample(null, null, null, null);
    private Duration before = Duration.ZERO;
    private Tally.Counts counted;
    private @Nullable IOException logFailure;

    private Timeline(LoadPlan plan, Tally tally, ReplicaSource source, SideLog log, PrintWriter out) {
        this.plan = plan;
        this.tally = tally;
        this.source = source;
        this.log = log;
        this.out = out;
        counted = tally.counts();
        threads = Executors.newScheduledThreadPool(2, task -> {
            var thread = new Thread(task, "timeline");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Starts to sample. */
    static Timeline start(LoadPlan plan, Tally tally, ReplicaSource source, SideLog log, PrintWriter out) {
        var timeline = new Timeline(plan, tally, source, log, out);
        var unusedReads = timeline.threads.scheduleWithFixedDelay(timeline::read, 0, 1, TimeUnit.SECONDS);
        var unusedTicks = timeline.threads.scheduleAtFixedRate(timeline::tick, 1, 1, TimeUnit.SECONDS);
        return timeline;
    }

    /** Records and prints an event that happens now. */
    synchronized void event(String text) {
        Duration now = elapsed();
        events.add(new Event(now, text));
        print("%6.1f s  %s", now.toMillis() / 1_000.0, text);
    }

    /** All samples so far. */
    synchronized List<Moment> moments() {
        return List.copyOf(moments);
    }

    /** Why the log is not complete; null if it is. */
    synchronized @Nullable IOException logFailure() {
        return logFailure;
    }

    /** All events so far. */
    synchronized List<Event> events() {
        return List.copyOf(events);
    }

    /** The time since the start. */
    Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }

    /** Ends the sampling, after a last sample with the counts until now. */
    @Override
    public void close() {
        threads.shutdownNow();
        tick();
    }

    private void read() {
        try {
            replicas = source.sample();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) { // the scheduler does not repeat a task that throws
            replicas = ReplicaSample.unknown(e.toString());
        }
    }

    private synchronized void tick() {
        Duration now = elapsed();
        Duration length = now.minus(before);
        Duration middle = before.plus(length.dividedBy(2));
        Tally.Counts total = tally.counts();
        Histogram latencies = tally.interval();
        var moment = new Moment(
                Instant.now(),
                now,
                length,
                plan.schedule().stageAt(middle),
                plan.schedule().rateAt(middle),
                total.minus(counted),
                total,
                percentile(latencies, 50),
                percentile(latencies, 99),
                replicas);
        before = now;
        counted = total;
        moments.add(moment);
        print(moment);
        try {
            log.add(moment);
        } catch (IOException e) {
            if (logFailure == null) {
                logFailure = e;
                print("%s", "the log can no longer be written: " + e.getMessage());
            }
        }
    }

    private static @Nullable Duration percentile(Histogram latencies, double percent) {
        return latencies.getTotalCount() == 0
                ? null
                : Duration.ofNanos(latencies.getValueAtPercentile(percent) * 1_000);
    }

    private void print(Moment moment) {
        ReplicaSample known = moment.replicas();
        String replicaText = known.ready() == null ? "" : RootFormat.of("  ready %d/%d", known.ready(), known.wanted());
        String busy =
                known.utilisation() == null ? "" : RootFormat.of("  utilisation %.0f %%", known.utilisation() * 100);
        print(
                "%6.1f s of %.0f s  %-8s target %5.0f/s  sent %5.0f/s  answered %,8d  lost %,d%s%s%s",
                moment.sinceStart().toMillis() / 1_000.0,
                plan.schedule().length().toMillis() / 1_000.0,
                moment.stage(),
                moment.target(),
                moment.perSecond(moment.counts().sent()),
                moment.total().answered(),
                moment.total().lost(),
                moment.p99() == null ? "" : "  p99 " + moment.p99().toMillis() + " ms",
                replicaText,
                busy);
    }

    private void print(String format, Object... values) {
        out.println(RootFormat.of(format, values));
        out.flush();
    }
}
