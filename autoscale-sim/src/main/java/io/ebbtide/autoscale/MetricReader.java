package io.ebbtide.autoscale;

import static io.ebbtide.autoscale.SpecFields.map;
import static io.ebbtide.autoscale.SpecFields.text;

import io.ebbtide.autoscale.MetricSpec.Source;
import io.ebbtide.autoscale.MetricSpec.Target;
import io.ebbtide.lint.AutoscaledWorkload;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Reads the metrics of an autoscaler, and determines the signal of each. Not thread-safe; confine to one thread. */
final class MetricReader {
    /** Objects in front of the pods: they count what arrives, whether or not a pod answers it. */
    private static final Set<String> IN_FRONT =
            Set.of("Ingress", "Gateway", "HTTPRoute", "GRPCRoute", "VirtualService");

    private final AutoscaledWorkload workload;
    private final SpecFields fields;
    private final Map<String, String> signals;
    private final List<String> assumptions;
    private final Set<String> names = new TreeSet<>();

    /**
     * @param signals the signal of each metric, by name; {@link ManifestReader#IGNORE} omits a metric
     * @param assumptions receives what is assumed about metrics
     */
    MetricReader(AutoscaledWorkload workload, Map<String, String> signals, List<String> assumptions) {
        this.workload = workload;
        this.signals = signals;
        this.assumptions = assumptions;
        fields = new SpecFields(workload);
    }

    /** One entry of {@code spec.metrics}; empty if it is to be omitted. */
    Optional<MetricSpec> metric(Map<String, Object> metric, String path) {
        String type = text(metric, "type", "");
        return switch (type) {
            case "Resource" -> resource(map(metric.get("resource")), Source.RESOURCE, path + ".resource");
            case "ContainerResource" ->
                resource(map(metric.get("containerResource")), Source.CONTAINER_RESOURCE, path + ".containerResource");
            case "Pods" -> named(map(metric.get("pods")), Source.PODS, path + ".pods");
            case "Object" -> named(map(metric.get("object")), Source.OBJECT, path + ".object");
            case "External" -> named(map(metric.get("external")), Source.EXTERNAL, path + ".external");
            default ->
                throw fields.wrong(path + ".type", type, "Resource, ContainerResource, Pods, Object or External");
        };
    }

    /** Processor time in percent of the requests of all containers. */
    Optional<MetricSpec> cpu(int percent, String path) {
        return resource(
                Map.of("name", "cpu", "target", Map.of("averageUtilization", String.valueOf(percent))),
                Source.RESOURCE,
                path);
    }

    Optional<MetricSpec> resource(Map<String, Object> metric, Source source, String path) {
        String name = text(metric, "name", "");
        String container = text(metric, "container", "");
        if (source == Source.CONTAINER_RESOURCE && container.isEmpty()) {
            throw fields.wrong(path + ".container", container, "the name of a container");
        }
        Map<String, Object> target = map(metric.get("target"));
        Optional<Signal> signal = signal(name, path + ".name");
        if (signal.isEmpty()) {
            return Optional.empty();
        }
        if (signal.get() != Signal.CPU && signal.get() != Signal.MEMORY) {
            if (isGiven(name)) {
                throw BadInput.of(
                        "--signal",
                        "%s=%s: %s has it as a resource (expected: cpu, memory or %s)",
                        name,
                        signal.get().text(),
                        workload.name(),
                        ManifestReader.IGNORE);
            }
            throw fields.wrong(path + ".name", name, "cpu or memory");
        }
        checkRequests(signal.get(), container, path);
        if (target.containsKey("averageUtilization")) {
            int percent = fields.integer(target, "averageUtilization", 0, 1, 100_000);
            return Optional.of(new MetricSpec(source, name, container, Target.UTILIZATION, percent, signal.get()));
        }
        long milli = fields.quantity(target, "averageValue", path + ".target");
        return Optional.of(new MetricSpec(source, name, container, Target.AVERAGE_VALUE, milli, signal.get()));
    }

    private void checkRequests(Signal signal, String container, String path) {
        if (workload.podSpec().isEmpty()) {
            throw fields.refused(
                    "follows a resource, and its workload is not in the input; give the workload's manifest, too");
        }
        Map<String, String> requests = workload.requests(signal.text());
        if (!container.isEmpty() && !requests.containsKey(container)) {
            throw fields.wrong(path + ".container", container, "one of " + String.join(", ", requests.keySet()));
        }
        if (!container.isEmpty() && !container.equals(workload.serving())) {
            assumptions.add("container " + container + " does not serve the requests: its CPU stays idle");
        }
        boolean ofPod = requests.containsKey("") && container.isEmpty();
        for (Map.Entry<String, String> each : requests.entrySet()) {
            boolean meant = container.isEmpty() || each.getKey().equals(container);
            if (!ofPod && meant && each.getValue().isEmpty()) {
                throw BadInput.of(
                        workload.place(),
                        "container %s has no request of %s, so the autoscaler cannot compute, and does nothing; add it",
                        each.getKey(),
                        signal.text());
            }
        }
    }

