package io.ebbtide.lint.rule;

import io.ebbtide.lint.finding.Severity;
import io.ebbtide.lint.model.Autoscaler;
import io.ebbtide.lint.model.Sourced;
import io.ebbtide.lint.model.Timing;
import io.ebbtide.lint.model.World;
import io.ebbtide.lint.read.Value;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Rules about how fast an autoscaler removes pods. */
final class ScaleDownRules {
    private ScaleDownRules() {}

    static List<Rule> all() {
        return List.of(
                new Rule(
                        "dead-scale-down-policy",
                        Severity.WARNING,
                        "A scale-down policy has no effect.",
                        "selectPolicy is Max by default: of two policies, the one that removes more pods applies. A gentler policy "
                                + "that was meant as a limit is never used.",
                        "the policy applies for at least one number of replicas",
                        "Remove the policy without effect, or set selectPolicy: Min.",
                        ScaleDownRules::deadPolicy),
                new Rule(
                        "scale-down-before-drained",
                        Severity.NOTE,
                        "The next pods are shut down before the previous ones have ended.",
                        "Groups of draining pods overlap: more pods shut down at the same time than the policy allows. Kubernetes' "
                                + "own default is 15 s, so this finding is a note.",
                        "scale-down period >= grace",
                        "Set periodSeconds to the grace.",
                        ScaleDownRules::beforeDrained));
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
                                    ? "remove %s, or set selectPolicy: Min".formatted(text(dead))
                                    : "remove %s".formatted(text(dead)));
                }
            }
        }
    }

    /** The policy that always takes precedence over this one, if there is one. */
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
            // Of two identical policies, the second is superfluous.
            if (wins && (!equal || j < index)) {
                return Optional.of(other);
            }
        }
        return Optional.empty();
    }

    /** How many of the given pods a policy removes, rounded as Kubernetes does: the remainder of a share is truncated. */
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

    /** A pod is killed at the end of its grace, so no period needs to be longer unless the grace is increased. */
    private static String advice(Duration needed, Duration grace) {
        return needed.compareTo(grace) > 0
                ? "periodSeconds: %d, the grace; %d with a grace that holds it"
                        .formatted(grace.toSeconds(), needed.toSeconds())
                : "periodSeconds: " + needed.toSeconds();
    }

    private static void beforeDrained(World world, Rule.Found found) {
        for (Autoscaler autoscaler : world.autoscalers()) {
            Value down = autoscaler.scaleDown();
            if (autoscaler.target().isEmpty()
                    || down.field("selectPolicy").text().equals("Disabled")) {
                continue;
            }
            Sourced<Duration> ending = world.timing(autoscaler.target().get()).timeToEnd();
            List<Value> policies = down.field("policies").items();
            Optional<Value> shortest = policies.stream()
                    .map(each -> each.field("periodSeconds"))
                    .filter(each ->
                            each.integerOr(Long.MAX_VALUE) < ending.value().toSeconds())
                    .findFirst();
            if (shortest.isPresent() || (policies.isEmpty() && ending.value().toSeconds() > 15)) {
                found.at(
                        autoscaler.manifest(),
                        shortest.orElse(down),
                        "scale-down period %s < %s, the time until a pod has ended"
                                .formatted(
                                        shortest.map(each -> each.text() + " s").orElse("15 s (Kubernetes' default)"),
                                        Timing.text(ending)),
                        advice(
                                ending.value(),
                                world.timing(autoscaler.target().get()).grace().value()));
            }
        }
    }
}
