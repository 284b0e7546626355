package io.ebbtide.lint;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Rules about disruption budgets, rollouts, and what all replicas share. */
final class RolloutRules {
    private static final Pattern POOL =
            Pattern.compile("(.*_)?(MAXIMUM_?POOL_?SIZE|MAX_?POOL_?SIZE|POOL_SIZE|POOL_MAX)");
    private static final Pattern LIMIT = Pattern.compile("(.*_)?(DB|DATABASE|POSTGRES|PG|MYSQL)_MAX_CONNECTIONS");

    private RolloutRules() {}

    static List<Rule> all() {
        return List.of(
                new Rule(
                        "budget-blocks-drains",
                        Severity.ERROR,
                        "A disruption budget allows no disruption at all.",
                        "No pod may be evicted: kubectl drain, a node's upgrade and the cluster autoscaler wait for ever.",
                        "at the fewest replicas, at least one may go",
                        "maxUnavailable: 1, and at least two replicas.",
                        RolloutRules::budgetBlocks),
                new Rule(
                        "budget-lets-most-go",
                        Severity.WARNING,
                        "A disruption budget lets most replicas go at once.",
                        "minAvailable counts what stays, however many there are: at the peak, one of ten is enough for it.",
                        "at the most replicas, at most half may go",
                        "maxUnavailable: 1 or 25%.",
                        RolloutRules::budgetLetsGo),
                new Rule(
                        "budget-holds-broken-pods",
                        Severity.NOTE,
                        "A disruption budget holds pods that are not ready.",
                        "Unless told otherwise, Kubernetes evicts a pod that is not ready only if the others fulfil the budget: one "
                                + "crashing pod can block a node's drain.",
                        "unhealthyPodEvictionPolicy = AlwaysAllow",
                        "unhealthyPodEvictionPolicy: AlwaysAllow.",
                        RolloutRules::budgetHolds),
                new Rule(
                        "budget-missing",
                        Severity.NOTE,
                        "No disruption budget guards this workload.",
                        "A drain of several nodes may evict all replicas at once.",
                        "a PodDisruptionBudget for a workload of two replicas or more behind a Service",
                        "Add one with maxUnavailable: 1 and unhealthyPodEvictionPolicy: AlwaysAllow.",
                        RolloutRules::budgetMissing),
                new Rule(
                        "single-replica",
                        Severity.WARNING,
                        "One replica serves alone.",
                        "Each eviction, each crash and each node that fails is an outage; a disruption budget cannot help.",
                        "at least two replicas behind a Service",
                        "replicas: 2, or minReplicas: 2.",
                        RolloutRules::singleReplica),
                new Rule(
                        "rollout-takes-capacity",
                        Severity.WARNING,
                        "A rollout takes replicas away before new ones serve.",
                        "With few replicas that is half of the capacity, or all of it, at each rollout.",
                        "maxUnavailable, in replicas, at most a quarter of the fewest; no Recreate",
                        "maxSurge: 1, maxUnavailable: 0.",
                        RolloutRules::takesCapacity),
                new Rule(
                        "progress-deadline-short",
                        Severity.ERROR,
                        "A rollout is called stuck before a legal start is over.",
                        "Kubernetes sets Progressing to false after progressDeadlineSeconds without progress; pipelines that wait "
                                + "for the rollout fail, though all is well.",
                        "progressDeadlineSeconds > startup budget + readiness + what the balancer or minReadySeconds take",
                        "Raise progressDeadlineSeconds.",
                        RolloutRules::progressDeadline),
                new Rule(
                        "pool-exceeds-database",
                        Severity.ERROR,
                        "All replicas together may open more connections than the database allows.",
                        "The autoscaler adds replicas because the service is slow; the new ones find no connection, and take those of "
                                + "the others.",
                        "maxReplicas x pool size per pod <= the database's connection limit",
                        "Lower the pool, the most replicas, or raise the limit; a rollout adds its surge.",
                        RolloutRules::pool));
    }

    /** How many of so many pods a budget lets go. */
    private static long allowed(Manifest budget, long replicas) {
        Value unavailable = budget.at("spec.maxUnavailable");
        if (unavailable.exists()) {
            return Math.min(replicas, amount(unavailable, replicas, true));
        }
        Value available = budget.at("spec.minAvailable");
        return Math.max(0, replicas - (available.exists() ? amount(available, replicas, true) : 1));
    }

    /** A number or a percentage of the replicas, as Kubernetes rounds it. */
    private static long amount(Value value, long replicas, boolean up) {
        if (value.percent().isPresent()) {
            double share = value.percent().getAsDouble() * replicas / 100;
            return (long) (up ? Math.ceil(share) : Math.floor(share));
        }
        return value.integerOr(0);
    }

    private static Value setting(Manifest budget) {
        Value unavailable = budget.at("spec.maxUnavailable");
        return unavailable.exists() ? unavailable : budget.at("spec.minAvailable");
    }

    private static String text(Manifest budget) {
        Value setting = setting(budget);
        return setting.exists() ? setting.key() + " " + setting.text() : "minAvailable 1 (Kubernetes' default)";
    }

