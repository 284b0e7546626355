package io.ebbtide.lint;

import io.ebbtide.internal.Durations;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Rules about ways in: ingress-nginx, gateways, routes. */
final class IngressRules {
    static final String NGINX = "nginx.ingress.kubernetes.io/";

    /** Annotations that are numbers of seconds or of tries. */
    private static final List<String> NUMBERS = List.of(
            "proxy-next-upstream-timeout",
            "proxy-next-upstream-tries",
            "proxy-connect-timeout",
            "proxy-send-timeout",
            "proxy-read-timeout");

    private static final Pattern NUMBER = Pattern.compile("\\d+");

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
                        "unknown-annotation",
                        Severity.WARNING,
                        "ingress-nginx has no such annotation.",
                        "It is ignored without a word. Keep-alive to the pods, for example, is set in the controller's ConfigMap "
                                + "(upstream-keepalive-connections, -timeout, -requests), for all Ingresses.",
                        "the annotations of v1.15.1, the last version",
                        "Correct the name, or set it where it exists.",
                        IngressRules::unknownAnnotation),
                new Rule(
                        "number-with-unit",
                        Severity.ERROR,
                        "ingress-nginx expects a bare number here.",
                        "A value with a unit is refused and the default holds: proxy-next-upstream-timeout is 0 then, no limit.",
                        "a whole number, in seconds where it is a time",
                        "Write the number alone, in quotes.",
                        IngressRules::numberWithUnit),
                new Rule(
                        "affinity-unknown",
                        Severity.ERROR,
                        "ingress-nginx knows affinity by cookie only.",
                        "Another value is ignored. Hashing by the client's address is upstream-hash-by.",
                        "affinity = cookie",
                        "affinity: cookie, or upstream-hash-by: $binary_remote_addr.",
                        IngressRules::affinityUnknown),
                new Rule(
                        "affinity-replaces-ewma",
                        Severity.WARNING,
                        "Both EWMA and a hash or affinity are asked for.",
                        "upstream-hash-by and affinity replace the load balancing algorithm: EWMA is not used.",
                        "load-balance: ewma without affinity and without upstream-hash-by",
                        "Ask for one of them.",
                        IngressRules::ewma),
                new Rule(
                        "hash-defeats-draining",
                        Severity.WARNING,
                        "A hash by the client's address decides which pod is asked.",
                        "Behind another proxy or NAT many clients are one address and land on one pod; who is hashed to a pod that "
                                + "leaves stays with it until the controller has learnt, and pods that scale out get their share of "
                                + "addresses, not of load.",
                        "no upstream-hash-by on the client's address, where replicas share the load",
                        "Take upstream-hash-by out.",
                        IngressRules::hash),
                new Rule(
                        "retries-repeat-writes",
                        Severity.WARNING,
                        "Requests that are not idempotent are sent again.",
                        "A POST that timed out may have been done: it is done twice.",
                        "proxy-next-upstream without non_idempotent",
                        "Take non_idempotent out.",
                        IngressRules::writes),
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

    private static Stream<Manifest> ingresses(World world) {
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

    private static void unknownAnnotation(World world, Rule.Found found) {
        Set<String> known = NginxAnnotations.known();
        ingresses(world).forEach(ingress -> {
            for (Value each : ingress.at("metadata.annotations").fields()) {
                if (each.key().startsWith(NGINX)) {
                    String name = each.key().substring(NGINX.length());
                    if (!known.contains(name)) {
                        found.at(
                                ingress,
                                each,
                                "%s is none of the %d annotations of v1.15.1".formatted(name, known.size()),
                                NginxAnnotations.instead(name));
                    }
                }
            }
        });
    }

    private static void numberWithUnit(World world, Rule.Found found) {
        ingresses(world).forEach(ingress -> {
            for (String name : NUMBERS) {
                Value value = ingress.annotation(NGINX + name);
                if (value.exists() && !NUMBER.matcher(value.text()).matches()) {
                    String digits = value.text().replaceFirst("^(\\d+)\\s*s.*$", "$1");
                    found.at(
                            ingress,
                            value,
                            "%s: %s (expected: a whole number)".formatted(name, value.text()),
                            "%s: \"%s\"".formatted(name, NUMBER.matcher(digits).matches() ? digits : "10"));
                }
            }
        });
    }

    private static void affinityUnknown(World world, Rule.Found found) {
        ingresses(world).forEach(ingress -> {
            Value affinity = ingress.annotation(NGINX + "affinity");
            if (affinity.exists() && !affinity.text().equals("cookie")) {
                found.at(
                        ingress,
                        affinity,
                        "affinity: %s (expected: cookie)".formatted(affinity.text()),
                        "upstream-hash-by: $binary_remote_addr, or affinity: cookie");
            }
        });
    }

    private static void ewma(World world, Rule.Found found) {
        boolean everywhere = world.all("", "ConfigMap")
                .anyMatch(each -> each.at("data.load-balance").text().equals("ewma"));
        ingresses(world).forEach(ingress -> {
            boolean asked = ingress.annotation(NGINX + "load-balance").text().equals("ewma");
            Value hash = ingress.annotation(NGINX + "upstream-hash-by");
            Value affinity = ingress.annotation(NGINX + "affinity");
            Value replaces = hash.exists() ? hash : affinity;
            if ((asked || everywhere) && replaces.exists()) {
                found.at(
                        ingress,
                        replaces,
                        "load-balance: ewma (%s), and %s: %s"
                                .formatted(
                                        asked ? "this Ingress" : "the controller's ConfigMap",
                                        replaces.key().substring(NGINX.length()),
                                        replaces.text()),
                        "take one of the two out");
            }
        });
    }

    private static void hash(World world, Rule.Found found) {
        ingresses(world).forEach(ingress -> {
            Value hash = ingress.annotation(NGINX + "upstream-hash-by");
            if (!hash.text().contains("remote_addr")) {
                return;
            }
            for (Workload workload : behind(world, ingress).distinct().toList()) {
                if (workload.counted() && workload.most().value() > 1) {
                    found.at(
                            ingress,
                            hash,
                            "upstream-hash-by %s, %s replicas of %s"
                                    .formatted(hash.text(), workload.most(), workload.text()),
                            "take upstream-hash-by out");
                }
            }
        });
    }

    /** The workloads that an Ingress or route sends to. */
    static Stream<Workload> behind(World world, Manifest route) {
        return Backends.of(route).stream()
                .flatMap(each -> world.find("", "Service", each.namespace(), each.service()).stream())
                .flatMap(each -> world.selectedBy(each).stream());
    }

    private static void writes(World world, Rule.Found found) {
        ingresses(world).forEach(ingress -> {
            Value next = ingress.annotation(NGINX + "proxy-next-upstream");
            if (next.text().contains("non_idempotent")) {
                found.at(
                        ingress,
                        next,
                        "proxy-next-upstream: %s, up to %s tries"
                                .formatted(
                                        next.text(),
                                        ingress.annotation(NGINX + "proxy-next-upstream-tries")
                                                .textOr("3 (the controller's default)")),
                        "proxy-next-upstream: "
                                + next.text()
                                        .replace("non_idempotent", "")
                                        .replaceAll("\\s+", " ")
                                        .strip());
            }
        });
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
