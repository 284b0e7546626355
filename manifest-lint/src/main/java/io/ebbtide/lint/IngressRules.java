package io.ebbtide.lint;

import io.ebbtide.internal.Durations;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Rules about ways in, whoever runs them. */
final class IngressRules {
    static final String NGINX = "nginx.ingress.kubernetes.io/";

    private IngressRules() {}

    static List<Rule> all() {
        return List.of(
                new Rule(
                        "retired-controller",
                        Severity.WARNING,
                        "The ingress controller is retired.",
                        "ingress-nginx was retired in March 2026 and archived; its last controller is v1.15.1, and no vulnerability "
                                + "found since is mended.",
                        "no nginx.ingress.kubernetes.io annotation, class or image of k8s.io/ingress-nginx",
                        "Move to a Gateway: HTTPRoute, timeouts and retries are in examples/deploy.",
                        IngressRules::retired),
                new Rule(
                        "idle-timeouts-race",
                        Severity.WARNING,
                        "The server closes idle connections no later than the proxy does.",
                        "Whoever sends requests must close first. Otherwise the proxy sends one on a connection that the server is "
                                + "closing: reset, and 502 to the client, now and then, without load.",
                        "server's keep-alive idle timeout > the proxy's upstream idle timeout",
                        "Raise the server's to 75-90 s, or lower the proxy's.",
                        IdleTimeouts::check),
                new Rule(
                        "request-outlives-drain",
                        Severity.WARNING,
                        "The way in waits longer for an answer than the process drains.",
                        "A request that begins just before the port closes may take as long as the way in allows, and is cut when "
                                + "the drain is over.",
                        "the route's request timeout <= drain",
                        "Lower the timeout, or raise the drain and the grace.",
                        IngressRules::requestOutlivesDrain));
    }

    /** What shows that this Ingress is ingress-nginx's; empty if nothing does. */
    static Optional<Value> nginx(World world, Manifest ingress) {
        Optional<Value> annotation = ingress.at("metadata.annotations").fields().stream()
                .filter(each -> each.key().startsWith(NGINX))
                .findFirst();
        if (annotation.isPresent()) {
            return annotation;
        }
        Value className = ingress.at("spec.ingressClassName");
        boolean ours = world.all("networking.k8s.io", "IngressClass")
                .anyMatch(each -> each.name().equals(className.text()) && isNginx(each));
        return ours ? Optional.of(className) : Optional.empty();
    }

    private static boolean isNginx(Manifest ingressClass) {
        return ingressClass.at("spec.controller").text().equals("k8s.io/ingress-nginx");
    }

    static Stream<Manifest> ingresses(World world) {
        return world.manifests().stream().filter(each -> each.kind().equals("Ingress"));
    }

    private static void retired(World world, Rule.Found found) {
        ingresses(world)
                .forEach(ingress -> nginx(world, ingress)
                        .ifPresent(shows -> found.at(
                                ingress,
                                shows,
                                "%s%s shows ingress-nginx, last version v1.15.1"
                                        .formatted(
                                                shows.key(), shows.key().startsWith(NGINX) ? "" : ": " + shows.text()),
                                "kind: HTTPRoute, apiVersion: gateway.networking.k8s.io/v1")));
        world.all("networking.k8s.io", "IngressClass")
                .filter(IngressRules::isNginx)
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

    /** The workloads that an Ingress or route sends to. */
    static Stream<Workload> behind(World world, Manifest route) {
        return Backends.of(route).stream()
                .flatMap(each -> world.find("", "Service", each.namespace(), each.service()).stream())
                .flatMap(each -> world.selectedBy(each).stream());
    }

    private static void requestOutlivesDrain(World world, Rule.Found found) {
        ServiceRules.routes(world).forEach(route -> {
            for (Value rule : route.at("spec.rules").items()) {
                Value timeout = rule.at("timeouts.request");
                if (timeout.exists()) {
                    compare(world, route, timeout, found);
                }
            }
            Value read = route.annotation(NGINX + "proxy-read-timeout");
            if (read.exists()) {
                compare(world, route, read, found);
            }
        });
    }

    private static void compare(World world, Manifest route, Value timeout, Rule.Found found) {
        Duration allowed;
        try {
            allowed = timeout.integer().isPresent()
                    ? Duration.ofSeconds(timeout.integer().getAsLong())
                    : Spans.parse(timeout.text());
        } catch (IllegalArgumentException e) {
            return; // number-with-unit, or the route's own schema, tells
        }
        for (Workload workload : behind(world, route).distinct().toList()) {
            Sourced<Duration> drain = world.timing(workload).drain();
            if (drain != null && allowed.compareTo(drain.value()) > 0) {
                found.at(
                        route,
                        timeout,
                        "%s %s > drain %s of %s"
                                .formatted(
                                        timeout.key().replace(NGINX, ""),
                                        Durations.text(allowed),
                                        Timing.text(drain),
                                        workload.text()),
                        "at most %s here".formatted(Durations.text(drain.value())));
            }
        }
    }
}
