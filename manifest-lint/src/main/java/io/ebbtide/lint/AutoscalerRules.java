package io.ebbtide.lint;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Rules about autoscalers. */
final class AutoscalerRules {
    private AutoscalerRules() {}

    static List<Rule> all() {
        return List.of(
                new Rule(
                        "replicas-beside-autoscaler",
                        Severity.WARNING,
                        "A workload that an autoscaler scales has replicas of its own.",
                        "Each kubectl apply sets the number back: at the peak of the day nine of ten pods are told to go at once.",
                        "no spec.replicas where an autoscaler targets the workload",
                        "Take spec.replicas out.",
                        AutoscalerRules::replicas),
                new Rule(
                        "two-autoscalers",
                        Severity.ERROR,
                        "Two autoscalers set the replicas of one workload.",
                        "Each undoes what the other has done, every 15 s. KEDA makes an HPA of its own.",
                        "one autoscaler for each workload",
                        "Put all metrics into one of them.",
                        AutoscalerRules::two),
                new Rule(
                        "autoscaler-bounds",
                        Severity.ERROR,
                        "An autoscaler's least is more than its most.",
                        "The API server refuses it.",
                        "minReplicas <= maxReplicas",
                        "Correct one of the two.",
                        AutoscalerRules::bounds),
                new Rule(
                        "autoscaler-without-target",
                        Severity.NOTE,
                        "An autoscaler's target is not in the input.",
                        "If it is not defined elsewhere, nothing is scaled. Rules that need both say nothing.",
                        "scaleTargetRef names a workload of the input",
                        "Correct kind, name or namespace, or give the workload to the linter, too.",
                        AutoscalerRules::withoutTarget),
                new Rule(
                        "dead-scale-down-policy",
                        Severity.WARNING,
                        "A scale-down policy never decides.",
                        "selectPolicy is Max unless set: of two policies the one that takes more pods wins. The gentler one, which "
                                + "somebody wrote as a brake, is dead.",
                        "for some number of replicas, the policy decides",
                        "Take the dead policy out, or set selectPolicy: Min.",
                        AutoscalerRules::deadPolicy),
                new Rule(
                        "scale-down-before-drained",
                        Severity.NOTE,
                        "The next pods are told to go before the last ones have gone.",
                        "Waves of draining pods overlap: more pods leave at the same time than the policy says. Kubernetes' own "
                                + "default is 15 s, so this is a note.",
                        "scale-down period >= grace",
                        "periodSeconds: the grace.",
                        AutoscalerRules::beforeDrained),
                new Rule(
                        "requests-missing",
                        Severity.ERROR,
                        "The autoscaler's target is a share of requests that are not there.",
                        "Utilisation is usage divided by requests; without requests on every container, sidecars too, the autoscaler "
                                + "cannot compute, and does nothing.",
                        "resources.requests of the metric on every container",
                        "Add the request.",
                        AutoscalerRules::requests),
                new Rule(
                        "memory-target-on-jvm",
                        Severity.WARNING,
                        "An autoscaler follows the memory of a JVM.",
                        "The heap grows to its limit and stays there, whatever the load: it scales up and never down.",
                        "no memory metric where the container runs a JVM",
                        "Scale on CPU, or on requests in flight.",
                        AutoscalerRules::memory),
                new Rule(
                        "connections-as-load",
                        Severity.WARNING,
                        "An autoscaler follows the number of open connections.",
                        "Behind proxies with keep-alive pools that is the number of proxies, not the load; draining pods keep "
                                + "theirs. It fits where a connection is the load: WebSockets, streams.",
                        "no metric of connections",
                        "Scale on requests in flight, or on CPU.",
                        AutoscalerRules::connections));
    }

    private static void replicas(World world, Rule.Found found) {
        for (Workload workload : world.workloads()) {
            Value replicas = workload.manifest().at("spec.replicas");
            List<Autoscaler> autoscalers = world.autoscalersOf(workload);
            if (replicas.exists() && !autoscalers.isEmpty()) {
                Autoscaler first = autoscalers.get(0);
                found.at(
                        workload.manifest(),
                        replicas,
                        "replicas: %s; %s sets %d to %d"
                                .formatted(replicas.text(), first.manifest().text(), first.min(), first.max()),
                        "take replicas: %s out".formatted(replicas.text()));
            }
        }
    }

