package io.ebbtide.autoscale;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The simulated signals that an autoscaler can follow. */
enum Signal {
    /** Processor time; limited to the maximum that a pod can use. */
    CPU("cpu"),
    /** Memory; the same under any load, like a JVM's heap. */
    MEMORY("memory"),
    /** Answers per second; limited to the maximum that a pod can answer. */
    REQUESTS("requests"),
    /** Requests per second as they arrive, in front of the pods: not limited by what they answer. */
    ARRIVALS("arrivals"),
    /** Requests that a pod works on or that wait in it; still grows when the pod is at capacity. */
    IN_FLIGHT("in-flight"),
    /** Requests in flight divided by the pod's concurrency; still grows when the pod is at capacity. */
    UTILIZATION("utilization"),
    /** Waiting requests or messages. */
    QUEUE_DEPTH("queue-depth");

    private final String text;

    Signal(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }

    static Optional<Signal> named(String text) {
        for (Signal each : values()) {
            if (each.text.equals(text.toLowerCase(Locale.ROOT))) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    /** All names, in the order of the alphabet. */
    static String texts() {
        return Arrays.stream(values()).map(Signal::text).sorted().collect(Collectors.joining(", "));
    }

    /** The usual signal of a metric with this name; empty if the name does not show it. */
    static Optional<Signal> ofMetric(String metric) {
        String name = metric.toLowerCase(Locale.ROOT);
        if (name.equals("cpu")) {
            return Optional.of(CPU);
        }
        if (name.equals("memory")) {
            return Optional.of(MEMORY);
        }
        if (name.contains("queue") || name.contains("backlog") || name.contains("lag")) {
            return Optional.of(QUEUE_DEPTH);
        }
        if (name.contains("inflight") || name.contains("in_flight") || name.contains("concurren")) {
            return Optional.of(IN_FLIGHT);
        }
        if (name.contains("utilization") || name.contains("utilisation")) {
            return Optional.of(UTILIZATION);
        }
        if (name.contains("per_second") || name.contains("rps") || name.contains("qps") || name.contains("requests")) {
            return Optional.of(REQUESTS);
        }
        return Optional.empty();
    }
}
