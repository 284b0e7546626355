package io.ebbtide.lint.rule;

import io.ebbtide.lint.model.Balancer;
import io.ebbtide.lint.model.DeclaredNumbers;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds which of proxy and server closes idle connections first. */
final class IdleTimeouts {
    private static final Pattern NGINX_KEEPALIVE = Pattern.compile("(?m)^\\s*keepalive_timeout\\s+([0-9a-z]+)[\\s;]");
    private static final String IDLE_TIMEOUT = "idle_timeout.timeout_seconds";
    private static final Duration ENVOY = Duration.ofHours(1);

    /** A proxy's idle timeout, and the place where it is or should be set. */
    private record Proxy(Manifest manifest, Value place, Sourced<Duration> idle) {}

    private IdleTimeouts() {}

    /** The rule idle-timeouts-race. */
    static void check(World world, Rule.Found found) {
        for (Workload workload : world.workloads()) {
            Optional<Sourced<Duration>> server = server(world, workload);
            if (server.isEmpty() || server.get().value().isZero()) { // 0 s: no connection is kept, so none is idle
                continue;
            }
            for (Proxy proxy : proxies(world, workload)) {
                if (server.get().value().compareTo(proxy.idle().value()) <= 0) {
                    found.at(
                            proxy.manifest(),
                            proxy.place(),
                            "%s: server %s <= proxy %s"
                                    .formatted(workload.text(), Timing.text(server.get()), Timing.text(proxy.idle())),
                            proxy.idle().value().compareTo(Duration.ofSeconds(60)) <= 0
                                    ? "75 s at the server"
                                    : "60 s here, 75 s at the server");
                }
            }
        }
    }

    /** The time after which the server of a workload closes idle connections; empty if unknown. */
    private static Optional<Sourced<Duration>> server(World world, Workload workload) {
        Optional<Sourced<Duration>> declared = DeclaredNumbers.duration(workload, "idle-timeout");
        if (declared.isPresent()) {
            return declared;
        }
        for (Value volume : workload.podSpec().field("volumes").items()) {
            Optional<Manifest> config = world.find(
                    workload.manifest(),
                    "",
                    "ConfigMap",
                    workload.manifest().namespace(),
                    volume.at("configMap.name").text());
            for (Value file : config.map(each -> each.at("data").fields()).orElse(List.of())) {
                Matcher matcher = NGINX_KEEPALIVE.matcher(file.text());
                if (matcher.find()) {
                    String text = matcher.group(1);
                    return Spans.ofOthers(text.matches("\\d+") ? text + "s" : text)
                            .map(each -> Sourced.of(each, "keepalive_timeout in " + file.key()));
                }
            }
        }
        return workload.ebbtide().isPresent()
                ? Optional.of(Sourced.of(
                        Duration.ofSeconds(75),
                        "default of ebbtide-undertow; lint.ebbtide.io/idle-timeout says another"))
                : Optional.empty();
    }

    private static List<Proxy> proxies(World world, Workload workload) {
        var proxies = new ArrayList<Proxy>();
        for (Manifest ingress : world.all("networking.k8s.io", "Ingress").toList()) {
            if (Routes.workloadsBehind(world, ingress).anyMatch(workload::equals)) {
                if (Balancer.isAlb(world.inventory(), ingress)) {
                    proxies.add(alb(world, ingress));
                } else if (NginxIngress.shownBy(world, ingress).isPresent()) {
                    proxies.add(nginx(world, ingress));
                }
            }
        }
        for (Manifest service : world.servicesOf(workload)) {
            world.all("networking.istio.io", "DestinationRule")
                    .filter(each -> names(each, service))
                    .forEach(each -> proxies.add(istio(each)));
        }
        world.all("gateway.networking.k8s.io", "HTTPRoute")
                .filter(each -> Routes.workloadsBehind(world, each).anyMatch(workload::equals))
                .forEach(each -> envoy(world, each).ifPresent(proxies::add));
        return proxies;
    }

    private static Proxy alb(World world, Manifest ingress) {
        String group =
                ingress.annotation("alb.ingress.kubernetes.io/group.name").text();
        Stream<Manifest> sameBalancer = group.isEmpty()
                ? Stream.of(ingress)
                : world.all("networking.k8s.io", "Ingress")
                        .filter(each -> each.annotation("alb.ingress.kubernetes.io/group.name")
                                .text()
                                .equals(group));
        for (Manifest each : sameBalancer.toList()) {
            Optional<Manifest> parameters = Balancer.parametersOf(world.inventory(), each);
            if (parameters.isPresent()) {
                Value ofClass = Balancer.attributeOf(parameters.get(), IDLE_TIMEOUT);
                if (ofClass.integer().isPresent()) {
                    return new Proxy(
                            parameters.get(),
                            ofClass,
                            Sourced.of(
                                    Duration.ofSeconds(ofClass.integerOr(0)), IDLE_TIMEOUT + " of IngressClassParams"));
                }
            }
            Value attributes = each.annotation("alb.ingress.kubernetes.io/load-balancer-attributes");
            Optional<String> set = Balancer.attribute(attributes, "idle_timeout.timeout_seconds");
            if (set.isPresent()) {
                return new Proxy(
                        each,
                        attributes,
                        Sourced.of(Duration.ofSeconds(Long.parseLong(set.get())), "idle_timeout.timeout_seconds"));
            }
        }
        return new Proxy(
                ingress,
                ingress.annotation("alb.ingress.kubernetes.io/load-balancer-attributes"),
                Sourced.of(Duration.ofSeconds(60), "an ALB's default, as idle_timeout.timeout_seconds is not set"));
    }

