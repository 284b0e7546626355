package io.ebbtide.lint.rule;

import io.ebbtide.lint.finding.Severity;
import io.ebbtide.lint.model.Autoscaler;
import io.ebbtide.lint.model.LabelSelector;
import io.ebbtide.lint.model.Sourced;
import io.ebbtide.lint.model.Workload;
import io.ebbtide.lint.model.World;
import io.ebbtide.lint.read.Manifest;
import io.ebbtide.lint.read.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Rules about disruption budgets and the minimum of replicas. */
final class BudgetRules {
    private BudgetRules() {}

    static List<Rule> all() {
        return List.of(
                new Rule(
                        "budget-blocks-drains",
                        Severity.ERROR,
                        "A disruption budget allows no disruption.",
                        "No pod may be evicted: kubectl drain, the upgrade of a node and the cluster autoscaler wait without end.",
                        "at the minimum number of replicas, at least one may be evicted",
                        "Set maxUnavailable: 1, and run at least two replicas.",
                        BudgetRules::budgetBlocks),
                new Rule(
                        "budget-lets-most-go",
                        Severity.WARNING,
                        "A disruption budget allows the eviction of most replicas at once.",
                        "minAvailable counts the replicas that remain, however many there are: at peak load, one of ten replicas "
                                + "is enough for it.",
                        "at the maximum number of replicas, at most half may be evicted",
                        "Set maxUnavailable: 1 or 25%.",
                        BudgetRules::budgetLetsGo),
                new Rule(
                        "budget-holds-broken-pods",
                        Severity.NOTE,
                        "A disruption budget protects pods that are not ready.",
                        "By default Kubernetes evicts a pod that is not ready only if the other pods satisfy the budget: one "
                                + "crashing pod can block the drain of a node.",
                        "unhealthyPodEvictionPolicy = AlwaysAllow",
                        "Set unhealthyPodEvictionPolicy: AlwaysAllow.",
                        BudgetRules::budgetHolds),
                new Rule(
                        "budget-selects-nothing",
                        Severity.WARNING,
                        "A disruption budget selects no workload in the input, although its namespace contains others.",
                        "If its pods are not defined elsewhere, the budget protects nothing: a drain may evict all replicas at "
                                + "once.",
                        "the selector matches the labels of a pod template, where a workload is in the same folder or stream",
                        "Correct the selector, or add the workload to the input.",
                        BudgetRules::budgetSelectsNothing),
                new Rule(
                        "budget-missing",
                        Severity.NOTE,
                        "No disruption budget protects this workload.",
                        "A drain of several nodes may evict all replicas at once.",
                        "a PodDisruptionBudget for each workload of two or more replicas behind a Service",
                        "Add one with maxUnavailable: 1 and unhealthyPodEvictionPolicy: AlwaysAllow.",
                        BudgetRules::budgetMissing),
                new Rule(
                        "single-replica",
                        Severity.WARNING,
                        "Only one replica serves.",
                        "Each eviction, each crash and each failing node causes an outage; a disruption budget cannot prevent it.",
                        "at least two replicas behind a Service, of all workloads that it selects",
                        "Set replicas: 2, or minReplicas: 2.",
                        BudgetRules::singleReplica),
                new Rule(
                        "scale-to-zero",
                        Severity.WARNING,
                        "An autoscaler may reduce the replicas behind a Service to zero.",
                        "A Service without pods refuses requests, including the request that should start a pod: each is lost "
                                + "until the autoscaler has detected load from another source and a pod has started. KEDA's "
                                + "default is zero.",
                        "minReplicas, or KEDA's minReplicaCount and idleReplicaCount, of at least two behind a Service",
                        "Set minReplicaCount: 2 without idleReplicaCount, unless a proxy in front of the Service holds requests in "
                                + "the meantime.",
                        BudgetRules::scaleToZero));
    }

    /** How many of the given number of pods a budget allows to be disrupted. */
    private static long allowed(Manifest budget, long replicas) {
        Value unavailable = budget.at("spec.maxUnavailable");
        if (unavailable.exists()) {
            return Math.min(replicas, RolloutRules.amount(unavailable, replicas, true));
        }
        Value available = budget.at("spec.minAvailable");
        return Math.max(0, replicas - (available.exists() ? RolloutRules.amount(available, replicas, true) : 1));
    }

    private static Value setting(Manifest budget) {
        Value unavailable = budget.at("spec.maxUnavailable");
        return unavailable.exists() ? unavailable : budget.at("spec.minAvailable");
    }

    private static String text(Manifest budget) {
        Value setting = setting(budget);
        return setting.exists() ? setting.key() + " " + setting.text() : "minAvailable 1 (Kubernetes' default)";
    }

    /** The sum over workloads whose replicas can replace each other, with the source of each number. */
    private static Sourced<Long> sum(List<Workload> workloads, Function<Workload, Sourced<Long>> number) {
        if (workloads.size() == 1) {
            return number.apply(workloads.get(0));
        }
        long sum = 0;
        var from = new ArrayList<String>();
        for (Workload each : workloads) {
            sum += number.apply(each).value();
            from.add(number.apply(each).value() + " of " + each.text());
        }
        return Sourced.of(sum, from.size() > 4 ? from.size() + " workloads together" : String.join(" + ", from));
    }

