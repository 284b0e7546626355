package io.ebbtide.lint;

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
                        "A disruption budget allows no disruption at all.",
                        "No pod may be evicted: kubectl drain, a node's upgrade and the cluster autoscaler wait for ever.",
                        "at the fewest replicas, at least one may go",
                        "maxUnavailable: 1, and at least two replicas.",
                        BudgetRules::budgetBlocks),
                new Rule(
                        "budget-lets-most-go",
                        Severity.WARNING,
                        "A disruption budget lets most replicas go at once.",
                        "minAvailable counts what stays, however many there are: at the peak, one of ten is enough for it.",
                        "at the most replicas, at most half may go",
                        "maxUnavailable: 1 or 25%.",
                        BudgetRules::budgetLetsGo),
                new Rule(
                        "budget-holds-broken-pods",
                        Severity.NOTE,
                        "A disruption budget holds pods that are not ready.",
                        "Unless told otherwise, Kubernetes evicts a pod that is not ready only if the others fulfil the budget: one "
                                + "crashing pod can block a node's drain.",
                        "unhealthyPodEvictionPolicy = AlwaysAllow",
                        "unhealthyPodEvictionPolicy: AlwaysAllow.",
                        BudgetRules::budgetHolds),
                new Rule(
                        "budget-selects-nothing",
                        Severity.WARNING,
                        "A disruption budget selects no workload of the input, though others are in its namespace.",
                        "If the pods are not defined elsewhere, it guards nothing: a drain may evict all replicas at once.",
                        "the selector is true of some pod template's labels, where a workload is in the same folder or stream",
                        "Correct the selector, or give the workload to the linter, too.",
                        BudgetRules::budgetSelectsNothing),
                new Rule(
                        "budget-missing",
                        Severity.NOTE,
                        "No disruption budget guards this workload.",
                        "A drain of several nodes may evict all replicas at once.",
                        "a PodDisruptionBudget for a workload of two replicas or more behind a Service",
                        "Add one with maxUnavailable: 1 and unhealthyPodEvictionPolicy: AlwaysAllow.",
                        BudgetRules::budgetMissing),
                new Rule(
                        "single-replica",
                        Severity.WARNING,
                        "One replica serves alone.",
                        "Each eviction, each crash and each node that fails is an outage; a disruption budget cannot help.",
                        "at least two replicas behind a Service, of all workloads that it selects",
                        "replicas: 2, or minReplicas: 2.",
                        BudgetRules::singleReplica),
                new Rule(
                        "scale-to-zero",
                        Severity.WARNING,
                        "An autoscaler may leave no replica behind a Service.",
                        "A Service without pods refuses requests, also the one that should wake it: until the autoscaler has seen load "
                                + "elsewhere and a pod has started, each is lost. KEDA's default is zero.",
                        "minReplicas, or KEDA's minReplicaCount and idleReplicaCount, of at least two behind a Service",
                        "minReplicaCount: 2 without idleReplicaCount, unless something in front holds requests meanwhile.",
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
            Sourced<Long> fewest = sum(world.guardedBy(budget), Workload::fewest);
            if (fewest.value() > 0 && allowed(budget, fewest.value()) == 0) {
                found.at(
                        budget,
                        setting(budget),
                        "%s of %s replicas: 0 of %d may go".formatted(text(budget), fewest, fewest.value()),
                        fewest.value() == 1 ? "two replicas, and maxUnavailable: 1" : "maxUnavailable: 1");
            }
        });
    }

    private static void budgetLetsGo(World world, Rule.Found found) {
        world.all("policy", "PodDisruptionBudget").forEach(budget -> {
            Sourced<Long> most = sum(world.guardedBy(budget), Workload::most);
            long allowed = allowed(budget, most.value());
            if (most.value() >= 3 && allowed * 2 > most.value()) {
                found.at(
                        budget,
                        setting(budget),
                        "%s of %s replicas: %d of %d may go at once"
                                .formatted(text(budget), most, allowed, most.value()),
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
                        "write the labels of the pods' template, or lint the workload along with it");
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
            Sourced<Long> fewest = workload.fewest();
            if (workload.counted()
                    && world.serves(workload)
                    && fewest.value() >= 2
                    && world.budgetsOf(workload).isEmpty()) {
                found.at(
                        workload.manifest(),
                        workload.manifest().at("metadata.name"),
                        "%s replicas at least, 0 budgets select them".formatted(fewest),
                        "a PodDisruptionBudget with maxUnavailable: 1");
            }
        }
    }

    /** The minimum of replicas that serve behind this Service; a workload whose replicas cannot be counted counts as one. */
    private static long replicasBehind(World world, Manifest service) {
        return world.servingTogether(service).stream()
                .mapToLong(each -> each.counted() ? each.fewest().value() : 1)
                .sum();
    }

    private static void singleReplica(World world, Rule.Found found) {
        for (Workload workload : world.workloads()) {
            Sourced<Long> fewest = workload.fewest();
            if (workload.counted()
                    && world.serves(workload)
                    && fewest.value() == 1
                    && world.servicesOf(workload).stream().allMatch(each -> replicasBehind(world, each) == 1)) {
                List<Autoscaler> autoscalers = world.autoscalersOf(workload);
                boolean scaled = !autoscalers.isEmpty();
                found.at(
                        scaled ? autoscalers.get(0).manifest() : workload.holder(),
                        scaled
                                ? autoscalers.get(0).fewestPlace()
                                : workload.holder().at("spec.replicas"),
                        "%s, behind Service %s"
                                .formatted(
                                        fewest,
                                        world.servicesOf(workload).get(0).name()),
                        workload.hasClaim()
                                ? "a second replica by the store's own clustering, or accept the outage:"
                                        + " lint.ebbtide.io/ignore.single-replica"
                                : scaled ? autoscalers.get(0).least() + ": 2" : "replicas: 2");
            }
        }
    }

    private static void scaleToZero(World world, Rule.Found found) {
        for (Workload workload : world.workloads()) {
            Optional<Autoscaler> first = world.autoscalersOf(workload).stream().findFirst();
            if (first.isPresent()
                    && world.serves(workload)
                    && first.get().fewest().value() == 0) {
                found.at(
                        first.get().manifest(),
                        first.get().fewestPlace(),
                        "%s replicas of %s, behind Service %s"
                                .formatted(
                                        first.get().fewest(),
                                        workload.text(),
                                        world.servicesOf(workload).get(0).name()),
                        first.get().least() + ": 2"
                                + (first.get().fewestPlace().key().equals("idleReplicaCount")
                                        ? ", and no idleReplicaCount"
                                        : ""));
            }
        }
    }
}
