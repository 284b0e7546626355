package io.ebbtide.lint.rule;

import io.ebbtide.lint.finding.Severity;
import io.ebbtide.lint.model.Balancer;
import io.ebbtide.lint.model.DeclaredNumbers;
import io.ebbtide.lint.model.LabelSelector;
import io.ebbtide.lint.model.Probe;
import io.ebbtide.lint.model.Sourced;
import io.ebbtide.lint.model.Workload;
import io.ebbtide.lint.model.World;
import io.ebbtide.lint.read.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Rules about rollouts, and about resources that all replicas share. */
final class RolloutRules {
    private static final Pattern POOL =
            Pattern.compile("(.*_)?(MAXIMUM_?POOL_?SIZE|MAX_?POOL_?SIZE|POOL_SIZE|POOL_MAX)");

    private static final Pattern LIMIT = Pattern.compile("(.*_)?(DB|DATABASE|POSTGRES|PG|MYSQL)_MAX_CONNECTIONS");

    private static final String HOST = "kubernetes.io/hostname";

    private RolloutRules() {}

    static List<Rule> all() {
        return List.of(
                new Rule(
                        "rollout-takes-capacity",
                        Severity.WARNING,
                        "A rollout shuts down replicas before new ones serve.",
                        "With few replicas, each rollout removes half of the capacity, or all of it.",
                        "maxUnavailable, in replicas, is at most a quarter of the minimum number of replicas; no Recreate",
                        "Set maxSurge: 1 and maxUnavailable: 0.",
                        RolloutRules::takesCapacity),
                new Rule(
                        "rollout-cannot-surge",
                        Severity.WARNING,
                        "A rollout needs room for one additional pod, and may not have it.",
                        "With maxUnavailable 0 an old pod is shut down only after a new one is ready. If the new pod does not fit, "
                                + "because a quota is used up or because each pod needs a node of its own, the rollout waits until "
                                + "there is room.",
                        "replicas of the namespace + 1 <= the quota's pods; no required anti-affinity by node, where maxUnavailable is 0",
                        "Make room for the additional pod, or set maxUnavailable: 1.",
                        RolloutRules::cannotSurge),
                new Rule(
                        "replicas-on-one-node",
                        Severity.WARNING,
                        "All replicas run on one node.",
                        "When that node fails or is drained, all replicas end at once. nodeName, a selector of one host, and "
                                + "affinity of the pods to each other by host override the default spreading of pods.",
                        "neither nodeName, nor a nodeSelector of kubernetes.io/hostname, nor required affinity of the pods to each "
                                + "other by host, for more than one replica",
                        "Remove the constraint, and spread the replicas over nodes.",
                        RolloutRules::oneNode),
                new Rule(
                        "progress-deadline-short",
                        Severity.ERROR,
                        "The progress deadline ends before a valid start can be complete.",
                        "Kubernetes sets Progressing to false after progressDeadlineSeconds without progress; pipelines that wait "
                                + "for the rollout then fail, although nothing is wrong.",
                        "progressDeadlineSeconds > startup budget + readiness + the time of the balancer or minReadySeconds",
                        "Raise progressDeadlineSeconds.",
                        RolloutRules::progressDeadline),
                new Rule(
                        "pool-exceeds-database",
                        Severity.ERROR,
                        "All replicas together may open more connections than the database allows.",
                        "The autoscaler adds replicas because the service is slow; the new replicas get no connection, or use "
                                + "those that the others need.",
                        "maxReplicas x pool size per pod <= the database's connection limit",
                        "Lower the pool size or the maximum number of replicas, or raise the limit; a rollout adds its surge.",
                        RolloutRules::pool));
    }

    /** A number or a percentage of the replicas, as Kubernetes rounds it. */
    static long amount(Value value, long replicas, boolean up) {
        if (value.percent().isPresent()) {
            double share = value.percent().getAsDouble() * replicas / 100;
            return (long) (up ? Math.ceil(share) : Math.floor(share));
        }
        return value.integerOr(0);
    }

    /** The place where maxUnavailable is or should be set: in a rolling update, or in a Rollout's canary. */
    private static Value maxUnavailable(Workload workload) {
        return switch (workload.holder().kind()) {
            case "StatefulSet" -> workload.holder().at("spec.updateStrategy.rollingUpdate.maxUnavailable");
            case "Rollout" -> workload.holder().at("spec.strategy.canary.maxUnavailable");
            default -> workload.holder().at("spec.strategy.rollingUpdate.maxUnavailable");
        };
    }

    private static Value maxSurge(Workload workload) {
        return workload.holder().kind().equals("Rollout")
                ? workload.holder().at("spec.strategy.canary.maxSurge")
                : workload.holder().at("spec.strategy.rollingUpdate.maxSurge");
    }

