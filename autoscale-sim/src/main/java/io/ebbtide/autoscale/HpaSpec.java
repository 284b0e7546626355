package io.ebbtide.autoscale;

import io.ebbtide.internal.Expect;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A HorizontalPodAutoscaler, or the one that KEDA creates from a ScaledObject. Immutable.
 *
 * @param name for messages
 * @param min {@code minReplicas}
 * @param max {@code maxReplicas}, {@code >= min} and {@code >= 1}
 * @param metrics at least one
 * @param behavior null if there is none; then an older rule of the controller applies
 * @param zero how KEDA scales to 0 or to an idle number and back; null if it does not
 */
record HpaSpec(
        String name,
        int min,
        int max,
        List<MetricSpec> metrics,
        @Nullable Behavior behavior,
        @Nullable ToZero zero) {
    static final int MAX_REPLICAS = 100_000;

    /**
     * KEDA's own scaling, outside of the autoscaler.
     *
     * @param replicas the number of replicas without load
     * @param cooldown the delay after the last activity
     * @param polling the interval at which KEDA polls for activity
     */
    record ToZero(int replicas, Duration cooldown, Duration polling) {}

    HpaSpec {
        Expect.between(0, MAX_REPLICAS, min, "minReplicas");
        Expect.between(1, MAX_REPLICAS, max, "maxReplicas");
        if (max < min) {
            throw Expect.wrong("maxReplicas", max, ">= minReplicas, which is " + min);
        }
        metrics = Expect.list(metrics, "metrics");
    }

    HpaSpec withBehavior(@Nullable Behavior other) {
        return new HpaSpec(name, min, max, metrics, other, zero);
    }

    HpaSpec withMetrics(List<MetricSpec> others) {
        return new HpaSpec(name, min, max, others, behavior, zero);
    }

    HpaSpec withMin(int other) {
        return new HpaSpec(name, other, max, metrics, behavior, zero);
    }

    String text() {
        return String.format(
                Locale.ROOT,
                "%s: %d to %d, %s, %s",
                name,
                zero == null ? min : zero.replicas(),
                max,
                metricsText(),
                behavior == null ? "no behavior section" : behavior.text());
    }

    /** All metrics with their targets: {@code cpu 70 %, utilization 700m}. */
    String metricsText() {
        return metrics.stream().map(MetricSpec::text).collect(Collectors.joining(", "));
    }
}
