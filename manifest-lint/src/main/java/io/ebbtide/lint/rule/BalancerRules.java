package io.ebbtide.lint.rule;

import io.ebbtide.internal.Durations;
import io.ebbtide.lint.finding.Severity;
import io.ebbtide.lint.model.Balancer;
import io.ebbtide.lint.model.DeclaredNumbers;
import io.ebbtide.lint.model.Sourced;
import io.ebbtide.lint.model.Timing;
import io.ebbtide.lint.model.Workload;
import io.ebbtide.lint.model.World;
import io.ebbtide.lint.read.Manifest;
import io.ebbtide.lint.read.Value;
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
                        "The load balancer aborts requests that the process would finish.",
                        "After the deregistration delay the balancer closes its connections to the target, including those with "
                                + "requests in flight.",
                        "deregistration delay >= longest request",
                        "Raise deregistration_delay.timeout_seconds.",
                        BalancerRules::deregistrationBelow),
                new Rule(
                        "deregistration-then-drain",
                        Severity.WARNING,
                        "The grace is shorter than the load balancer's deregistration delay and the drain of the process together.",
                        "Nothing in the pod delays SIGTERM until the deregistration is over: both begin at the deletion. So the "
                                + "process drains first, and at the end of the grace the pod is killed, even if the balancer still "
                                + "sends to it.",
                        "deregistration delay + drain <= grace, where the delay is set and preStop + lameDuck = 0 (for an ALB)",
                        "Add a preStop sleep of the deregistration delay, and raise the grace.",
                        BalancerRules::deregistrationThenDrain),
                new Rule(
                        "deregistration-beyond-grace",
                        Severity.NOTE,
                        "The load balancer continues to use connections to a pod that has been killed.",
                        "The balancer keeps the pod as a target for the whole delay, but SIGKILL aborts each request that takes "
                                + "longer than the grace. During a rollout, targets are shown as draining long after their pods "
                                + "have ended.",
                        "deregistration delay <= grace (for an ALB)",
                        "Lower deregistration_delay.timeout_seconds, or raise the grace.",
                        BalancerRules::deregistrationBeyond),
                new Rule(
                        "flows-outlive-pod",
                        Severity.WARNING,
                        "An NLB keeps flows to a pod that no longer serves.",
                        "An NLB forwards existing flows until the deregistration delay is over, and cannot ask the client to "
                                + "disconnect.",
                        "deregistration delay <= preStop + lameDuck + drain (for an NLB)",
                        "Lower deregistration_delay.timeout_seconds, or lengthen the drain.",
                        BalancerRules::flows),
                new Rule(
                        "gates-need-pod-targets",
                        Severity.ERROR,
                        "The pods have readiness gates, but the targets are nodes.",
                        "The controller sets the gate only for targets of type ip: a pod whose gate no controller sets never "
                                + "becomes ready.",
                        "target-type: ip, where the pod spec has readiness gates of the controller",
                        "Set target-type: ip.",
                        BalancerRules::gates),
                new Rule(
                        "targets-are-nodes",
                        Severity.WARNING,
                        "The load balancer's targets are nodes, not pods.",
                        "The balancer checks and deregisters nodes: any pod can answer the check, and requests still reach a pod "
                                + "that shuts down, through every node. Readiness gates that the namespace requests are not "
                                + "injected, so a rollout does not wait for the balancer.",
                        "target-type = ip",
                        "Set target-type: ip.",
                        BalancerRules::nodes),
                new Rule(
                        "cross-zone-always-on",
                        Severity.NOTE,
                        "The attribute for cross-zone balancing is set, but an ALB always balances across zones.",
                        "The attribute has no effect on an ALB. It has an effect, and is off by default, for an "
                                + "NLB.",
                        "no load_balancing.cross_zone.enabled among an ALB's load-balancer-attributes",
                        "Remove the attribute.",
                        BalancerRules::crossZone),
                new Rule(
                        "min-ready-below-balancer",
                        Severity.WARNING,
                        "A rollout continues before the load balancer has added the new pod.",
                        "Kubernetes counts the new pod as available and shuts down the next old one, so the balancer has too few "
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
            if (balancer.deregistration().value().compareTo(serves) > 0
                    && !found.again(balancer.manifest(), balancer.targetGroupAttributes())) {
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
                                                ? "; the label %s of namespace %s injects no gate for this target type"
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
                            "remove load_balancing.cross_zone.enabled"));
        }
    }

    /** Where all old pods may go at once, a rollout waits for no new one. */
    private static boolean waitsForNewPods(Workload workload) {
        Value unavailable = workload.holder().at("spec.strategy.rollingUpdate.maxUnavailable");
        return unavailable.integerOr(0) < workload.minReplicas().value();
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