    private Optional<MetricSpec> named(Map<String, Object> metric, Source source, String path) {
        String name = text(map(metric.get("metric")), "name", "");
        if (name.isEmpty()) {
            throw fields.wrong(path + ".metric.name", name, "the name of a metric");
        }
        Map<String, Object> target = map(metric.get("target"));
        boolean average = target.containsKey("averageValue");
        if (source == Source.PODS && !average) {
            throw fields.wrong(path + ".target.averageValue", "", "a quantity");
        }
        long milli = fields.quantity(target, average ? "averageValue" : "value", path + ".target");
        String kind = source == Source.OBJECT ? text(map(metric.get("describedObject")), "kind", "") : "";
        Optional<Signal> signal = IN_FRONT.contains(kind) && isRequests(name)
                ? Optional.of(arrivals(name, "at its " + kind))
                : signal(name, path + ".metric.name");
        signal.ifPresent(each -> checkTotal(each, name, source, average));
        return signal.map(
                each -> new MetricSpec(source, name, "", average ? Target.AVERAGE_VALUE : Target.VALUE, milli, each));
    }

    private boolean isRequests(String metric) {
        return !signals.containsKey(metric)
                && Signal.ofMetric(metric)
                        .filter(each -> each == Signal.REQUESTS)
                        .isPresent();
    }

    /** @param reason continues a sentence */
    Signal arrivals(String metric, String reason) {
        names.add(metric);
        assumptions.add(
                "metric " + metric + " counts requests as they arrive, " + reason + ", also those that no pod answers");
        return Signal.ARRIVALS;
    }

    /** The signal of a trigger that counts waiting items. */
    Signal depth(String metric) {
        names.add(metric);
        return Signal.QUEUE_DEPTH;
    }

    /**
     * Refuses totals that the model does not have, and notes what a target of the whole total does.
     *
     * @param average whether the total is divided by the number of pods
     */
    void checkTotal(Signal signal, String metric, Source source, boolean average) {
        if (source == Source.PODS) {
            return;
        }
        switch (signal) {
            case CPU, MEMORY ->
                throw fields.refused(
                        "metric '%s' of type %s: '%s' (expected: a signal that all pods have together; %s is simulated for "
                                + "resources and metrics of pods alone); choose another by --signal %s=<signal>, or %s",
                        metric,
                        source == Source.OBJECT ? "Object" : "External",
                        signal.text(),
                        signal.text(),
                        metric,
                        ManifestReader.IGNORE);
            case UTILIZATION -> {
                if (!average) {
                    assumptions.add("metric " + metric + " is the mean of the pods, since its target is one value");
                }
            }
            case REQUESTS, ARRIVALS, IN_FLIGHT -> {
                if (!average) {
                    assumptions.add("metric " + metric
                            + " is a total with a target of type Value: more pods do not lower it, so "
                            + "above the target the replicas rise to the maximum; averageValue divides it by the pods");
                }
            }
            case QUEUE_DEPTH -> {} // more pods lower it
        }
    }

    /** Empty if the metric is to be omitted. */
    Optional<Signal> signal(String metric, String path) {
        names.add(metric);
        String given = signals.get(metric);
        if (given != null && given.equalsIgnoreCase(ManifestReader.IGNORE)) {
            assumptions.add("metric " + metric + " is omitted");
            return Optional.empty();
        }
        Optional<Signal> signal = given == null ? Signal.ofMetric(metric) : Signal.named(given);
        if (signal.isEmpty()) {
            throw BadInput.of(
                    workload.place(),
                    "%s: the signal that '%s' measures is unknown; set it by --signal %s=<signal> (one of %s, or %s)",
                    path,
                    metric,
                    metric,
                    Signal.texts(),
                    ManifestReader.IGNORE);
        }
        if (given == null && signal.get() != Signal.CPU && signal.get() != Signal.MEMORY) {
            assumptions.add("metric " + metric + " is read as " + signal.get().text() + ", by its name");
        }
        return signal;
    }

    /** Whether {@code --signal} has this metric. */
    boolean isGiven(String metric) {
        return signals.containsKey(metric);
    }

    /** Refuses signals of metrics that the autoscaler does not have: they would silently change nothing. */
    void checkAllUsed() {
        for (Map.Entry<String, String> each : signals.entrySet()) {
            if (!names.contains(each.getKey())) {
                throw BadInput.of(
                        "--signal",
                        "%s=%s: %s has no metric of this name (expected: one of %s)",
                        each.getKey(),
                        each.getValue(),
                        workload.name(),
                        String.join(", ", names));
            }
        }
    }
}
