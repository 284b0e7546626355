package io.ebbtide.autoscale;

import io.ebbtide.autoscale.MetricSpec.Source;
import io.ebbtide.autoscale.MetricSpec.Target;
import io.ebbtide.lint.AutoscaledWorkload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads an autoscaler and its pod from manifests. Not thread-safe; confine to one thread. */
final class ManifestReader {
    /** The value that omits a metric. */
    static final String IGNORE = "ignore";

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

    private final AutoscaledWorkload workload;
    private final Map<String, String> signals;
    private final List<String> assumptions = new ArrayList<>();

    /** @param signals the signal of each metric, by name; {@link #IGNORE} omits a metric */
    ManifestReader(AutoscaledWorkload workload, Map<String, String> signals) {
        this.workload = workload;
        this.signals = signals;
    }

    /** The assumptions for values that no manifest sets. */
    List<String> assumptions() {
        return assumptions;
    }

    HpaSpec hpa() {
        return workload.isKeda() ? keda() : autoscaler();
    }

    private HpaSpec autoscaler() {
        Map<String, Object> spec = workload.spec();
        int min = integer(spec, "minReplicas", 1, 0, HpaSpec.MAX_REPLICAS);
        if (!spec.containsKey("maxReplicas")) {
            throw wrong("spec.maxReplicas", "", "a number");
        }
        int max = integer(spec, "maxReplicas", 1, 1, HpaSpec.MAX_REPLICAS);
        var metrics = new ArrayList<MetricSpec>();
        if (spec.containsKey("targetCPUUtilizationPercentage")) {
            metrics.add(MetricSpec.cpu(integer(spec, "targetCPUUtilizationPercentage", 80, 1, 100_000)));
        } else if (list(spec, "metrics").isEmpty()) {
            metrics.add(MetricSpec.cpu(80));
            assumptions.add("no metrics: CPU at 80 %, Kubernetes' default");
        } else {
            int index = 0;
            for (Object each : list(spec, "metrics")) {
                metric(map(each), "spec.metrics[" + index++ + "]").ifPresent(metrics::add);
            }
        }
        checkBounds(min, max);
        return new HpaSpec(workload.name(), min, max, some(metrics), behavior(spec), null);
    }

    private void checkBounds(int min, int max) {
        if (max < min) {
            throw wrong("maxReplicas", max, "not less than minReplicas, which is " + min);
        }
    }

    private List<MetricSpec> some(List<MetricSpec> metrics) {
        if (metrics.isEmpty()) {
            throw BadInput.of(
                    workload.place(), "%s has no metric that is simulated (all are ignored)", workload.name());
        }
        return metrics;
    }

    private Optional<MetricSpec> metric(Map<String, Object> metric, String path) {
        String type = text(metric, "type", "");
        return switch (type) {
            case "Resource" -> resource(map(metric.get("resource")), Source.RESOURCE, path + ".resource");
            case "ContainerResource" ->
                resource(map(metric.get("containerResource")), Source.CONTAINER_RESOURCE, path + ".containerResource");
            case "Pods" -> named(map(metric.get("pods")), Source.PODS, path + ".pods");
            case "Object" -> named(map(metric.get("object")), Source.OBJECT, path + ".object");
            case "External" -> named(map(metric.get("external")), Source.EXTERNAL, path + ".external");
            default -> throw wrong(path + ".type", type, "Resource, ContainerResource, Pods, Object or External");
        };
    }

    private Optional<MetricSpec> resource(Map<String, Object> metric, Source source, String path) {
        String name = text(metric, "name", "");
        String container = text(metric, "container", "");
        if (source == Source.CONTAINER_RESOURCE && container.isEmpty()) {
            throw wrong(path + ".container", container, "the name of a container");
        }
        Map<String, Object> target = map(metric.get("target"));
        Optional<Signal> signal = signal(name, path + ".name");
        if (signal.isEmpty()) {
            return Optional.empty();
        }
        if (signal.get() != Signal.CPU && signal.get() != Signal.MEMORY) {
            throw wrong(path + ".name", name, "cpu or memory");
        }
        checkRequests(signal.get(), container, path);
        if (target.containsKey("averageUtilization")) {
            int percent = integer(target, "averageUtilization", 0, 1, 100_000);
            return Optional.of(new MetricSpec(source, name, container, Target.UTILIZATION, percent, signal.get()));
        }
        long milli = quantity(target, "averageValue", path + ".target");
        return Optional.of(new MetricSpec(source, name, container, Target.AVERAGE_VALUE, milli, signal.get()));
    }