    private static void budgetBlocks(World world, Rule.Found found) {
        for (Workload workload : world.workloads()) {
            Sourced<Long> fewest = workload.fewest();
            for (Manifest budget : world.budgetsOf(workload)) {
                if (workload.counted() && fewest.value() > 0 && allowed(budget, fewest.value()) == 0) {
                    found.at(
                            budget,
                            setting(budget),
                            "%s of %s replicas: 0 of %d may go".formatted(text(budget), fewest, fewest.value()),
                            fewest.value() == 1 ? "two replicas, and maxUnavailable: 1" : "maxUnavailable: 1");
                }
            }
        }
    }

    private static void budgetLetsGo(World world, Rule.Found found) {
        for (Workload workload : world.workloads()) {
            Sourced<Long> most = workload.most();
            for (Manifest budget : world.budgetsOf(workload)) {
                long allowed = allowed(budget, most.value());
                if (workload.counted() && most.value() >= 3 && allowed * 2 > most.value()) {
                    found.at(
                            budget,
                            setting(budget),
                            "%s of %s replicas: %d of %d may go at once"
                                    .formatted(text(budget), most, allowed, most.value()),
                            "maxUnavailable: 1, or 25%");
                }
            }
        }
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
            boolean unclear = world.all("policy", "PodDisruptionBudget")
                    .anyMatch(each -> each.at("spec.selector.matchExpressions").exists());
            if (workload.counted()
                    && world.serves(workload)
                    && fewest.value() >= 2
                    && !unclear
                    && world.budgetsOf(workload).isEmpty()) {
                found.at(
                        workload.manifest(),
                        workload.manifest().at("metadata.name"),
                        "%s replicas at least, 0 budgets select them".formatted(fewest),
                        "a PodDisruptionBudget with maxUnavailable: 1");
            }
        }
    }

    private static void singleReplica(World world, Rule.Found found) {
        for (Workload workload : world.workloads()) {
            Sourced<Long> fewest = workload.fewest();
            if (workload.counted() && world.serves(workload) && fewest.value() <= 1) {
                List<Autoscaler> autoscalers = world.autoscalersOf(workload);
                boolean scaled = !autoscalers.isEmpty();
                found.at(
                        scaled ? autoscalers.get(0).manifest() : workload.manifest(),
                        scaled
                                ? autoscalers.get(0).manifest().at("spec.minReplicas")
                                : workload.manifest().at("spec.replicas"),
                        "%s, behind Service %s"
                                .formatted(
                                        fewest,
                                        world.servicesOf(workload).get(0).name()),
                        scaled ? "minReplicas: 2" : "replicas: 2");
            }
        }
    }

    private static void takesCapacity(World world, Rule.Found found) {
        for (Workload workload : world.workloads()) {
            if (!workload.isA("Deployment") || !world.serves(workload)) {
                continue;
            }
            Sourced<Long> fewest = workload.fewest();
            Value strategy = workload.manifest().at("spec.strategy");
            Value unavailable = strategy.at("rollingUpdate.maxUnavailable");
            if (strategy.field("type").text().equals("Recreate")) {
                if (fewest.value() > 1) {
                    found.at(
                            workload.manifest(),
                            strategy.field("type"),
                            "Recreate: %d of %s replicas go before one new serves".formatted(fewest.value(), fewest),
                            "type: RollingUpdate with maxSurge: 1, maxUnavailable: 0");
                }
                continue;
            }
            long gone = unavailable.exists() ? amount(unavailable, fewest.value(), false) : fewest.value() / 4;
            if (fewest.value() > 1 && gone * 4 > fewest.value()) {
                found.at(
                        workload.manifest(),
                        unavailable,
                        "maxUnavailable %s: %d of %s replicas go before one new serves"
                                .formatted(unavailable.text(), gone, fewest),
                        "maxUnavailable: 0 with maxSurge: 1");
            }
        }
    }

    private static void progressDeadline(World world, Rule.Found found) {
        for (Workload workload : world.workloads()) {
            if (!workload.isA("Deployment")) {
                continue;
            }
            Value deadline = workload.manifest().at("spec.progressDeadlineSeconds");
            Step step = Step.of(world, workload);
            if (deadline.integerOr(600) <= step.seconds()) {
                found.at(
                        workload.manifest(),
                        deadline,
                        "progressDeadlineSeconds %s <= %s"
                                .formatted(deadline.textOr("600 (Kubernetes' default)"), step.text()),
                        "progressDeadlineSeconds: " + step.seconds() * 2);
            }
        }
    }

    /** How long one new pod may legally take until it counts as available. */
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
            long settled = workload.manifest().at("spec.minReadySeconds").integerOr(0);
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
            Sourced<Long> most = workload.most();
            if (workload.counted() && pool.isPresent() && limit.isPresent()) {
                long all = most.value() * pool.get().value();
                if (all > limit.get().value()) {
                    found.at(
                            workload.manifest(),
                            workload.manifest().at("metadata.name"),
                            "%s replicas x pool %s = %d > database %s".formatted(most, pool.get(), all, limit.get()),
                            "a pool of %d, or %d replicas at most"
                                    .formatted(
                                            limit.get().value() / Math.max(1, most.value()),
                                            limit.get().value()
                                                    / Math.max(1, pool.get().value())));
                }
            }
        }
    }

    /** What an annotation declares, else the one variable that is called so; two that differ prove nothing. */
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