    /** Whether a rollout needs one pod more than there are replicas to continue. */
    private static boolean needsSurge(Workload workload, long replicas) {
        Value unavailable = maxUnavailable(workload);
        Value strategy = workload.holder().at("spec.strategy");
        boolean rolling = !strategy.field("type").text().equals("Recreate")
                && !strategy.field("blueGreen").exists();
        long gone = unavailable.exists() ? amount(unavailable, replicas, false) : replicas / 4;
        long more = maxSurge(workload).exists() ? amount(maxSurge(workload), replicas, true) : 1;
        return rolling && gone == 0 && more > 0;
    }

    private static void cannotSurge(World world, Rule.Found found) {
        for (Workload workload : world.workloads()) {
            Sourced<Long> minimum = workload.minReplicas();
            if (!workload.surges() || minimum.value() < 1 || !needsSurge(workload, minimum.value())) {
                continue;
            }
            antiAffinity(workload)
                    .ifPresent(term -> found.at(
                            workload.manifest(),
                            term,
                            "maxUnavailable 0 of %s replicas, each on a node of its own: a rollout waits for node %d"
                                    .formatted(minimum, minimum.value() + 1),
                            "maxUnavailable: 1 with maxSurge: 0, or preferredDuringSchedulingIgnoredDuringExecution"));
            quota(world, workload).ifPresent(quota -> {
                long pods = world.workloadsIn(workload.manifest().namespace()).stream()
                        .filter(Workload::counted)
                        .mapToLong(each -> each.minReplicas().value())
                        .sum();
                long hard = quota.integerOr(Long.MAX_VALUE);
                if (pods + 1 > hard) {
                    found.at(
                            workload.holder(),
                            maxUnavailable(workload),
                            "maxUnavailable 0 of %s replicas; the namespace has %d pods at least, and the quota allows %d"
                                    .formatted(minimum, pods, hard),
                            "raise the quota by the surge, or maxUnavailable: 1 with maxSurge: 0");
                }
            });
        }
    }

    /** The term that keeps two pods of this workload off the same node. */
    private static Optional<Value> antiAffinity(Workload workload) {
        return workload
                .podSpec()
                .at("affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution")
                .items()
                .stream()
                .filter(each -> each.field("topologyKey").text().equals(HOST)
                        && each.field("labelSelector").exists()
                        && new LabelSelector(each.field("labelSelector")).matches(workload.podLabels()))
                .findFirst();
    }

    /** How many pods a quota of the workload's namespace allows. */
    private static Optional<Value> quota(World world, Workload workload) {
        return world.all("", "ResourceQuota")
                .filter(each -> each.namespace().equals(workload.manifest().namespace())
                        && each.at("spec.scopes").items().isEmpty()
                        && !each.at("spec.scopeSelector").exists())
                .flatMap(each -> Stream.of(
                        each.at("spec.hard").field("pods"), each.at("spec.hard").field("count/pods")))
                .filter(each -> each.integer().isPresent())
                .min(Comparator.comparingLong(each -> each.integerOr(Long.MAX_VALUE)));
    }

    private static void oneNode(World world, Rule.Found found) {
        for (Workload workload : world.workloads()) {
            Sourced<Long> maximum = workload.maxReplicas();
            if (workload.counted() && maximum.value() > 1) {
                pin(workload)
                        .ifPresent(pin -> found.at(
                                workload.manifest(),
                                pin,
                                "%s replicas, all on one node by %s".formatted(maximum, pin.path()),
                                "remove it, and spread: topologySpreadConstraints by " + HOST));
            }
        }
    }

    /** The setting that keeps all pods of a workload on one node. */
    private static Optional<Value> pin(Workload workload) {
        Value spec = workload.podSpec();
        Stream<Value> byName = Stream.of(
                        spec.field("nodeName"), spec.field("nodeSelector").field(HOST))
                .filter(Value::exists);
        Stream<Value> together =
                spec.at("affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution").items().stream()
                        .filter(each -> each.field("topologyKey").text().equals(HOST)
                                && each.field("labelSelector").exists()
                                && new LabelSelector(each.field("labelSelector")).matches(workload.podLabels()));
        return Stream.concat(byName, together).findFirst();
    }

