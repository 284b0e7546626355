package io.ebbtide.lint.rule;

import io.ebbtide.lint.finding.Severity;
import io.ebbtide.lint.model.Autoscaler;
import io.ebbtide.lint.model.Workload;
import io.ebbtide.lint.model.World;
import io.ebbtide.lint.read.Manifest;
import io.ebbtide.lint.read.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Rules about the metrics that an autoscaler follows. */
final class MetricRules {
    /** KEDA's triggers that query a database of metrics. */
    private static final Set<String> QUERYING = Set.of("prometheus", "datadog", "graphite", "influxdb");

    private MetricRules() {}

    static List<Rule> all() {
        return List.of(
                new Rule(
                        "requests-missing",
                        Severity.ERROR,
                        "The autoscaler's target is a percentage of resource requests that are not set.",
                        "Utilisation is usage divided by requests. If any container, including sidecars, has no requests, the "
                                + "autoscaler cannot compute it and does not scale; the same holds for a container that does not "
                                + "exist.",
                        "resources.requests of the metric on every container, or on the one that the metric names",
                        "Add the resource request.",
                        MetricRules::requests),
                new Rule(
                        "memory-target-on-jvm",
                        Severity.WARNING,
                        "An autoscaler follows the memory of a JVM.",
                        "The heap grows to its limit and stays there at any load, so the autoscaler scales up and never down.",
                        "no memory metric where the container runs a JVM",
                        "Scale on CPU, or on requests in flight.",
                        MetricRules::memory),
                new Rule(
                        "connections-as-load",
                        Severity.WARNING,
                        "An autoscaler follows the number of open connections.",
                        "Behind proxies with keep-alive pools the number of connections depends on the number of proxies, not on "
                                + "the load, and draining pods keep their connections. The metric is suitable where each "
                                + "connection is load: WebSockets, streams.",
                        "no metric that counts connections",
                        "Scale on requests in flight, or on CPU.",
                        MetricRules::connections));
    }

    private static void requests(World world, Rule.Found found) {
        for (Autoscaler autoscaler : world.autoscalers()) {
            if (autoscaler.target().isEmpty()) {
                continue;
            }
            Workload workload = autoscaler.target().get();
            for (Value metric : sharesOfRequests(autoscaler)) {
                if (workload.lasting().stream().noneMatch(each -> isMeant(metric, each))) {
                    found.at(
                            autoscaler.manifest(),
                            metric,
                            "container %s; %s has no container of that name"
                                    .formatted(container(metric).text(), workload.text()),
                            "name one of its containers");
                    continue;
                }
                String resource = resource(metric);
                var without = new ArrayList<String>();
                for (Value container : workload.lasting()) {
                    if (isMeant(metric, container) && !requested(world, workload, container, resource)) {
                        without.add(container.field("name").text());
                    }
                }
                if (!without.isEmpty()) {
                    found.at(
                            autoscaler.manifest(),
                            metric,
                            "%s utilisation of %s%s; no requests.%s on container(s) %s"
                                    .formatted(
                                            resource,
                                            workload.text(),
                                            metric.exists() ? "" : " (80 %, Kubernetes' default without any metric)",
                                            resource,
                                            String.join(", ", without)),
                            "resources: {requests: {%s: %s}}"
                                    .formatted(resource, resource.equals("cpu") ? "250m" : "384Mi"));
                }
            }
        }
    }

    /** Metrics whose target is a share of the requests. */
    private static List<Value> sharesOfRequests(Autoscaler autoscaler) {
        Manifest manifest = autoscaler.manifest();
        if (autoscaler.isKeda()) {
            return autoscaler.triggers().stream()
                    .filter(each ->
                            List.of("cpu", "memory").contains(each.field("type").text()))
                    .filter(each -> each.field("metricType")
                            .textOr(each.at("metadata.type").textOr("Utilization"))
                            .equals("Utilization"))
                    .toList();
        }
        Value ofFirstVersion = manifest.at("spec.targetCPUUtilizationPercentage");
        if (ofFirstVersion.exists()) {
            return List.of(ofFirstVersion);
        }
        if (autoscaler.metrics().isEmpty()) {
            return List.of(manifest.at("spec.metrics"));
        }
        return autoscaler.metrics().stream()
                .filter(each -> each.at("resource.target.type").text().equals("Utilization")
                        || each.at("containerResource.target.type").text().equals("Utilization"))
                .toList();
    }

