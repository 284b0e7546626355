package io.ebbtide.lint;

import io.ebbtide.internal.Durations;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rules about a load balancer's targets, and how it deregisters them. */
final class BalancerRules {
    private static final String INJECT = "elbv2.k8s.aws/pod-readiness-gate-inject";

    private BalancerRules() {}

    static List<Rule> all() {
        return List.of(
                new Rule(
                        "deregistration-below-requests",
                        Severity.ERROR,
                        "The load balancer cuts requests that the process would finish.",
                        "After the deregistration delay the balancer closes connections to the target, with whatever is in flight on "
                                + "them.",
                        "deregistration delay >= longest request",
                        "Raise deregistration_delay.timeout_seconds.",
                        BalancerRules::deregistrationBelow),
                new Rule(
                        "deregistration-then-drain",
                        Severity.WARNING,
                        "The grace cannot hold the load balancer's drain and the process's own after it.",
                        "Nothing in the pod waits, so the plan must be that the balancer drains first and SIGTERM comes then. But both "
                                + "begin at the deletion, and at the end of the grace the pod is killed, whoever still counts on it.",
                        "deregistration delay + drain <= grace, where the delay is set and nothing waits (for an ALB)",
                        "Wait in the pod for what the balancer takes, and raise the grace.",
                        BalancerRules::deregistrationThenDrain),
                new Rule(
                        "deregistration-beyond-grace",
                        Severity.NOTE,
                        "The load balancer goes on using connections to a pod that has been killed.",
                        "The balancer counts on the pod for the whole delay; what needs longer than the grace is cut by SIGKILL. A "
                                + "rollout shows targets that drain long after their pods are gone.",
                        "deregistration delay <= grace (for an ALB)",
                        "Lower deregistration_delay.timeout_seconds, or raise the grace.",
                        BalancerRules::deregistrationBeyond),
                new Rule(
                        "flows-outlive-pod",
                        Severity.WARNING,
                        "An NLB keeps flows to a pod that no longer serves.",
                        "An NLB forwards flows that exist until the deregistration delay is over, and cannot tell the client to "
                                + "leave.",
                        "deregistration delay <= preStop + lameDuck + drain (for an NLB)",
                        "Lower deregistration_delay.timeout_seconds, or lengthen the drain.",
                        BalancerRules::flows),
                new Rule(
                        "gates-need-pod-targets",
                        Severity.ERROR,
                        "Readiness gates are asked for, and targets are nodes.",
                        "The controller sets the gate for targets of type ip only: a pod with a gate that nobody sets never becomes "
                                + "ready.",
                        "target-type: ip, where the pods' spec has readiness gates of the controller",
                        "target-type: ip.",
                        BalancerRules::gates),
                new Rule(
                        "targets-are-nodes",
                        Severity.WARNING,
                        "The load balancer's targets are nodes, not pods.",
                        "Health and deregistration are the node's: the answer comes from any pod, and a pod that leaves is still "
                                + "reached through every node. Readiness gates that the namespace asks for are not injected: a rollout "
                                + "does not wait for the balancer.",
                        "target-type = ip",
                        "target-type: ip.",
                        BalancerRules::nodes),
                new Rule(
                        "cross-zone-always-on",
                        Severity.NOTE,
                        "Cross-zone balancing is asked for, and an ALB always has it.",
                        "The attribute has no effect at the balancer. It is off by default, and means something, for an NLB.",
                        "no load_balancing.cross_zone.enabled among an ALB's load-balancer-attributes",
                        "Take it out.",
                        BalancerRules::crossZone),
                new Rule(
                        "min-ready-below-balancer",
                        Severity.WARNING,
                        "A rollout goes on before the load balancer has taken the new pod in.",
                        "Kubernetes counts the pod as available, tells the next old one to leave, and the balancer has too few "
                                + "targets, or none.",
                        "minReadySeconds >= healthy threshold x interval, or readiness gates",
                        "Raise minReadySeconds, or label the namespace " + INJECT + ": enabled.",
                        BalancerRules::minReady));
    }

