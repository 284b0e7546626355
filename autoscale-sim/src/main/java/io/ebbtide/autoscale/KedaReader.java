package io.ebbtide.autoscale;

import static io.ebbtide.autoscale.SpecFields.list;
import static io.ebbtide.autoscale.SpecFields.map;
import static io.ebbtide.autoscale.SpecFields.text;

import io.ebbtide.autoscale.MetricSpec.Source;
import io.ebbtide.autoscale.MetricSpec.Target;
import io.ebbtide.lint.AutoscaledWorkload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads a ScaledObject as the autoscaler that KEDA creates from it, and refuses what KEDA's own admission webhook refuses (KEDA,
 * "Admission Webhooks"): such a manifest scales nothing. Not thread-safe; confine to one thread.
 */
final class KedaReader {
    /** Triggers of KEDA that count waiting items, and the field of their target. */
    private static final Map<String, String> QUEUES = Map.ofEntries(
            Map.entry("rabbitmq", "value"),
            Map.entry("kafka", "lagThreshold"),
            Map.entry("apache-kafka", "lagThreshold"),
            Map.entry("aws-sqs-queue", "queueLength"),
            Map.entry("azure-queue", "queueLength"),
            Map.entry("azure-servicebus", "messageCount"),
            Map.entry("gcp-pubsub", "value"),
            Map.entry("redis", "listLength"),
            Map.entry("redis-streams", "pendingEntriesCount"),
            Map.entry("nats-jetstream", "lagThreshold"),
            Map.entry("activemq", "targetQueueSize"),
            Map.entry("artemis-queue", "queueLength"));

    /** The modes of these triggers that count waiting items. */
    private static final Map<String, Set<String>> MODES_OF_DEPTH = Map.of(
            "rabbitmq",
            Set.of("QueueLength", "Unknown"),
            "gcp-pubsub",
            Set.of("SubscriptionSize", "NumUndeliveredMessages"));

    private final AutoscaledWorkload workload;
    private final SpecFields fields;
    private final MetricReader metrics;

    KedaReader(AutoscaledWorkload workload, MetricReader metrics) {
        this.workload = workload;
        this.metrics = metrics;
        fields = new SpecFields(workload);
    }

    HpaSpec hpa() {
        Map<String, Object> spec = workload.spec();
        int written = fields.integer(spec, "minReplicaCount", 0, 0, HpaSpec.MAX_REPLICAS);
        int max = fields.integer(spec, "maxReplicaCount", 100, 1, HpaSpec.MAX_REPLICAS);
        int min = Math.max(1, written);
        if (max < min) {
            throw fields.wrong("spec.maxReplicaCount", max, "not less than minReplicaCount, which is " + min);
        }
        List<?> triggers = list(spec, "triggers");
        if (triggers.isEmpty()) {
            throw fields.wrong("spec.triggers", "[]", "at least one trigger");
        }
        boolean idles = spec.containsKey("idleReplicaCount");
        int idle = fields.integer(spec, "idleReplicaCount", 0, 0, HpaSpec.MAX_REPLICAS);
        checkIdle(idles, idle, min);
        checkScaleToZero(triggers, written);
        checkNames(triggers);
        HpaSpec.ToZero zero = idles || written == 0
                ? new HpaSpec.ToZero(
                        idle,
                        Duration.ofSeconds(fields.integer(spec, "cooldownPeriod", 300, 0, 86_400)),
                        Duration.ofSeconds(fields.integer(spec, "pollingInterval", 30, 1, 86_400)))
                : null;
        Map<String, Object> advanced = map(spec.get("advanced"));
        if (advanced.containsKey("scalingModifiers")) {
            throw fields.refused(
                    "spec.advanced.scalingModifiers: a formula is not simulated (expected: none); remove it, and "
                            + "each trigger is simulated on its own");
        }
        var found = new ArrayList<MetricSpec>();
        int index = 0;
        for (Object each : triggers) {
            trigger(map(each), "spec.triggers[" + index++ + "]").ifPresent(found::add);
        }
        Behavior behavior = new BehaviorReader(fields).behavior(map(advanced.get("horizontalPodAutoscalerConfig")));
        return new HpaSpec(workload.name(), min, max, ManifestReader.some(found, fields), behavior, zero);
    }

    private void checkIdle(boolean idles, int idle, int min) {
        // Without a minReplicaCount KEDA compares with 0, not with the autoscaler's 1.
        int minimum = workload.spec().containsKey("minReplicaCount") ? min : 0;
        if (idles && idle >= minimum) {
            throw fields.wrong(
                    "spec.idleReplicaCount",
                    idle,
                    "less than minReplicaCount, which is %s; KEDA refuses this"
                            .formatted(minimum == 0 ? "not set" : String.valueOf(minimum)));
        }
    }

