package io.ebbtide.lint.rule;

import io.ebbtide.internal.Durations;
import io.ebbtide.lint.finding.Severity;
import io.ebbtide.lint.model.Autoscaler;
import io.ebbtide.lint.model.Balancer;
import io.ebbtide.lint.model.Probe;
import io.ebbtide.lint.model.Sourced;
import io.ebbtide.lint.model.Timing;
import io.ebbtide.lint.model.Workload;
import io.ebbtide.lint.model.World;
import io.ebbtide.lint.read.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Rules about a load balancer's health checks, and how soon they detect a change. */
final class BalancerHealthRules {
    private BalancerHealthRules() {}

    static List<Rule> all() {
        return List.of(
                new Rule(
                        "balancer-health-on-liveness",
                        Severity.ERROR,
                        "The load balancer's health check requests the liveness path.",
                        "Liveness still passes while the pod drains or after it has lost its database, so the balancer never "
                                + "removes the pod by itself.",
                        "healthcheck-path differs from the liveness probe's path",
                        "Request the readiness path, on the port that serves it.",
                        BalancerHealthRules::healthOnLiveness),
                new Rule(
                        "balancer-health-not-told",
                        Severity.WARNING,
                        "The load balancer's health check uses the controller's default.",
                        "By default an ALB requests / and an NLB only checks that the port is open: neither sees the readiness of "
                                + "the service.",
                        "healthcheck-path is set, and an NLB's healthcheck-protocol is http, where the pods have a readiness probe by HTTP",
                        "Set healthcheck-path to the readiness path.",
                        BalancerHealthRules::healthByDefault),
                new Rule(
                        "balancer-health-port",
                        Severity.ERROR,
                        "The load balancer's health check uses a different port than the readiness probe.",
                        "Unless healthcheck-port is set, a balancer checks the traffic port. If that port does not serve the path, "
                                + "each answer is 404 and every target is unhealthy.",
                        "healthcheck-port = the readiness probe's port, where healthcheck-path is its path",
                        "Set healthcheck-port to the readiness probe's port.",
                        BalancerHealthRules::healthPort),
                new Rule(
                        "wait-below-balancer",
                        Severity.ERROR,
                        "The pod stops serving before the load balancer can have detected its shutdown.",
                        "The balancer polls: it needs unhealthy threshold x interval, plus the timeout of the last answer. Until "
                                + "then it sends requests to a closed port.",
                        "preStop + lameDuck >= interval x unhealthy threshold + timeout",
                        "Lengthen the lame duck together with the grace, or shorten the interval of the balancer's health check.",
                        BalancerHealthRules::waitBelow),
                new Rule(
                        "readiness-stays-behind-poller",
                        Severity.ERROR,
                        "Readiness does not fail during the lame duck, but a balancer or an autoscaler depends on it.",
                        "A balancer that polls, and an autoscaler's metric of type Object or External, continue to count a pod "
                                + "whose readiness does not fail.",
                        "EBBTIDE_LAME_DUCK_READINESS = fail behind a balancer that polls",
                        "Set EBBTIDE_LAME_DUCK_READINESS to fail, or remove it.",
                        BalancerHealthRules::readinessStays),
                new Rule(
                        "balancer-success-codes",
                        Severity.ERROR,
                        "The load balancer's success codes do not match the answers of the readiness probe.",
                        "Readiness returns 200 or 503. Without 200 among the codes every pod is unhealthy; with 503 among them "
                                + "every pod is healthy, even one that drains.",
                        "success-codes include 200 and exclude 503",
                        "Set success-codes: \"200\".",
                        BalancerHealthRules::successCodes));
    }