    private void checkRequests(Signal signal, String container, String path) {
        if (workload.podSpec().isEmpty()) {
            throw BadInput.of(
                    workload.place(),
                    "%s follows a resource, and its workload is not in the input; give the workload's manifest, too",
                    workload.name());
        }
        Map<String, String> requests = workload.requests(signal.text());
        if (!container.isEmpty() && !requests.containsKey(container)) {
            throw wrong(path + ".container", container, "one of " + String.join(", ", requests.keySet()));
        }
        if (!container.isEmpty() && !container.equals(workload.serving())) {
            assumptions.add(
                    "container %s is not the one that requests come to: its CPU stays idle".formatted(container));
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
            throw wrong(path + ".metric.name", name, "the name of a metric");
        }
        Map<String, Object> target = map(metric.get("target"));
        boolean average = target.containsKey("averageValue");
        if (source == Source.PODS && !average) {
            throw wrong(path + ".target.averageValue", "", "a quantity");
        }
        long milli = quantity(target, average ? "averageValue" : "value", path + ".target");
        return signal(name, path + ".metric.name")
                .map(each ->
                        new MetricSpec(source, name, "", average ? Target.AVERAGE_VALUE : Target.VALUE, milli, each));
    }

    /** Empty if the metric is to be omitted. */
    private Optional<Signal> signal(String metric, String path) {
        String given = signals.get(metric);
        if (given != null && given.equals(IGNORE)) {
            assumptions.add("metric " + metric + " is omitted");
            return Optional.empty();
        }
        Optional<Signal> signal = given == null ? Signal.ofMetric(metric) : Signal.named(given);
        if (signal.isEmpty()) {
            var known = new TreeSet<String>();
            for (Signal each : Signal.values()) {
                known.add(each.text());
            }
            throw BadInput.of(
                    workload.place(),
                    "%s: nothing says what '%s' measures; say it by --signal %s=<signal> (one of %s, or %s)",
                    path,
                    metric,
                    metric,
                    String.join(", ", known),
                    IGNORE);
        }
        if (given == null && signal.get() != Signal.CPU && signal.get() != Signal.MEMORY) {
            assumptions.add("metric " + metric + " is read as " + signal.get().text() + ", by its name");
        }
        return signal;
    }

    private @Nullable Behavior behavior(Map<String, Object> spec) {
        if (!(spec.get("behavior") instanceof Map<?, ?>)) {
            return null;
        }
        Map<String, Object> behavior = map(spec.get("behavior"));
        return new Behavior(
                rules(map(behavior.get("scaleUp")), ScalingRules.UP, "spec.behavior.scaleUp"),
                rules(map(behavior.get("scaleDown")), ScalingRules.DOWN, "spec.behavior.scaleDown"));
    }

    private ScalingRules rules(Map<String, Object> rules, ScalingRules usual, String path) {
        Integer window = rules.containsKey("stabilizationWindowSeconds")
                ? Integer.valueOf(integer(rules, "stabilizationWindowSeconds", 0, 0, 3600))
                : usual.stabilizationSeconds();
        SelectPolicy select = switch (text(rules, "selectPolicy", "Max")) {
            case "Max" -> SelectPolicy.MAX;
            case "Min" -> SelectPolicy.MIN;
            case "Disabled" -> SelectPolicy.DISABLED;
            default -> throw wrong(path + ".selectPolicy", rules.get("selectPolicy"), "Max, Min or Disabled");
        };
        var policies = new ArrayList<ScalingPolicy>();
        int index = 0;
        for (Object each : list(rules, "policies")) {
            policies.add(policy(map(each), path + ".policies[" + index++ + "]"));
        }
        return new ScalingRules(
                window, select, policies.isEmpty() ? usual.policies() : policies, tolerance(rules, path));
    }

    private ScalingPolicy policy(Map<String, Object> policy, String path) {
        int value = integer(policy, "value", 0, 1, Integer.MAX_VALUE);
        int period = integer(policy, "periodSeconds", 0, 1, 1800);
        return switch (text(policy, "type", "")) {
            case "Pods" -> ScalingPolicy.pods(value, period);
            case "Percent" -> ScalingPolicy.percent(value, period);
            default -> throw wrong(path + ".type", text(policy, "type", ""), "Pods or Percent");
        };
    }

    private @Nullable Double tolerance(Map<String, Object> rules, String path) {
        if (!rules.containsKey("tolerance")) {
            return null;
        }
        OptionalLong milli = Quantity.milli(text(rules, "tolerance", ""));
        if (milli.isEmpty() || milli.getAsLong() < 0) {
            throw wrong(path + ".tolerance", text(rules, "tolerance", ""), "a quantity >= 0, such as 0.05");
        }
        return milli.getAsLong() / 1000.0;
    }

    private HpaSpec keda() {
        Map<String, Object> spec = workload.spec();
        int written = integer(spec, "minReplicaCount", 0, 0, HpaSpec.MAX_REPLICAS);
        int max = integer(spec, "maxReplicaCount", 100, 1, HpaSpec.MAX_REPLICAS);
        int min = Math.max(1, written);
        boolean idles = spec.containsKey("idleReplicaCount");
        int idle = integer(spec, "idleReplicaCount", 0, 0, HpaSpec.MAX_REPLICAS);
        checkBounds(min, max);
        HpaSpec.ToZero zero = idles || written == 0
                ? new HpaSpec.ToZero(
                        idle,
                        Duration.ofSeconds(integer(spec, "cooldownPeriod", 300, 0, 86_400)),
                        Duration.ofSeconds(integer(spec, "pollingInterval", 30, 1, 86_400)))
                : null;
        var metrics = new ArrayList<MetricSpec>();
        int index = 0;
        for (Object each : list(spec, "triggers")) {
            trigger(map(each), "spec.triggers[" + index++ + "]").ifPresent(metrics::add);
        }
        Map<String, Object> advanced = map(map(spec.get("advanced")).get("horizontalPodAutoscalerConfig"));
        return new HpaSpec(workload.name(), min, max, some(metrics), behavior(advanced), zero);
    }