    private static void takesCapacity(World world, Rule.Found found) {
        for (Workload workload : world.workloads()) {
            boolean set = workload.holder().kind().equals("StatefulSet");
            if (!(workload.surges() || set) || !world.serves(workload)) {
                continue;
            }
            Sourced<Long> minimum = workload.minReplicas();
            Value strategy = workload.holder().at(set ? "spec.updateStrategy" : "spec.strategy");
            Value unavailable = maxUnavailable(workload);
            if (strategy.field("type").text().equals("Recreate")) {
                if (minimum.value() > 1) {
                    found.at(
                            workload.manifest(),
                            strategy.field("type"),
                            "Recreate: %d of %s replicas go before one new serves".formatted(minimum.value(), minimum),
                            "type: RollingUpdate with maxSurge: 1, maxUnavailable: 0");
                }
                continue;
            }
            if (set && amount(unavailable, minimum.value(), true) <= 1) {
                continue; // a StatefulSet has no surge: one at a time is the minimum
            }
            long gone = unavailable.exists() ? amount(unavailable, minimum.value(), false) : minimum.value() / 4;
            if (minimum.value() > 1 && gone * 4 > minimum.value()) {
                found.at(
                        workload.holder(),
                        unavailable,
                        "maxUnavailable %s: %d of %s replicas go before one new serves"
                                .formatted(unavailable.text(), gone, minimum),
                        set ? "maxUnavailable: 1" : "maxUnavailable: 0 with maxSurge: 1");
            }
        }
    }

    private static void progressDeadline(World world, Rule.Found found) {
        for (Workload workload : world.workloads()) {
            if (!workload.surges()) {
                continue;
            }
            Value deadline = workload.holder().at("spec.progressDeadlineSeconds");
            Step step = Step.of(world, workload);
            if (deadline.integerOr(600) <= step.seconds()) {
                found.at(
                        workload.holder(),
                        deadline,
                        "progressDeadlineSeconds %s <= %s"
                                .formatted(deadline.textOr("600 (Kubernetes' default)"), step.text()),
                        "progressDeadlineSeconds: " + step.seconds() * 2);
            }
        }
    }

    /** The maximum time that the manifests allow until one new pod counts as available. */
    record Step(long startup, long readiness, long settled, String settledFrom) {
        static Step of(World world, Workload workload) {
            long startup = 0;
            long readiness = 0;
            for (Value container : workload.lasting()) {
                var first = new Probe(workload, container, Probe.STARTUP, container.field(Probe.STARTUP));
                var second = new Probe(workload, container, Probe.READINESS, container.field(Probe.READINESS));
                startup = Math.max(startup, first.value().exists() ? first.budget() : 0);
                readiness = Math.max(readiness, second.value().exists() ? second.initialDelay() + second.period() : 0);
            }
            long settled = workload.holder().at("spec.minReadySeconds").integerOr(0);
            String from = "minReadySeconds";
            for (Balancer balancer : world.balancersOf(workload)) {
                long healthy = balancer.healthy().value() * balancer.interval().value();
                if (healthy > settled) {
                    settled = healthy;
                    from = "healthy threshold x interval of "
                            + balancer.manifest().text();
                }
            }
            return new Step(startup, readiness, settled, from);
        }

        long seconds() {
            return startup + readiness + settled;
        }

        String text() {
            return "startup budget %d s + readiness %d s + %s %d s = %d s"
                    .formatted(startup, readiness, settledFrom, settled, seconds());
        }
    }

    private static void pool(World world, Rule.Found found) {
        for (Workload workload : world.workloads()) {
            Optional<Sourced<Long>> pool = number(workload, "pool-size", POOL);
            Optional<Sourced<Long>> limit = number(workload, "database-connections", LIMIT);
            Sourced<Long> maximum = workload.maxReplicas();
            if (workload.counted() && pool.isPresent() && limit.isPresent()) {
                long all = maximum.value() * pool.get().value();
                if (all > limit.get().value()) {
                    found.at(
                            workload.manifest(),
                            workload.manifest().at("metadata.name"),
                            "%s replicas x pool %s = %d > database %s".formatted(maximum, pool.get(), all, limit.get()),
                            "a pool of %d, or %d replicas at most"
                                    .formatted(
                                            limit.get().value() / Math.max(1, maximum.value()),
                                            limit.get().value()
                                                    / Math.max(1, pool.get().value())));
                }
            }
        }
    }

    /** The number that an annotation declares, else that of the one variable with this name; two different ones prove nothing. */
    private static Optional<Sourced<Long>> number(Workload workload, String name, Pattern variable) {
        Optional<Sourced<Long>> declared = DeclaredNumbers.count(workload, name);
        if (declared.isPresent()) {
            return declared;
        }
        var seen = new ArrayList<Sourced<Long>>();
        for (Value container : workload.containers()) {
            for (Map.Entry<String, String> each :
                    workload.environment(container).entrySet()) {
                if (variable.matcher(each.getKey()).matches()
                        && each.getValue().strip().matches("\\d{1,6}")) {
                    seen.add(Sourced.of(Long.parseLong(each.getValue().strip()), each.getKey()));
                }
            }
        }
        return seen.size() == 1 ? Optional.of(seen.get(0)) : Optional.empty();
    }
}