    private static void budgetBlocks(World world, Rule.Found found) {
        world.all("policy", "PodDisruptionBudget").forEach(budget -> {
            Sourced<Long> minimum = sum(world.guardedBy(budget), Workload::minReplicas);
            if (minimum.value() > 0 && allowed(budget, minimum.value()) == 0) {
                found.at(
                        budget,
                        setting(budget),
                        "%s of %s replicas: 0 of %d may go".formatted(text(budget), minimum, minimum.value()),
                        minimum.value() == 1 ? "two replicas, and maxUnavailable: 1" : "maxUnavailable: 1");
            }
        });
    }

    private static void budgetLetsGo(World world, Rule.Found found) {
        world.all("policy", "PodDisruptionBudget").forEach(budget -> {
            Sourced<Long> maximum = sum(world.guardedBy(budget), Workload::maxReplicas);
            long allowed = allowed(budget, maximum.value());
            if (maximum.value() >= 3 && allowed * 2 > maximum.value()) {
                found.at(
                        budget,
                        setting(budget),
                        "%s of %s replicas: %d of %d may go at once"
                                .formatted(text(budget), maximum, allowed, maximum.value()),
                        "maxUnavailable: 1, or 25%");
            }
        });
    }

    private static void budgetSelectsNothing(World world, Rule.Found found) {
        world.all("policy", "PodDisruptionBudget").forEach(budget -> {
            Value selector = budget.at("spec.selector");
            List<Workload> near = world.workloadsIn(budget.namespace());
            if (near.stream().anyMatch(each -> each.manifest().isBeside(budget))
                    && world.guards(budget).isEmpty()
                    && !world.mayBringOthers(budget.namespace())) {
                found.at(
                        budget,
                        selector,
                        "selector %s; %d workload(s) in namespace %s, none with these labels"
                                .formatted(
                                        selector.exists() ? new LabelSelector(selector).text() : "is not there",
                                        near.size(),
                                        budget.namespace()),
                        "write the labels of the pods' template, or add the workload to the input");
            }
        });
    }

    private static void budgetHolds(World world, Rule.Found found) {
        world.all("policy", "PodDisruptionBudget").forEach(budget -> {
            Value policy = budget.at("spec.unhealthyPodEvictionPolicy");
            if (!policy.text().equals("AlwaysAllow")) {
                found.at(
                        budget,
                        policy,
                        "unhealthyPodEvictionPolicy " + policy.textOr("IfHealthyBudget (Kubernetes' default)"),
                        "unhealthyPodEvictionPolicy: AlwaysAllow");
            }
        });
    }

    private static void budgetMissing(World world, Rule.Found found) {
        for (Workload workload : world.workloads()) {
            Sourced<Long> minimum = workload.minReplicas();
            if (workload.counted()
                    && world.serves(workload)
                    && minimum.value() >= 2
                    && world.budgetsOf(workload).isEmpty()) {
                found.at(
                        workload.manifest(),
                        workload.manifest().at("metadata.name"),
                        "at least %s replicas, and no disruption budget selects them".formatted(minimum),
                        "a PodDisruptionBudget with maxUnavailable: 1");
            }
        }
    }

    /** The minimum of replicas that serve behind this Service; a workload whose replicas cannot be counted counts as one. */
    private static long replicasBehind(World world, Manifest service) {
        return world.servingTogether(service).stream()
                .mapToLong(each -> each.counted() ? each.minReplicas().value() : 1)
                .sum();
    }

    private static void singleReplica(World world, Rule.Found found) {
        for (Workload workload : world.workloads()) {
            Sourced<Long> minimum = workload.minReplicas();
            if (workload.counted()
                    && world.serves(workload)
                    && !workload.idles()
                    && minimum.value() == 1
                    && world.servicesOf(workload).stream().allMatch(each -> replicasBehind(world, each) == 1)) {
                List<Autoscaler> autoscalers = world.autoscalersOf(workload);
                boolean scaled = !autoscalers.isEmpty();
                found.at(
                        scaled ? autoscalers.get(0).manifest() : workload.holder(),
                        scaled
                                ? autoscalers.get(0).minReplicasPlace()
                                : workload.holder().at("spec.replicas"),
                        "%s, behind Service %s"
                                .formatted(
                                        minimum,
                                        world.servicesOf(workload).get(0).name()),
                        workload.hasClaim() || workload.isStore()
                                ? "a second replica by the store's own clustering, or accept the outage:"
                                        + " lint.ebbtide.io/ignore.single-replica"
                                : scaled ? autoscalers.get(0).minimumField() + ": 2" : "replicas: 2");
            }
        }
    }

    private static void scaleToZero(World world, Rule.Found found) {
        for (Workload workload : world.workloads()) {
            Optional<Autoscaler> first = world.autoscalersOf(workload).stream().findFirst();
            if (first.isPresent()
                    && world.serves(workload)
                    && first.get().minReplicas().value() == 0) {
                found.at(
                        first.get().manifest(),
                        first.get().minReplicasPlace(),
                        "%s replicas of %s, behind Service %s"
                                .formatted(
                                        first.get().minReplicas(),
                                        workload.text(),
                                        world.servicesOf(workload).get(0).name()),
                        first.get().minimumField() + ": 2"
                                + (first.get().minReplicasPlace().key().equals("idleReplicaCount")
                                        ? ", and no idleReplicaCount"
                                        : ""));
            }
        }
    }
}