    private static void two(World world, Rule.Found found) {
        for (Workload workload : world.workloads()) {
            List<Autoscaler> autoscalers = world.autoscalersOf(workload);
            if (autoscalers.size() > 1) {
                Autoscaler second = autoscalers.get(1);
                found.at(
                        second.manifest(),
                        second.manifest().at("spec.scaleTargetRef"),
                        "%s and %s both scale %s"
                                .formatted(
                                        autoscalers.get(0).manifest().text(),
                                        second.manifest().text(),
                                        workload.text()),
                        "put all metrics into one of them");
            }
        }
    }

    private static void bounds(World world, Rule.Found found) {
        for (Autoscaler autoscaler : world.autoscalers()) {
            if (autoscaler.min() > autoscaler.max()) {
                String least = autoscaler.isKeda() ? "minReplicaCount" : "minReplicas";
                String most = autoscaler.isKeda() ? "maxReplicaCount" : "maxReplicas";
                found.at(
                        autoscaler.manifest(),
                        autoscaler.manifest().at("spec." + most),
                        "%s %d > %s %d".formatted(least, autoscaler.min(), most, autoscaler.max()),
                        "%s: %d, or fewer at least".formatted(most, autoscaler.min()));
            }
        }
    }

    private static void withoutTarget(World world, Rule.Found found) {
        for (Autoscaler autoscaler : world.autoscalers()) {
            Manifest manifest = autoscaler.manifest();
            Value target = manifest.at("spec.scaleTargetRef");
            boolean known = world.find(
                            group(target),
                            target.field("kind").textOr("Deployment"),
                            manifest.namespace(),
                            target.field("name").text())
                    .isPresent();
            int near = world.workloadsIn(manifest.namespace()).size();
            if (autoscaler.target().isEmpty() && !known && near > 0) {
                found.at(
                        manifest,
                        target,
                        "%s %s; %d workload(s) in namespace %s, none of this kind and name"
                                .formatted(
                                        target.field("kind").textOr("Deployment"),
                                        target.field("name").text(),
                                        near,
                                        manifest.namespace()),
                        "correct the target, or lint the workload along with it");
            }
        }
    }

    private static String group(Value target) {
        String apiVersion = target.field("apiVersion").textOr("apps/v1");
        int slash = apiVersion.indexOf('/');
        return slash < 0 ? "" : apiVersion.substring(0, slash);
    }

    private static void deadPolicy(World world, Rule.Found found) {
        for (Autoscaler autoscaler : world.autoscalers()) {
            Value down = autoscaler.scaleDown();
            List<Value> policies = down.field("policies").items();
            String select = down.field("selectPolicy").textOr("Max");
            if (select.equals("Disabled") || autoscaler.max() - autoscaler.min() > 10_000) {
                continue;
            }
            for (int i = 0; i < policies.size(); i++) {
                Optional<Value> winner = winnerOver(policies, i, select.equals("Max"), autoscaler);
                if (winner.isPresent()) {
                    Value dead = policies.get(i);
                    found.at(
                            autoscaler.manifest(),
                            dead,
                            "selectPolicy %s%s: for every number of replicas from %d to %d, %s takes %s as %s"
                                    .formatted(
                                            select,
                                            down.field("selectPolicy").exists() ? "" : " (Kubernetes' default)",
                                            autoscaler.min() + 1,
                                            autoscaler.max(),
                                            text(winner.get()),
                                            select.equals("Max") ? "at least as many" : "at most as many",
                                            text(dead)),
                            select.equals("Max")
                                    ? "take %s out, or selectPolicy: Min".formatted(text(dead))
                                    : "take %s out".formatted(text(dead)));
                }
            }
        }
    }

    /** The policy that decides wherever this one could, if there is one. */
    private static Optional<Value> winnerOver(List<Value> policies, int index, boolean max, Autoscaler autoscaler) {
        Value policy = policies.get(index);
        for (int j = 0; j < policies.size(); j++) {
            Value other = policies.get(j);
            long own = policy.field("periodSeconds").integerOr(0);
            long others = other.field("periodSeconds").integerOr(0);
            if (j == index || (max ? others > own : others < own)) {
                continue;
            }
            boolean wins = autoscaler.max() > autoscaler.min();
            boolean equal = others == own;
            for (long replicas = autoscaler.min() + 1; replicas <= autoscaler.max() && wins; replicas++) {
                long difference = taken(other, replicas) - taken(policy, replicas);
                wins = max ? difference >= 0 : difference <= 0;
                equal &= difference == 0;
            }
            // Of two that are the same, the second is the one too many.
            if (wins && (!equal || j < index)) {
                return Optional.of(other);
            }
        }
        return Optional.empty();
    }

