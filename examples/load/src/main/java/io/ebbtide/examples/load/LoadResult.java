package io.ebbtide.examples.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The result of a run. Immutable.
 *
 * @param plan the plan that was run
 * @param counts the counts at the end
 * @param p50 the median time to an answer
 * @param p99 its 99th percentile
 * @param failures failed attempts by kind
 * @param texts failed attempts by failure text
 * @param moments one sample for each second
 * @param events events in order
 * @param findings one finding for each threshold
 * @param unwritten why a file of the run could not be written; empty if all were
 */
record LoadResult(
        LoadPlan plan,
        Tally.Counts counts,
        Duration p50,
        Duration p99,
        Map<Loss, Long> failures,
        Map<String, Long> texts,
        List<Moment> moments,
        List<Event> events,
        List<Finding> findings,
        List<String> unwritten) {
    private static final Duration SHORTLY = Duration.ofSeconds(5);
    private static final double SHARE_BEHIND = 0.01;

    /** Whether every threshold is met. */
    boolean met() {
        return findings.stream().allMatch(Finding::met);
    }

    LoadResult withUnwritten(String message) {
        var all = new ArrayList<>(unwritten);
        all.add(message);
        return new LoadResult(plan, counts, p50, p99, failures, texts, moments, events, findings, List.copyOf(all));
    }

    /** What no threshold shows: a load that was lower than its schedule, since clients waited for answers. Empty if it was not. */
    List<String> notes() {
        double max = 0;
        Moment worst = null;
        for (Moment moment : moments) {
            long begun = moment.total().requests() + moment.total().inFlight();
            double behind = plan.schedule().requestsUntil(moment.sinceStart().minus(SHORTLY)) - begun;
            if (behind > max) {
                max = behind;
                worst = moment;
            }
        }
        if (worst == null
                || max
                        < SHARE_BEHIND
                                * plan.schedule().requestsUntil(plan.schedule().length())) {
            return List.of();
        }
        return List.of(RootFormat.of(
                "at second %s the load was %.0f requests behind its schedule: a client sends a request when its previous one has"
                        + " ended (--requests-per-connection 1: never waits)",
                seconds(worst.sinceStart()), max));
    }

    /** Why attempts failed, as far as the run shows: kinds, times, and events from 5 s before to the last failure. Empty if none failed. */
    List<String> reasons() {
        var reasons = new ArrayList<String>();
        failures.forEach((loss, count) -> reasons.add(RootFormat.of("%d x %s: %s", count, loss.what(), loss.sign())));
        Moment first = null;
        Moment last = null;
        for (Moment moment : moments) {
            if (moment.counts().failed() > 0) {
                first = first == null ? moment : first;
                last = moment;
            }
        }
        if (first != null && last != null) {
            reasons.add(RootFormat.of(
                    "failed attempts from second %s to second %s%s",
                    seconds(first.sinceStart().minus(first.length())), seconds(last.sinceStart()), ready(first)));
            for (Event event : events) {
                Duration began = first.sinceStart().minus(first.length());
                if (event.sinceStart().compareTo(last.sinceStart()) <= 0
                        && began.minus(event.sinceStart()).compareTo(SHORTLY) < 0) {
                    reasons.add("at second %s: %s".formatted(seconds(event.sinceStart()), event.text()));
                }
            }
        }
        return List.copyOf(reasons);
    }

    private static String ready(Moment moment) {
        @Nullable Integer ready = moment.replicas().ready();
        return ready == null
                ? ""
                : RootFormat.of(
                        ", with %d of %d replicas ready",
                        ready, moment.replicas().wanted());
    }

    private static String seconds(Duration duration) {
        return RootFormat.of("%.1f", Math.max(0, duration.toMillis()) / 1_000.0);
    }
}
