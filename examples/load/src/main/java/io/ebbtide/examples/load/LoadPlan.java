package io.ebbtide.examples.load;

import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Expect;
import java.time.Duration;

/**
 * The requests of a load, their schedule, and the behaviour of a client. Immutable.
 *
 * @param target the request that a client sends
 * @param profile the name of the form of the traffic
 * @param schedule the rates over time
 * @param requestsPerConnection how many requests a client sends before it ends, 1 to 1000; on one connection unless that one ends
 * @param retries how often a client immediately repeats a lost request, 0 to 10
 * @param timeout how long a client waits for a connection, and for an answer, 1 ms to 5 min
 */
record LoadPlan(
        Target target, Profile profile, Schedule schedule, int requestsPerConnection, int retries, Duration timeout) {
    /** Each client is a thread of this process. */
    private static final int MAX_CLIENTS = 10_000;

    private static final Duration MAX_TIMEOUT = Duration.ofMinutes(5);
    private static final Duration MAX_LENGTH = Duration.ofHours(24);

    LoadPlan {
        Expect.between(1, 1_000, requestsPerConnection, "--requests-per-connection");
        Expect.between(0, 10, retries, "--retries");
        if (timeout.compareTo(MAX_TIMEOUT) > 0 || timeout.toMillis() < 1) {
            throw Expect.wrong("--timeout", Durations.text(timeout), "1 ms to 5 min");
        }
        if (schedule.length().compareTo(MAX_LENGTH) > 0) {
            throw Expect.wrong("--duration", Durations.text(schedule.length()), "at most 24 h");
        }
        double clients = schedule.peak() * timeout.toMillis() / 1_000 * (1 + retries);
        if (clients > MAX_CLIENTS) {
            throw new IllegalArgumentException(RootFormat.of(
                    "%.0f requests per second x %s s x %d attempts: up to %.0f clients at once if nothing answers (expected: at most"
                            + " %d; lower --rate, --factor, --timeout or --retries)",
                    schedule.peak(), seconds(timeout), 1 + retries, clients, MAX_CLIENTS));
        }
    }

    /** The time by which the last client must have ended: the end of the schedule plus all its time-outs. */
    Duration deadline() {
        return schedule.length()
                .plus(timeout.multipliedBy(2L * requestsPerConnection * (1 + retries)))
                .plusSeconds(30);
    }

    private static String seconds(Duration duration) {
        return String.valueOf(duration.toMillis() / 1_000.0);
    }
}