    private static void healthOnLiveness(World world, Rule.Found found) {
        for (Balancer balancer : world.balancers()) {
            String path = balancer.healthPath().text();
            Optional<Probe> same = world.probesOf(balancer.workload()).stream()
                    .filter(each -> each.is(Probe.LIVENESS))
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
                        "healthcheck-path %s%s; even if it failed, it would remove the pod only after %s"
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

    private static void healthByDefault(World world, Rule.Found found) {
        var paths = new HashMap<Workload, Optional<String>>();
        for (Balancer balancer : world.balancers()) {
            Optional<String> readiness = paths.computeIfAbsent(balancer.workload(), any -> readinessPath(balancer));
            Value path = balancer.healthPath();
            boolean isAlb = balancer.kind() == Balancer.Kind.ALB;
            if (!(path.exists() && balancer.isHttp())
                    && !balancer.asksNodes()
                    && readiness.isPresent()
                    && !(isAlb && readiness.get().equals("/"))
                    && !found.again(
                            balancer.holder(path),
                            path.exists() ? path : balancer.manifest().at("metadata.annotations"))) {
                String asks = balancer.isHttp() ? "/ by default" : "by TCP, as healthcheck-protocol is not http";
                found.at(
                        balancer.holder(path),
                        path.exists() ? path : balancer.manifest().at("metadata.annotations"),
                        "%s asks %s; readinessProbe asks %s"
                                .formatted(isAlb ? "an ALB" : "an NLB", asks, readiness.get()),
                        (balancer.isHttp() ? "" : "healthcheck-protocol: http, ") + "healthcheck-path: "
                                + readiness.get());
            }
        }
    }

    private static void healthPort(World world, Rule.Found found) {
        for (Balancer balancer : world.balancers()) {
            String path = balancer.healthPath().textOr("/");
            List<Probe> probes = world.probesOf(balancer.workload()).stream()
                    .filter(each -> each.is(Probe.READINESS) && each.pathText().equals(path))
                    .toList();
            boolean clear = probes.stream().allMatch(each -> each.portNumber().isPresent());
            if (!balancer.isHttp() || probes.isEmpty() || !clear) {
                continue;
            }
            List<Long> answer =
                    probes.stream().map(each -> each.portNumber().getAsLong()).toList();
            for (Value asked : balancer.askedPorts()) {
                OptionalLong port = portOf(balancer.workload(), asked);
                if (port.isPresent() && !answer.contains(port.getAsLong())) {
                    found.at(
                            balancer.holder(balancer.healthPort()),
                            balancer.healthPort(),
                            "healthcheck-port %s: %s on port %d of %s; readinessProbe asks it on %d"
                                    .formatted(
                                            balancer.healthPort().textOr("traffic-port (the controller's default)"),
                                            path,
                                            port.getAsLong(),
                                            balancer.workload().text(),
                                            answer.get(0)),
                            balancer.targetsPods()
                                    ? "healthcheck-port: \"%d\"".formatted(answer.get(0))
                                    : "healthcheck-port: the nodePort of a Service port with targetPort %d"
                                            .formatted(answer.get(0)));
                }
            }
        }
    }

    private static OptionalLong portOf(Workload workload, Value port) {
        return workload.lasting().stream()
                .map(each -> Workload.port(each, port))
                .filter(OptionalLong::isPresent)
                .findFirst()
                .orElseGet(OptionalLong::empty);
    }

    private static void waitBelow(World world, Rule.Found found) {
        for (Balancer balancer : world.balancers()) {
            Timing timing = world.timing(balancer.workload());
            Duration waits = timing.waits();
            Duration reaction = Duration.ofSeconds(balancer.reaction());
            // Without any wait, no-wait-for-endpoints reports it.
            Workload workload = balancer.workload();
            if (waits != null
                    && !waits.isZero()
                    && waits.compareTo(reaction) < 0
                    && !found.again(workload.manifest(), workload.podSpec().field("terminationGracePeriodSeconds"))) {
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
                autoscaler.triggers().stream()
                        .filter(each -> each.field("type").text().equals("prometheus"))
                        .map(each -> "trigger of type prometheus in "
                                + autoscaler.manifest().text())
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
            if (!codes.exists() || !balancer.isHttp() || balancer.isGrpc()) {
                continue;
            }
            boolean healthy = includes(codes.text(), 200);
            boolean unready = includes(codes.text(), 503);
            if (!healthy || unready) {
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
}
