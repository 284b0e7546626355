package io.ebbtide.autoscale;

import java.util.Locale;
import java.util.Optional;

/** What an autoscaler can follow, as far as it is simulated. */
enum Signal {
    /** Processor time; ends at what a pod can use. */
    CPU("cpu"),
    /** Memory; the same under any load, as a JVM's heap is. */
    MEMORY("memory"),
    /** Answers in a second; ends at what a pod can answer. */
    REQUESTS("requests"),
    /** Requests that a pod works on or that wait in it; goes on when the pod is full. */
    IN_FLIGHT("in-flight"),
    /** Requests in flight divided by what a pod can work on; goes on when the pod is full. */
    UTILIZATION("utilization"),
    /** Requests or messages that wait. */
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

    /** What a metric of this name usually is; empty if its name does not say. */
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
