package io.ebbtide.lint;

import io.ebbtide.internal.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Rules about load balancers that ask the pods themselves. */
final class BalancerRules {
    private static final String INJECT = "elbv2.k8s.aws/pod-readiness-gate-inject";

    private BalancerRules() {}

    static List<Rule> all() {
        return List.of(
                new Rule(
                        "balancer-health-on-liveness",
                        Severity.ERROR,
                        "The load balancer's health check asks the liveness path.",
                        "Liveness goes on passing while the pod drains or has lost its database, so the balancer never takes it out "
                                + "by itself.",
                        "healthcheck-path /= the liveness probe's path",
                        "Ask the readiness path, on the port that answers it.",
                        BalancerRules::healthOnLiveness),
                new Rule(
                        "balancer-health-not-told",
                        Severity.WARNING,
                        "The load balancer's health check asks the controller's default.",
                        "An ALB asks / and an NLB only whether the port is open: neither learns from the readiness that the "
                                + "service tells of.",
                        "healthcheck-path is set, where the pods have a readiness probe by HTTP",
                        "Set healthcheck-path to the readiness path.",
                        BalancerRules::healthNotTold),
                new Rule(
                        "wait-below-balancer",
                        Severity.ERROR,
                        "The pod stops serving before the load balancer can have learnt of it.",
                        "The balancer learns by asking: it takes unhealthy threshold x interval, and the last answer's timeout. "
                                + "Until then it sends requests to a closed port.",
                        "preStop + lameDuck >= interval x unhealthy threshold + timeout",
                        "Lengthen the lame duck, and the grace with it, or let the balancer ask more often.",
                        BalancerRules::waitBelow),
                new Rule(
                        "readiness-stays-behind-poller",
                        Severity.ERROR,
                        "Readiness stays during the lame duck, and somebody learns from readiness only.",
                        "A balancer that polls, and an autoscaler's metric of type Object or External, go on counting a pod whose "
                                + "readiness does not fail.",
                        "EBBTIDE_LAME_DUCK_READINESS = fail behind a balancer that polls",
                        "Set EBBTIDE_LAME_DUCK_READINESS to fail, or take it out.",
                        BalancerRules::readinessStays),
                new Rule(
                        "balancer-success-codes",
                        Severity.ERROR,
                        "The load balancer takes the wrong answers for health.",
                        "Readiness says 200 or 503. Codes without 200 make every pod unhealthy; codes with 503 make none so, also "
                                + "one that drains.",
                        "success-codes include 200 and exclude 503",
                        "success-codes: \"200\".",
                        BalancerRules::successCodes),
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
                        "target-type: ip, where readiness gates are injected or written",
                        "target-type: ip.",
                        BalancerRules::gates),
                new Rule(
                        "targets-are-nodes",
                        Severity.WARNING,
                        "The load balancer's targets are nodes, not pods.",
                        "Health and deregistration are the node's: the answer comes from any pod, and a pod that leaves is still "
                                + "reached through every node.",
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

    private static void healthOnLiveness(World world, Rule.Found found) {
        for (Balancer balancer : world.balancers()) {
            String path = balancer.healthPath().text();
            Optional<Probe> same = Probe.allIn(world).stream()
                    .filter(each -> each.workload().equals(balancer.workload()) && each.is(Probe.LIVENESS))
                    .filter(each -> each.pathText().equals(path)
                            && !path.equals("/")
                            && !each.sibling(Probe.READINESS).pathText().equals(path))
                    .findFirst();
            if (balancer.isHttp()
                    && !path.isEmpty()
                    && (same.isPresent()
                            || ProbeRules.LIVENESS_PATH.matcher(path).matches())) {
                found.at(
                        balancer.holder(balancer.healthPath()),
                        balancer.healthPath(),
                        "healthcheck-path %s%s; even if it failed: %s to take the pod out"
                                .formatted(
                                        path,
                                        same.isPresent() ? ", as livenessProbe" : ", a path for liveness",
                                        balancer.reactionText()),
                        "healthcheck-path: " + readinessPath(balancer).orElse("/health/ready"));
            }
        }
    }

    private static Optional<String> readinessPath(Balancer balancer) {
        return balancer.workload().lasting().stream()
                .map(each -> each.at("readinessProbe.httpGet.path"))
                .filter(Value::exists)
                .map(Value::text)
                .filter(each -> !ProbeRules.LIVENESS_PATH.matcher(each).matches())
                .findFirst();
    }

    private static void healthNotTold(World world, Rule.Found found) {
        for (Balancer balancer : world.balancers()) {
            Optional<String> path = readinessPath(balancer);
            if (!balancer.healthPath().exists()
                    && path.isPresent()
                    && !(balancer.kind() == Balancer.Kind.ALB && path.get().equals("/"))) {
                found.at(
                        balancer.manifest(),
                        balancer.manifest().at("metadata.annotations"),
                        "%s; readinessProbe asks %s"
                                .formatted(
                                        balancer.kind() == Balancer.Kind.ALB
                                                ? "an ALB asks / by default"
                                                : "an NLB asks by TCP by default",
                                        path.get()),
                        "healthcheck-path: " + path.get());
            }
        }
    }

    private static void waitBelow(World world, Rule.Found found) {
        for (Balancer balancer : world.balancers()) {
            Timing timing = world.timing(balancer.workload());
            Duration waits = timing.waits();
            Duration reaction = Duration.ofSeconds(balancer.reaction());
            // Without any wait, no-wait-for-endpoints says it.
            if (waits != null && !waits.isZero() && waits.compareTo(reaction) < 0) {
                found.at(
                        balancer.workload().manifest(),
                        balancer.workload().podSpec().field("terminationGracePeriodSeconds"),
                        "%s = %s < %s of %s"
                                .formatted(
                                        timing.waitsText(),
                                        Durations.text(waits),
                                        balancer.reactionText(),
                                        balancer.manifest().text()),
                        timing.settings() == null
                                ? "a preStop sleep of %d s with a grace that holds it, or a shorter interval"
                                        .formatted(reaction.toSeconds())
                                : "EBBTIDE_LAME_DUCK: %ds with a grace that holds it, or a shorter interval"
                                        .formatted(
                                                reaction.minus(preStop(timing)).toSeconds()));
            }
        }
    }

    private static Duration preStop(Timing timing) {
        Sourced<Duration> preStop = timing.preStop();
        return preStop == null ? Duration.ZERO : preStop.value();
    }

    private static void readinessStays(World world, Rule.Found found) {
        for (Workload workload : world.workloads()) {
            if (!world.timing(workload).readinessStays()) {
                continue;
            }
            var pollers = new ArrayList<String>();
            world.balancersOf(workload).stream()
                    .map(each -> each.kind() + " of " + each.manifest().text())
                    .forEach(pollers::add);
            for (Autoscaler autoscaler : world.autoscalersOf(workload)) {
                autoscaler.metrics().stream()
                        .map(each -> each.field("type").text())
                        .filter(each -> each.equals("Object") || each.equals("External"))
                        .map(each -> "metric of type %s in %s"
                                .formatted(each, autoscaler.manifest().text()))
                        .forEach(pollers::add);
            }
            if (!pollers.isEmpty()) {
                found.at(
                        workload.manifest(),
                        Workload.placeOf(workload.ebbtide().orElseThrow(), "EBBTIDE_LAME_DUCK_READINESS"),
                        "EBBTIDE_LAME_DUCK_READINESS stay, behind " + String.join(", ", pollers),
                        "EBBTIDE_LAME_DUCK_READINESS: fail");
            }
        }
    }

    private static void successCodes(World world, Rule.Found found) {
        for (Balancer balancer : world.balancers()) {
            Value codes = balancer.successCodes();
            if (!codes.exists() || !balancer.isHttp()) {
                continue;
            }
            boolean healthy = includes(codes.text(), 200);
            boolean leaving = includes(codes.text(), 503);
            if (!healthy || leaving) {
                found.at(
                        balancer.holder(codes),
                        codes,
                        "success-codes %s %s".formatted(codes.text(), healthy ? "include 503" : "do not include 200"),
                        "success-codes: \"200\"");
            }
        }
    }

    /** Whether codes such as {@code 200,204-206} include this one. */
    private static boolean includes(String codes, int code) {
        for (String each : codes.split(",", -1)) {
            String[] range = each.strip().split("-", -1);
            try {
                int from = Integer.parseInt(range[0].strip());
                int to = range.length > 1 ? Integer.parseInt(range[1].strip()) : from;
                if (from <= code && code <= to) {
                    return true;
                }
            } catch (NumberFormatException e) {
                return code == 200; // not codes at all: nothing to prove
            }
        }
        return false;
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

    /** What is declared, else what the drain allows; null if neither tells. */
    private static @Nullable Sourced<Duration> longestRequest(World world, Workload workload) {
        return DeclaredNumbers.duration(workload, "longest-request")
                .orElse(world.timing(workload).drain());
    }

    private static void deregistrationBeyond(World world, Rule.Found found) {
        for (Balancer balancer : world.balancers()) {
            Sourced<Duration> delay = balancer.deregistration();
            Timing timing = world.timing(balancer.workload());
            Sourced<Duration> grace = timing.grace();
            if (balancer.kind() == Balancer.Kind.ALB && delay.value().compareTo(grace.value()) > 0) {
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
        return world.namespaceHas(workload.manifest().namespace(), INJECT, "enabled")
                || workload.podSpec().field("readinessGates").items().stream()
                        .anyMatch(
                                each -> each.field("conditionType").text().startsWith("target-health.elbv2.k8s.aws/"));
    }

    private static void gates(World world, Rule.Found found) {
        for (Balancer balancer : world.balancers()) {
            if (!balancer.targetsPods() && gated(world, balancer.workload())) {
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

    private static void nodes(World world, Rule.Found found) {
        for (Balancer balancer : world.balancers()) {
            if (!balancer.targetsPods() && !gated(world, balancer.workload())) {
                found.at(
                        balancer.holder(balancer.targetType()),
                        balancer.targetType(),
                        "target-type " + balancer.targetType().textOr("instance (the controller's default)"),
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

    private static void minReady(World world, Rule.Found found) {
        for (Balancer balancer : world.balancers()) {
            Workload workload = balancer.workload();
            long needed = balancer.healthy().value() * balancer.interval().value();
            Value minReady = workload.manifest().at("spec.minReadySeconds");
            boolean gatesWork = gated(world, workload) && balancer.targetsPods();
            if ((workload.isA("Deployment") || workload.isA("StatefulSet"))
                    && !gatesWork
                    && minReady.integerOr(0) < needed) {
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