    private Optional<MetricSpec> trigger(Map<String, Object> trigger, String path) {
        String type = text(trigger, "type", "");
        Map<String, Object> metadata = map(trigger.get("metadata"));
        if (type.equals("cron")) {
            throw BadInput.of(
                    workload.place(), "%s: cron is not simulated; remove the trigger, or set minReplicaCount", path);
        }
        if (type.equals("cpu") || type.equals("memory")) {
            String kind = text(trigger, "metricType", text(metadata, "type", "Utilization"));
            var target = new HashMap<String, Object>();
            target.put(kind.equals("Utilization") ? "averageUtilization" : "averageValue", text(metadata, "value", ""));
            String container = text(metadata, "containerName", "");
            var metric = new HashMap<String, Object>(Map.of("name", type, "target", target, "container", container));
            return resource(metric, container.isEmpty() ? Source.RESOURCE : Source.CONTAINER_RESOURCE, path);
        }
        String field = QUEUES.getOrDefault(type, "threshold");
        String name = text(trigger, "name", text(metadata, "query", type));
        Optional<Signal> signal = QUEUES.containsKey(type) && !signals.containsKey(name)
                ? Optional.of(Signal.QUEUE_DEPTH)
                : signal(name, path);
        if (signal.isEmpty()) {
            return Optional.empty();
        }
        String fieldOrOther = metadata.containsKey(field) ? field : "value";
        long milli = quantity(metadata, fieldOrOther, path + ".metadata");
        boolean whole = text(trigger, "metricType", "AverageValue").equals("Value");
        return Optional.of(new MetricSpec(
                Source.EXTERNAL, name, "", whole ? Target.VALUE : Target.AVERAGE_VALUE, milli, signal.get()));
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
            assumptions.add("nothing says how long the process drains: until the end of its grace, " + drain.toSeconds()
                    + " s");
        }
        return new PodSpec(cpu, memory, workload.serving(), readinessPeriod(), lameDuck, drain);
    }

    private Map<String, Long> milli(Map<String, String> requests) {
        var milli = new HashMap<String, Long>();
        requests.forEach((container, text) -> {
            OptionalLong value = Quantity.milli(text);
            if (!text.isEmpty() && value.isEmpty()) {
                throw wrong("resources.requests of container " + container, text, "a quantity, such as 250m");
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
                        integer(map(container.get("readinessProbe")), "periodSeconds", 10, 1, 86_400));
            }
        }
        return Duration.ZERO;
    }

    private long quantity(Map<String, Object> map, String field, String path) {
        OptionalLong milli = Quantity.milli(text(map, field, ""));
        if (milli.isEmpty() || milli.getAsLong() <= 0) {
            throw wrong(path + "." + field, text(map, field, ""), "a quantity > 0, such as 100 or 700m");
        }
        return milli.getAsLong();
    }

    private int integer(Map<String, Object> map, String field, int usual, int least, int most) {
        if (!map.containsKey(field) && usual >= least) {
            return usual;
        }
        String text = text(map, field, "");
        try {
            int value = Integer.parseInt(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // reported below
        }
        throw wrong(field, text, "a whole number of %d to %d".formatted(least, most));
    }

    private BadInput wrong(String field, @Nullable Object value, String expected) {
        return BadInput.of(
                workload.place(),
                "%s %s: '%s' (expected: %s)",
                workload.name(),
                field,
                String.valueOf(value),
                expected);
    }

    private static String text(Map<String, Object> map, String field, String usual) {
        return map.get(field) instanceof String text ? text : usual;
    }

    private static List<?> list(Map<String, Object> map, String field) {
        return map.get(field) instanceof List<?> list ? list : List.of();
    }

    private static Map<String, Object> map(@Nullable Object value) {
        var copy = new HashMap<String, Object>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((key, each) -> copy.put(String.valueOf(key), each));
        }
        return copy;
    }

    /** The metrics that may be named by {@code --signal}. */
    static void checkSignals(Map<String, String> signals) {
        Set<String> known = new TreeSet<>();
        for (Signal each : Signal.values()) {
            known.add(each.text());
        }
        known.add(IGNORE);
        signals.forEach((metric, signal) -> {
            if (!known.contains(signal.toLowerCase(Locale.ROOT))) {
                throw BadInput.of("--signal", "%s=%s (expected: %s)", metric, signal, String.join(", ", known));
            }
        });
    }
}