    /** Whether a metric applies to this container: to all, unless it names one. */
    private static boolean isMeant(Value metric, Value container) {
        Value only = container(metric);
        return !only.exists() || only.text().equals(container.field("name").text());
    }

    /** The one container that a metric applies to; absent if it applies to all. */
    private static Value container(Value metric) {
        Value ofAutoscaler = metric.at("containerResource.container");
        return ofAutoscaler.exists() ? ofAutoscaler : metric.at("metadata.containerName");
    }

    /** The resources whose utilisation an autoscaler follows. */
    static List<String> followed(Autoscaler autoscaler) {
        return sharesOfRequests(autoscaler).stream().map(MetricRules::resource).toList();
    }

    private static String resource(Value metric) {
        for (String path : List.of("resource.name", "containerResource.name")) {
            if (metric.at(path).exists()) {
                return metric.at(path).text();
            }
        }
        return metric.field("type").textOr("cpu");
    }

    private static boolean requested(World world, Workload workload, Value container, String resource) {
        return container.at("resources.requests").field(resource).exists()
                || container.at("resources.limits").field(resource).exists()
                || workload.podSpec().at("resources.requests").field(resource).exists()
                || world.all("", "LimitRange")
                        .filter(each ->
                                each.namespace().equals(workload.manifest().namespace()))
                        .flatMap(each -> each.at("spec.limits").items().stream())
                        .anyMatch(each ->
                                each.at("defaultRequest").field(resource).exists()
                                        || each.at("default").field(resource).exists());
    }

    private static void memory(World world, Rule.Found found) {
        for (Autoscaler autoscaler : world.autoscalers()) {
            if (autoscaler.target().isEmpty()) {
                continue;
            }
            Workload workload = autoscaler.target().get();
            List<Value> metrics = autoscaler.isKeda() ? autoscaler.triggers() : autoscaler.metrics();
            for (Value metric : metrics) {
                Optional<String> java = workload.containers().stream()
                        .filter(each -> isMeant(metric, each))
                        .flatMap(each -> workload.java(each).stream())
                        .findFirst();
                if (resource(metric).equals("memory") && java.isPresent()) {
                    found.at(
                            autoscaler.manifest(),
                            metric,
                            "memory target %s; %s runs a JVM: %s"
                                    .formatted(memoryTarget(metric), workload.text(), java.get()),
                            "remove the memory metric");
                }
            }
        }
    }

    private static String memoryTarget(Value metric) {
        for (String path : List.of("resource.target", "containerResource.target")) {
            Value target = metric.at(path);
            if (target.exists()) {
                return target.field("averageUtilization").exists()
                        ? target.field("averageUtilization").text() + " %"
                        : target.field("averageValue").textOr("of its own");
            }
        }
        return metric.at("metadata.value").textOr("of its own");
    }

    private static void connections(World world, Rule.Found found) {
        for (Autoscaler autoscaler : world.autoscalers()) {
            for (Value metric : autoscaler.metrics()) {
                for (String type : List.of("pods", "object", "external")) {
                    Value target = metric.at(type + ".target");
                    connections(
                            autoscaler,
                            metric.at(type + ".metric.name"),
                            target.field("averageValue")
                                    .textOr(target.field("value").text()),
                            found);
                }
            }
            for (Value trigger : autoscaler.triggers()) {
                if (QUERYING.contains(trigger.field("type").text())) {
                    Value metadata = trigger.field("metadata");
                    connections(
                            autoscaler,
                            metadata.field("query"),
                            metadata.field("threshold")
                                    .textOr(metadata.field("queryValue").text()),
                            found);
                }
            }
        }
    }

    private static void connections(Autoscaler autoscaler, Value name, String target, Rule.Found found) {
        if (name.text().contains("connections")) {
            found.at(
                    autoscaler.manifest(),
                    name,
                    "metric %s at %s".formatted(name.text(), target),
                    "a metric of requests in flight, such as http_requests_in_flight");
        }
    }
}