    private static void deregistrationBelow(World world, Rule.Found found) {
        for (Balancer balancer : world.balancers()) {
            Sourced<Duration> longest = longestRequest(world, balancer.workload());
            Sourced<Duration> delay = balancer.deregistration();
            if (longest != null && delay.value().compareTo(longest.value()) < 0) {
                found.at(
                        balancer.holder(balancer.targetGroupAttributes()),
                        balancer.targetGroupAttributes(),
                        "%s < longest request %s".formatted(Timing.text(delay), Timing.text(longest)),
                        "deregistration_delay.timeout_seconds="
                                + longest.value().toSeconds());
            }
        }
    }

    /** The declared duration, else the drain; null if neither is known. */
    private static @Nullable Sourced<Duration> longestRequest(World world, Workload workload) {
        return DeclaredNumbers.duration(workload, "longest-request")
                .orElse(world.timing(workload).drain());
    }

    /** Whether the balancer's drain is set explicitly, and nothing in the pod waits for it. */
    private static boolean countsOnBalancer(Timing timing, Balancer balancer) {
        Duration waits = timing.waits();
        return balancer.deregistrationIsSet() && waits != null && waits.isZero();
    }

    private static void deregistrationThenDrain(World world, Rule.Found found) {
        for (Balancer balancer : world.balancers()) {
            Timing timing = world.timing(balancer.workload());
            Sourced<Duration> delay = balancer.deregistration();
            Sourced<Duration> drain = timing.drain();
            Duration sum = drain == null ? delay.value() : delay.value().plus(drain.value());
            if (balancer.kind() == Balancer.Kind.ALB
                    && countsOnBalancer(timing, balancer)
                    && sum.compareTo(timing.grace().value()) > 0) {
                found.at(
                        balancer.workload().manifest(),
                        balancer.workload().podSpec().field("terminationGracePeriodSeconds"),
                        "deregistration %s of %s%s = %s > grace %s"
                                .formatted(
                                        Timing.text(delay),
                                        balancer.manifest().text(),
                                        drain == null ? "" : " + drain " + Timing.text(drain),
                                        Durations.text(sum),
                                        Timing.text(timing.grace())),
                        "lifecycle: {preStop: {sleep: {seconds: %d}}} and terminationGracePeriodSeconds: %d"
                                .formatted(delay.value().toSeconds(), (long) Math.ceil(sum.toMillis() / 900.0)));
            }
        }
    }

    private static void deregistrationBeyond(World world, Rule.Found found) {
        for (Balancer balancer : world.balancers()) {
            Sourced<Duration> delay = balancer.deregistration();
            Timing timing = world.timing(balancer.workload());
            Sourced<Duration> grace = timing.grace();
            // If nothing waits, deregistration-then-drain reports it.
            if (balancer.kind() == Balancer.Kind.ALB
                    && !countsOnBalancer(timing, balancer)
                    && delay.value().compareTo(grace.value()) > 0) {
                Sourced<Duration> drain = timing.drain();
                found.at(
                        balancer.holder(balancer.targetGroupAttributes()),
                        balancer.targetGroupAttributes(),
                        "deregistration %s > grace %s of %s%s"
                                .formatted(
                                        Timing.text(delay),
                                        Timing.text(grace),
                                        balancer.workload().text(),
                                        drain == null ? "" : ", of which drain " + Timing.text(drain)),
                        "deregistration_delay.timeout_seconds=%d, or a grace of %s"
                                .formatted(grace.value().toSeconds(), Durations.text(delay.value())));
            }
        }
    }

    private static void flows(World world, Rule.Found found) {
        for (Balancer balancer : world.balancers()) {
            Timing timing = world.timing(balancer.workload());
            Duration waits = timing.waits();
            Sourced<Duration> drain = timing.drain();
            if (balancer.kind() != Balancer.Kind.NLB || waits == null || drain == null) {
                continue;
            }
            Duration serves = waits.plus(drain.value());
            if (balancer.deregistration().value().compareTo(serves) > 0) {
                found.at(
                        balancer.manifest(),
                        balancer.targetGroupAttributes(),
                        "deregistration %s > %s + drain %s = %s"
                                .formatted(
                                        Timing.text(balancer.deregistration()),
                                        timing.waitsText(),
                                        Timing.text(drain),
                                        Durations.text(serves)),
                        "deregistration_delay.timeout_seconds=" + serves.toSeconds());
            }
        }
    }