    private void checkScaleToZero(List<?> triggers, int written) {
        boolean resources = triggers.stream().map(SpecFields::map).allMatch(each -> isResource(text(each, "type", "")));
        if (resources && written == 0) {
            throw fields.wrong(
                    "spec.minReplicaCount",
                    workload.spec().containsKey("minReplicaCount") ? written : "not set",
                    "at least 1 with triggers of cpu and memory alone, which need a pod; KEDA refuses this");
        }
    }

    private void checkNames(List<?> triggers) {
        var names = new HashSet<String>();
        int index = 0;
        for (Object each : triggers) {
            String name = text(map(each), "name", "");
            if (!name.isEmpty() && !names.add(name)) {
                throw fields.wrong(
                        "spec.triggers[" + index + "].name",
                        name,
                        "a name that no other trigger has; KEDA refuses this");
            }
            index++;
        }
    }

    private static boolean isResource(String type) {
        return type.equals("cpu") || type.equals("memory");
    }

    private Optional<MetricSpec> trigger(Map<String, Object> trigger, String path) {
        String type = text(trigger, "type", "");
        Map<String, Object> metadata = map(trigger.get("metadata"));
        if (type.isEmpty()) {
            throw fields.wrong(path + ".type", type, "the type of a trigger, such as prometheus");
        }
        if (type.equals("cron")) {
            throw BadInput.of(
                    workload.place(), "%s: cron is not simulated; remove the trigger, or set minReplicaCount", path);
        }
        if (isResource(type)) {
            return resource(type, trigger, metadata, path);
        }
        String kind = text(trigger, "metricType", "AverageValue");
        if (!kind.equals("AverageValue") && !kind.equals("Value")) {
            throw fields.wrong(path + ".metricType", kind, "AverageValue or Value for a trigger of type " + type);
        }
        String name = text(trigger, "name", text(metadata, "query", type));
        Optional<Signal> signal = QUEUES.containsKey(type) && !metrics.isGiven(name)
                ? Optional.of(queue(type, name, metadata, path))
                : metrics.signal(name, path);
        if (signal.isEmpty()) {
            return Optional.empty();
        }
        metrics.checkTotal(signal.get(), name, Source.EXTERNAL, kind.equals("AverageValue"));
        String field = QUEUES.getOrDefault(type, "threshold");
        String other = type.equals("rabbitmq") ? "queueLength" : "value"; // of KEDA's older versions
        long milli = fields.quantity(
                metadata,
                metadata.containsKey(field) || !metadata.containsKey(other) ? field : other,
                path + ".metadata");
        return Optional.of(new MetricSpec(
                Source.EXTERNAL,
                name,
                "",
                kind.equals("Value") ? Target.VALUE : Target.AVERAGE_VALUE,
                milli,
                signal.get()));
    }

    private Optional<MetricSpec> resource(
            String type, Map<String, Object> trigger, Map<String, Object> metadata, String path) {
        String kind = text(trigger, "metricType", text(metadata, "type", "Utilization"));
        if (!kind.equals("Utilization") && !kind.equals("AverageValue")) {
            throw fields.wrong(path + ".metricType", kind, "Utilization or AverageValue for a trigger of type " + type);
        }
        var target = new HashMap<String, Object>();
        target.put(kind.equals("Utilization") ? "averageUtilization" : "averageValue", text(metadata, "value", ""));
        String container = text(metadata, "containerName", "");
        var metric = new HashMap<String, Object>(Map.of("name", type, "target", target, "container", container));
        return metrics.resource(metric, container.isEmpty() ? Source.RESOURCE : Source.CONTAINER_RESOURCE, path);
    }

    /** A queue has a depth and rates: the mode of the trigger says which. */
    private Signal queue(String type, String name, Map<String, Object> metadata, String path) {
        Set<String> depths = MODES_OF_DEPTH.get(type);
        String mode = text(metadata, "mode", "");
        if (type.equals("rabbitmq") && mode.equals("MessageRate")) {
            return metrics.arrivals(name, "in mode MessageRate");
        }
        if (depths != null && !mode.isEmpty() && !depths.contains(mode)) {
            throw fields.wrong(
                    path + ".metadata.mode",
                    mode,
                    "%s, or --signal %s=<signal> with what it measures"
                            .formatted(
                                    type.equals("rabbitmq") ? "QueueLength or MessageRate" : "SubscriptionSize", name));
        }
        return metrics.depth(name);
    }
}
