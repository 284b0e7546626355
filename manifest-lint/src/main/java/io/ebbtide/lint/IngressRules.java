package io.ebbtide.lint;

import io.ebbtide.internal.Durations;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Rules about Ingresses and routes, for any controller. */
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
                        "no nginx.ingress.kubernetes.io annotation, class or image of k8s.io/ingress-nginx; the old class annotation nginx is "
                                + "its by default, where nothing shows F5's controller",
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
                        "the route's request timeout, else its backendRequest, <= drain; 0s is no limit",
                        "Lower the timeout, or raise the drain and the grace.",
                        IngressRules::requestOutlivesDrain));
    }

    /** The field that shows that this Ingress belongs to ingress-nginx; empty if there is none. */
    static Optional<Value> nginx(World world, Manifest ingress) {
        Optional<Value> annotation = ingress.at("metadata.annotations").fields().stream()
                .filter(each -> each.key().startsWith(NGINX))
                .findFirst();
        if (annotation.isPresent()) {
            return annotation;
        }
        Value old = ingress.annotation("kubernetes.io/ingress.class");
        boolean others = world.all("networking.k8s.io", "IngressClass")
                        .anyMatch(each -> each.name().equals(old.text()) && !isNginx(each))
                || ingress.at("metadata.annotations").fields().stream()
                        .anyMatch(each -> each.key().startsWith("nginx.org/")
                                || each.key().startsWith("nginx.com/"));
        if (old.text().equals("nginx") && !others) {
            return Optional.of(old);
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
                Value request = rule.at("timeouts.request");
                Value timeout = request.exists() ? request : rule.at("timeouts.backendRequest");
                if (timeout.exists()) {
                    compare(world, route, timeout, Spans.ofOthers(timeout.text()), found);
                }
            }
            Value read = route.annotation(NGINX + "proxy-read-timeout");
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
        boolean off = allowed.isZero() && !timeout.key().startsWith(NGINX);
        for (Workload workload : behind(world, route).distinct().toList()) {
            Sourced<Duration> drain = world.timing(workload).drain();
            if (drain != null && (off || allowed.compareTo(drain.value()) > 0)) {
                found.at(
                        route,
                        timeout,
                        "%s %s > drain %s of %s"
                                .formatted(
                                        timeout.key().replace(NGINX, ""),
                                        off ? "0 s, which is no limit," : Durations.text(allowed),
                                        Timing.text(drain),
                                        workload.text()),
                        "at most %s here".formatted(Durations.text(drain.value())));
            }
        }
    }
}