    /** How many pods a policy takes from so many, as Kubernetes rounds: what stays of a share is cut. */
    private static long taken(Value policy, long replicas) {
        long value = policy.field("value").integerOr(0);
        return policy.field("type").text().equals("Percent")
                ? replicas - (long) (replicas * (1 - value / 100.0))
                : Math.min(value, replicas);
    }

    private static String text(Value policy) {
        boolean percent = policy.field("type").text().equals("Percent");
        return "%s%s per %s s"
                .formatted(
                        policy.field("value").text(),
                        percent ? " %" : " pod(s)",
                        policy.field("periodSeconds").text());
    }

    private static void beforeDrained(World world, Rule.Found found) {
        for (Autoscaler autoscaler : world.autoscalers()) {
            Value down = autoscaler.scaleDown();
            if (autoscaler.target().isEmpty()
                    || down.field("selectPolicy").text().equals("Disabled")) {
                continue;
            }
            Sourced<Duration> leaves = world.timing(autoscaler.target().get()).leaves();
            List<Value> policies = down.field("policies").items();
            Optional<Value> shortest = policies.stream()
                    .map(each -> each.field("periodSeconds"))
                    .filter(each ->
                            each.integerOr(Long.MAX_VALUE) < leaves.value().toSeconds())
                    .findFirst();
            if (shortest.isPresent() || (policies.isEmpty() && leaves.value().toSeconds() > 15)) {
                found.at(
                        autoscaler.manifest(),
                        shortest.orElse(down),
                        "scale-down period %s < %s until a pod is gone"
                                .formatted(
                                        shortest.map(each -> each.text() + " s").orElse("15 s (Kubernetes' default)"),
                                        Timing.text(leaves)),
                        "periodSeconds: " + leaves.value().toSeconds());
            }
        }
    }

    private static void requests(World world, Rule.Found found) {
        for (Autoscaler autoscaler : world.autoscalers()) {
            if (autoscaler.target().isEmpty()) {
                continue;
            }
            Workload workload = autoscaler.target().get();
            for (Value metric : sharesOfRequests(autoscaler)) {
                String resource = resource(metric);
                Value only = metric.at("containerResource.container");
                var without = new ArrayList<String>();
                for (Value container : workload.lasting()) {
                    String name = container.field("name").text();
                    if ((!only.exists() || only.text().equals(name))
                            && !requested(world, workload, container, resource)) {
                        without.add(name);
                    }
                }
                if (!without.isEmpty()) {
                    found.at(
                            autoscaler.manifest(),
                            metric,
                            "%s utilisation of %s; no requests.%s on container(s) %s"
                                    .formatted(resource, workload.text(), resource, String.join(", ", without)),
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
            return manifest.at("spec.triggers").items().stream()
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
        return autoscaler.metrics().stream()
                .filter(each -> each.at("resource.target.type").text().equals("Utilization")
                        || each.at("containerResource.target.type").text().equals("Utilization"))
                .toList();
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
            Optional<String> java = workload.containers().stream()
                    .flatMap(each -> workload.java(each).stream())
                    .findFirst();
            List<Value> metrics = autoscaler.isKeda()
                    ? autoscaler.manifest().at("spec.triggers").items()
                    : autoscaler.metrics();
            for (Value metric : metrics) {
                boolean isMemory = resource(metric).equals("memory");
                if (isMemory && java.isPresent()) {
                    Value target = metric.at("resource.target");
                    found.at(
                            autoscaler.manifest(),
                            metric,
                            "memory target %s; %s runs a JVM: %s"
                                    .formatted(
                                            target.field("averageUtilization").exists()
                                                    ? target.field("averageUtilization")
                                                                    .text() + " %"
                                                    : target.field("averageValue")
                                                            .textOr("of its own"),
                                            workload.text(),
                                            java.get()),
                            "take the memory metric out");
                }
            }
        }
    }

    private static void connections(World world, Rule.Found found) {
        for (Autoscaler autoscaler : world.autoscalers()) {
            for (Value metric : autoscaler.metrics()) {
                for (String type : List.of("pods", "object", "external")) {
                    Value name = metric.at(type + ".metric.name");
                    if (name.text().contains("connections")) {
                        Value target = metric.at(type + ".target");
                        found.at(
                                autoscaler.manifest(),
                                name,
                                "metric %s at %s"
                                        .formatted(
                                                name.text(),
                                                target.field("averageValue")
                                                        .textOr(target.field("value")
                                                                .text())),
                                "a metric of requests in flight, such as http_requests_in_flight");
                    }
                }
            }
        }
    }
}
