package io.ebbtide.examples.load;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/**
 * Counts the outcomes of requests. A request is one operation of a client; an attempt is one transmission of it, several with retries.
 * Safe for use by many threads; {@link #interval} is called by one thread.
 */
final class Tally {
    private static final long MAX_MICROS = TimeUnit.MINUTES.toMicros(10);
    private static final int DIGITS = 2;
    private static final int MAX_TEXTS = 50;

    private final LongAdder sent = new LongAdder();
    private final LongAdder answered = new LongAdder();
    private final LongAdder rejected = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder requests = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final LongAdder clientsEnded = new LongAdder();
    private final Map<Loss, LongAdder> failures = new EnumMap<>(Loss.class);
    private final Map<String, LongAdder> texts = new ConcurrentHashMap<>();
    private final Recorder latencies = new Recorder(MAX_MICROS, DIGITS);
    private final Histogram all = new Histogram(MAX_MICROS, DIGITS);

    Tally() {
        for (Loss loss : Loss.values()) {
            failures.put(loss, new LongAdder());
        }
    }

    /**
     * The counts at a moment. Immutable.
     *
     * @param sent attempts
     * @param answered attempts with a status below 300
     * @param rejected attempts with a status from 300 to 499
     * @param failed attempts that received no complete answer, or a status of 500 or more
     * @param requests requests that have ended
     * @param lost requests whose attempts have all failed
     */
    record Counts(long sent, long answered, long rejected, long failed, long requests, long lost) {
        /** Attempts that have no outcome yet. */
        long inFlight() {
            return sent - answered - rejected - failed;
        }

        /** Attempts for each request; 1 without retries, 0 if there was no request. */
        double attemptsPerRequest() {
            return requests == 0 ? 0 : (double) (answered + rejected + failed) / requests;
        }

        Counts minus(Counts earlier) {
            return new Counts(
                    sent - earlier.sent,
                    answered - earlier.answered,
                    rejected - earlier.rejected,
                    failed - earlier.failed,
                    requests - earlier.requests,
                    lost - earlier.lost);
        }
    }

    /** An attempt begins. */
    void sent() {
        sent.increment();
    }

    /**
     * An attempt has ended.
     *
     * @param loss null if it was answered with a status below 500
     * @param rejection whether the status was 300 or more
     * @param text the failure's text; unused unless lost
     */
    void ended(@Nullable Loss loss, boolean rejection, Duration took, String text) {
        if (loss == null) {
            (rejection ? rejected : answered).increment();
            latencies.recordValue(Math.min(MAX_MICROS, Math.max(0, took.toNanos() / 1_000)));
            return;
        }
        failed.increment();
        failureOf(loss).increment();
        String known = texts.size() < MAX_TEXTS || texts.containsKey(text) ? text : "(further texts)";
        texts.computeIfAbsent(known, each -> new LongAdder()).increment();
    }

    /** A request has ended: the client has an answer, or has given up. */
    void requestEnded(boolean isLost) {
        requests.increment();
        if (isLost) {
            lost.increment();
        }
    }

    /** A client has ended: after its last request, or after giving one up. */
    void clientEnded() {
        clientsEnded.increment();
    }

    /** The number of clients that have ended by themselves. */
    long clientsEnded() {
        return clientsEnded.sum();
    }

    Counts counts() {
        // Outcomes first: an attempt that ends in between is in flight a little longer; the number is never negative.
        long ok = answered.sum();
        long no = rejected.sum();
        long bad = failed.sum();
        long ended = requests.sum();
        long gone = lost.sum();
        return new Counts(sent.sum(), ok, no, bad, ended, gone);
    }

    /** The latencies of answers since the last call. */
    Histogram interval() {
        Histogram since = latencies.getIntervalHistogram();
        synchronized (all) {
            all.add(since);
        }
        return since;
    }

    /** A percentile of the latencies of all answers that {@link #interval} has returned. */
    Duration percentile(double percent) {
        synchronized (all) {
            return Duration.ofNanos(all.getValueAtPercentile(percent) * 1_000);
        }
    }

    /** Failed attempts by kind, without kinds that did not occur. */
    Map<Loss, Long> failures() {
        var counts = new EnumMap<Loss, Long>(Loss.class);
        failures.forEach((loss, count) -> {
            if (count.sum() > 0) {
                counts.put(loss, count.sum());
            }
        });
        return counts;
    }

    /** Failed attempts by failure text; at most 51 entries. */
    Map<String, Long> texts() {
        var counts = new ConcurrentHashMap<String, Long>();
        texts.forEach((text, count) -> counts.put(text, count.sum()));
        return Map.copyOf(counts);
    }

    private LongAdder failureOf(Loss loss) {
        LongAdder count = failures.get(loss);
        if (count == null) {
            throw new IllegalStateException("no counter of " + loss);
        }
        return count;
    }
}
