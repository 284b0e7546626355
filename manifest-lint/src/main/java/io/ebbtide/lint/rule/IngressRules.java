package io.ebbtide.lint.rule;

import io.ebbtide.internal.Durations;
import io.ebbtide.lint.finding.Severity;
import io.ebbtide.lint.model.NginxIngress;
import io.ebbtide.lint.model.Routes;
import io.ebbtide.lint.model.Sourced;
import io.ebbtide.lint.model.Spans;
import io.ebbtide.lint.model.Timing;
import io.ebbtide.lint.model.Workload;
import io.ebbtide.lint.model.World;
import io.ebbtide.lint.read.Manifest;
import io.ebbtide.lint.read.Value;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Rules about Ingresses and routes, for any controller. */
final class IngressRules {
    private IngressRules() {}

    static List<Rule> all() {
        return List.of(
                new Rule(
                        "retired-controller",
                        Severity.WARNING,
                        "The ingress controller is retired.",
                        "ingress-nginx was retired in March 2026 and archived. Its last controller is v1.15.1; vulnerabilities "
                                + "found since then are not fixed.",
                        "no nginx.ingress.kubernetes.io annotation, class or image of k8s.io/ingress-nginx; the old "
                                + "annotation kubernetes.io/ingress.class: nginx counts as this controller, unless the input shows "
                                + "that it is F5's NGINX controller",
                        "Move to a Gateway; examples/deploy contains an HTTPRoute with timeouts and retries.",
                        IngressRules::retired),
                new Rule(
                        "idle-timeouts-race",
                        Severity.WARNING,
                        "The server closes idle connections before the proxy does, or at the same time.",
                        "The side that sends requests must close idle connections first. Otherwise the proxy sometimes sends a "
                                + "request on a connection that the server is closing: the connection is reset and the client gets "
                                + "502, even without load.",
                        "the server's keep-alive idle timeout > the proxy's upstream idle timeout",
                        "Raise the server's timeout to 75-90 s, or lower the proxy's.",
                        IdleTimeouts::check),
                new Rule(
                        "request-outlives-drain",
                        Severity.WARNING,
                        "The Ingress or route waits longer for an answer than the process drains.",
                        "A request that begins just before the port closes may take as long as the Ingress or route allows, but is "
                                + "aborted at the end of the drain.",
                        "the route's request timeout, else its backendRequest, <= drain; 0s means no limit",
                        "Lower the timeout, or raise the drain and the grace.",
                        IngressRules::requestOutlivesDrain));
    }

    private static void retired(World world, Rule.Found found) {
        Routes.ingresses(world)
                .forEach(ingress -> NginxIngress.shownBy(world, ingress)
                        .ifPresent(shows -> found.at(
                                ingress,
                                shows,
                                "%s%s shows ingress-nginx, last version v1.15.1"
                                        .formatted(
                                                shows.key(),
                                                shows.key().startsWith(NginxIngress.PREFIX) ? "" : ": " + shows.text()),
                                "kind: HTTPRoute, apiVersion: gateway.networking.k8s.io/v1")));
        world.all("networking.k8s.io", "IngressClass")
                .filter(NginxIngress::isNginx)
                .forEach(each -> found.at(
                        each,
                        each.at("spec.controller"),
                        "controller k8s.io/ingress-nginx, last version v1.15.1",
                        "a GatewayClass"));
        for (Workload workload : world.workloads()) {
            for (Value container : workload.containers()) {
                if (container.field("image").text().contains("ingress-nginx/controller")) {
                    found.at(
                            workload.manifest(),
                            container.field("image"),
                            "image %s, last version v1.15.1"
                                    .formatted(container.field("image").text()),
                            "a Gateway controller");
                }
            }
        }
    }

    private static void requestOutlivesDrain(World world, Rule.Found found) {
        Routes.all(world).forEach(route -> {
            for (Value rule : route.at("spec.rules").items()) {
                Value request = rule.at("timeouts.request");
                Value timeout = request.exists() ? request : rule.at("timeouts.backendRequest");
                if (timeout.exists()) {
                    compare(world, route, timeout, Spans.ofOthers(timeout.text()), found);
                }
            }
            Value read = route.annotation(NginxIngress.PREFIX + "proxy-read-timeout");
            if (read.integer().isPresent()) { // number-with-unit reports another
                compare(world, route, read, Optional.of(Duration.ofSeconds(read.integerOr(0))), found);
            }
        });
    }

    /** Zero means no limit, for a route (GEP-1742) and for the proxy behind it. */
    private static void compare(
            World world, Manifest route, Value timeout, Optional<Duration> written, Rule.Found found) {
        if (written.isEmpty()) {
            return; // the route's own schema reports it
        }
        Duration allowed = written.get();
        boolean off = allowed.isZero() && !timeout.key().startsWith(NginxIngress.PREFIX);
        for (Workload workload : Routes.workloadsBehind(world, route).distinct().toList()) {
            Sourced<Duration> drain = world.timing(workload).drain();
            if (drain != null && (off || allowed.compareTo(drain.value()) > 0)) {
                found.at(
                        route,
                        timeout,
                        "%s %s > drain %s of %s"
                                .formatted(
                                        timeout.key().replace(NginxIngress.PREFIX, ""),
                                        off ? "0 s, which is no limit," : Durations.text(allowed),
                                        Timing.text(drain),
                                        workload.text()),
                        "at most %s here".formatted(Durations.text(drain.value())));
            }
        }
    }
}
