package io.ebbtide.autoscale;

import static io.ebbtide.autoscale.SpecFields.list;
import static io.ebbtide.autoscale.SpecFields.map;
import static io.ebbtide.autoscale.SpecFields.text;

import io.ebbtide.lint.AutoscaledWorkload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** Reads an autoscaler and its pod from manifests. Not thread-safe; confine to one thread. */
final class ManifestReader {
    /** The value that omits a metric. */
    static final String IGNORE = "ignore";

    private final AutoscaledWorkload workload;
    private final SpecFields fields;
    private final MetricReader metrics;
    private final List<String> assumptions = new ArrayList<>();

    /** @param signals the signal of each metric, by name; {@link #IGNORE} omits a metric */
    ManifestReader(AutoscaledWorkload workload, Map<String, String> signals) {
        this.workload = workload;
        fields = new SpecFields(workload);
        metrics = new MetricReader(workload, signals, assumptions);
    }

    /** The assumptions for values that no manifest sets. */
    List<String> assumptions() {
        return assumptions;
    }

    HpaSpec hpa() {
        HpaSpec hpa = workload.isKeda() ? new KedaReader(workload, metrics).hpa() : autoscaler();
        metrics.checkAllUsed();
        return hpa;
    }

    private HpaSpec autoscaler() {
        Map<String, Object> spec = workload.spec();
        int min = fields.integer(spec, "minReplicas", 1, 0, HpaSpec.MAX_REPLICAS);
        if (!spec.containsKey("maxReplicas")) {
            throw fields.wrong("spec.maxReplicas", "", "a number");
        }
        int max = fields.integer(spec, "maxReplicas", 1, 1, HpaSpec.MAX_REPLICAS);
        if (max < min) {
            throw fields.wrong("maxReplicas", max, "not less than minReplicas, which is " + min);
        }
        var found = new ArrayList<MetricSpec>();
        if (spec.containsKey("targetCPUUtilizationPercentage")) {
            int percent = fields.integer(spec, "targetCPUUtilizationPercentage", 80, 1, 100_000);
            metrics.cpu(percent, "spec.targetCPUUtilizationPercentage").ifPresent(found::add);
        } else if (list(spec, "metrics").isEmpty()) {
            assumptions.add("no metrics: CPU at 80 %, Kubernetes' default");
            metrics.cpu(80, "spec.metrics").ifPresent(found::add);
        } else {
            int index = 0;
            for (Object each : list(spec, "metrics")) {
                metrics.metric(map(each), "spec.metrics[" + index++ + "]").ifPresent(found::add);
            }
        }
        checkScaleToZero(min, list(spec, "metrics"));
        return new HpaSpec(
                workload.name(), min, max, some(found, fields), new BehaviorReader(fields).behavior(spec), null);
    }

    private void checkScaleToZero(int min, List<?> entries) {
        boolean countsWithoutPods = entries.stream()
                .map(each -> text(map(each), "type", ""))
                .anyMatch(each -> each.equals("Object") || each.equals("External"));
        if (min == 0 && !countsWithoutPods) {
            throw fields.wrong(
                    "minReplicas",
                    0,
                    "at least 1 without a metric of type Object or External, which needs no pod; Kubernetes refuses this");
        }
    }

    static List<MetricSpec> some(List<MetricSpec> metrics, SpecFields fields) {
        if (metrics.isEmpty()) {
            throw fields.refused("has no metric that is simulated (all are ignored)");
        }
        return metrics;
    }

    PodSpec pod() {
        Map<String, Long> cpu = milli(workload.requests("cpu"));
        Map<String, Long> memory = milli(workload.requests("memory"));
        Duration preStop = workload.preStop();
        Duration lameDuck = workload.lameDuck().orElse(Duration.ZERO).plus(preStop);
        Duration drain;
        if (workload.podSpec().isEmpty()) {
            drain = Duration.ZERO;
            assumptions.add("the workload is not in the input: no drain, no lame duck");
        } else if (workload.drain().isPresent()) {
            drain = workload.drain().get();
        } else {
            Duration rest = workload.grace().minus(preStop);
            drain = rest.isNegative() ? Duration.ZERO : rest;
            assumptions.add("the manifests do not set how long the process drains: until the end of its grace, "
                    + drain.toSeconds() + " s");
        }
        return new PodSpec(cpu, memory, workload.serving(), readinessPeriod(), lameDuck, drain);
    }

    private Map<String, Long> milli(Map<String, String> requests) {
        var milli = new HashMap<String, Long>();
        requests.forEach((container, text) -> {
            OptionalLong value = Quantity.milli(text);
            if (!text.isEmpty() && value.isEmpty()) {
                throw fields.wrong("resources.requests of container " + container, text, "a quantity, such as 250m");
            }
            milli.put(container, value.orElse(PodGroup.NO_REQUEST));
        });
        return milli;
    }

    /** How long after a failure the probe runs again: Kubernetes' default is 10 s. */
    private Duration readinessPeriod() {
        for (Object each : list(workload.podSpec(), "containers")) {
            Map<String, Object> container = map(each);
            if (text(container, "name", "").equals(workload.serving())
                    && container.get("readinessProbe") instanceof Map<?, ?>) {
                return Duration.ofSeconds(
                        fields.integer(map(container.get("readinessProbe")), "periodSeconds", 10, 1, 86_400));
            }
        }
        return Duration.ZERO;
    }

    /** The metrics that may be named by {@code --signal}. */
    static void checkSignals(Map<String, String> signals) {
        signals.forEach((metric, signal) -> {
            if (Signal.named(signal).isEmpty() && !signal.equalsIgnoreCase(IGNORE)) {
                throw BadInput.of("--signal", "%s=%s (expected: %s, or %s)", metric, signal, Signal.texts(), IGNORE);
            }
        });
    }
}