    private static boolean gated(World world, Workload workload) {
        return isInjected(world, workload) || hasGates(workload);
    }

    private static boolean isInjected(World world, Workload workload) {
        return world.namespaceHas(workload.manifest().namespace(), INJECT, "enabled");
    }

    private static boolean hasGates(Workload workload) {
        return workload.podSpec().field("readinessGates").items().stream()
                .anyMatch(each -> each.field("conditionType").text().startsWith("target-health.elbv2.k8s.aws/"));
    }

    private static void gates(World world, Rule.Found found) {
        for (Balancer balancer : world.balancers()) {
            if (!balancer.targetsPods() && hasGates(balancer.workload())) {
                found.at(
                        balancer.holder(balancer.targetType()),
                        balancer.targetType(),
                        "readiness gates for %s, target-type %s"
                                .formatted(
                                        balancer.workload().text(),
                                        balancer.targetType().textOr("instance (the controller's default)")),
                        "target-type: ip");
            }
        }
    }

    /** With this policy a node answers for its own pods alone, and takes itself out when it has none. */
    private static boolean isLocal(Balancer balancer) {
        return balancer.manifest().at("spec.externalTrafficPolicy").text().equals("Local");
    }

    private static void nodes(World world, Rule.Found found) {
        for (Balancer balancer : world.balancers()) {
            Value type = balancer.targetType();
            if (!balancer.targetsPods()
                    && !isLocal(balancer)
                    && !hasGates(balancer.workload())
                    && !found.again(balancer.holder(type), type)) {
                found.at(
                        balancer.holder(balancer.targetType()),
                        balancer.targetType(),
                        "target-type %s%s"
                                .formatted(
                                        balancer.targetType().textOr("instance (the controller's default)"),
                                        isInjected(world, balancer.workload())
                                                ? "; the label %s of namespace %s injects no gate here"
                                                        .formatted(
                                                                INJECT,
                                                                balancer.workload()
                                                                        .manifest()
                                                                        .namespace())
                                                : ""),
                        "target-type: ip");
            }
        }
    }

    private static void crossZone(World world, Rule.Found found) {
        for (Manifest ingress : world.all("networking.k8s.io", "Ingress").toList()) {
            Value attributes = ingress.annotation("alb.ingress.kubernetes.io/load-balancer-attributes");
            Balancer.attribute(attributes, "load_balancing.cross_zone.enabled")
                    .ifPresent(value -> found.at(
                            ingress,
                            attributes,
                            "load_balancing.cross_zone.enabled=%s at an ALB".formatted(value),
                            "take load_balancing.cross_zone.enabled out"));
        }
    }

    /** Where all old pods may go at once, a rollout waits for no new one. */
    private static boolean waitsForNewPods(Workload workload) {
        Value unavailable = workload.holder().at("spec.strategy.rollingUpdate.maxUnavailable");
        return unavailable.integerOr(0) < workload.fewest().value();
    }

    private static void minReady(World world, Rule.Found found) {
        for (Balancer balancer : world.balancers()) {
            Workload workload = balancer.workload();
            long needed = balancer.healthy().value() * balancer.interval().value();
            Value minReady = workload.manifest().at("spec.minReadySeconds");
            boolean gatesWork = gated(world, workload) && balancer.targetsPods();
            if ((workload.isA("Deployment") || workload.isA("StatefulSet"))
                    && !gatesWork
                    && minReady.integerOr(0) < needed
                    && waitsForNewPods(workload)
                    && !found.again(workload.manifest(), minReady)) {
                found.at(
                        workload.manifest(),
                        minReady,
                        "minReadySeconds %s < healthy threshold %s x interval %s = %d s of %s"
                                .formatted(
                                        minReady.textOr("0 (Kubernetes' default)"),
                                        balancer.healthy(),
                                        balancer.interval(),
                                        needed,
                                        balancer.manifest().text()),
                        "minReadySeconds: " + needed);
            }
        }
    }
}
