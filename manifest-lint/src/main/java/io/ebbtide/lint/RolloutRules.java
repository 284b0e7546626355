package io.ebbtide.lint;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Rules about rollouts, and what all replicas share. */
final class RolloutRules {
    private static final Pattern POOL =
            Pattern.compile("(.*_)?(MAXIMUM_?POOL_?SIZE|MAX_?POOL_?SIZE|POOL_SIZE|POOL_MAX)");

    private static final Pattern LIMIT = Pattern.compile("(.*_)?(DB|DATABASE|POSTGRES|PG|MYSQL)_MAX_CONNECTIONS");

    private RolloutRules() {}

    static List<Rule> all() {
        return List.of(
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

    /** A number or a percentage of the replicas, as Kubernetes rounds it. */
    static long amount(Value value, long replicas, boolean up) {
        if (value.percent().isPresent()) {
            double share = value.percent().getAsDouble() * replicas / 100;
            return (long) (up ? Math.ceil(share) : Math.floor(share));
        }
        return value.integerOr(0);
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