    private static Proxy nginx(World world, Manifest ingress) {
        for (Manifest map : world.all("", "ConfigMap").toList()) {
            Value timeout = map.at("data").field("upstream-keepalive-timeout");
            if (timeout.integer().isPresent()) {
                return new Proxy(
                        map,
                        timeout,
                        Sourced.of(Duration.ofSeconds(timeout.integer().getAsLong()), "upstream-keepalive-timeout"));
            }
        }
        return new Proxy(
                ingress,
                ingress.at("metadata"),
                Sourced.of(
                        Duration.ofSeconds(60),
                        "ingress-nginx's default, as no ConfigMap here sets upstream-keepalive-timeout"));
    }

    private static boolean names(Manifest rule, Manifest service) {
        String host = rule.at("spec.host").text();
        boolean shortName = host.equals(service.name()) && rule.namespace().equals(service.namespace());
        return shortName || host.startsWith(service.name() + "." + service.namespace() + ".svc");
    }

    private static Proxy istio(Manifest rule) {
        Value timeout = rule.at("spec.trafficPolicy.connectionPool.http.idleTimeout");
        return new Proxy(rule, timeout, timeout(timeout, "idleTimeout", "Istio's default, as idleTimeout is not set"));
    }

    /** The timeout of Envoy Gateway for this route: from a policy that targets it, or Envoy's default. */
    private static Optional<Proxy> envoy(World world, Manifest route) {
        // A policy of the route itself replaces its Gateway's.
        Optional<Manifest> own = policyFor(world, route, "HTTPRoute", route.namespace(), route.name());
        Optional<Manifest> ruling = own.isPresent()
                ? own
                : route.at("spec.parentRefs").items().stream()
                        .flatMap(ref -> policyFor(
                                world,
                                route,
                                "Gateway",
                                ref.field("namespace").textOr(route.namespace()),
                                ref.field("name").text())
                                .stream())
                        .findFirst();
        if (ruling.isPresent()) {
            Manifest policy = ruling.get();
            Value timeout = policy.at("spec.timeout.http.connectionIdleTimeout");
            return Optional.of(new Proxy(
                    policy,
                    timeout,
                    timeout(timeout, "connectionIdleTimeout", "Envoy's default, as connectionIdleTimeout is not set")));
        }
        boolean isEnvoy = route.at("spec.parentRefs").items().stream()
                .flatMap(ref -> world
                        .find(
                                route,
                                "gateway.networking.k8s.io",
                                "Gateway",
                                ref.field("namespace").textOr(route.namespace()),
                                ref.field("name").text())
                        .stream())
                .map(gateway -> gateway.at("spec.gatewayClassName").text())
                .anyMatch(name -> world.all("gateway.networking.k8s.io", "GatewayClass")
                        .anyMatch(each -> each.name().equals(name)
                                && each.at("spec.controllerName").text().startsWith("gateway.envoyproxy.io/")));
        return isEnvoy
                ? Optional.of(new Proxy(
                        route,
                        route.at("spec.rules"),
                        Sourced.of(ENVOY, "Envoy's default, as no BackendTrafficPolicy targets this route")))
                : Optional.empty();
    }

    /** The BackendTrafficPolicy that targets this object, by name or by labels; it is in the same namespace. */
    private static Optional<Manifest> policyFor(
            World world, Manifest route, String kind, String namespace, String name) {
        Map<String, String> labels = world.find(route, "gateway.networking.k8s.io", kind, namespace, name)
                .map(Manifest::labels)
                .orElse(Map.of());
        return world.all("gateway.envoyproxy.io", "BackendTrafficPolicy")
                .filter(each -> each.namespace().equals(namespace))
                .filter(each -> Stream.concat(
                                        each.at("spec.targetRefs").items().stream(),
                                        Stream.of(each.at("spec.targetRef")))
                                .anyMatch(ref -> ref.field("kind").text().equals(kind)
                                        && ref.field("name").text().equals(name))
                        || each.at("spec.targetSelectors").items().stream()
                                .anyMatch(selector ->
                                        selector.field("kind").text().equals(kind)
                                                && selects(selector.field("matchLabels"), labels)))
                .findFirst();
    }

    private static boolean selects(Value wanted, Map<String, String> labels) {
        return !wanted.fields().isEmpty()
                && wanted.fields().stream().allMatch(each -> each.text().equals(labels.get(each.key())));
    }

    private static Sourced<Duration> timeout(Value value, String from, String otherwise) {
        if (!value.exists()) {
            return Sourced.of(ENVOY, otherwise);
        }
        return Spans.ofOthers(value.text())
                .map(each -> Sourced.of(each, from))
                .orElseGet(() -> Sourced.of(Duration.ZERO, "unreadable")); // the resource's own schema reports it
    }
}
