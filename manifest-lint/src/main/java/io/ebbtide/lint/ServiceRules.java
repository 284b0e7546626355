package io.ebbtide.lint;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Rules about Services and those who name them. */
final class ServiceRules {
    private ServiceRules() {}

    static List<Rule> all() {
        return List.of(
                new Rule(
                        "service-port-unknown",
                        Severity.ERROR,
                        "A Service sends to a port that the pods do not declare by that name.",
                        "The Service has no endpoint for it: every connection is refused.",
                        "targetPort, if it is a name, is among the containers' port names",
                        "Declare the port, or correct the name.",
                        ServiceRules::portUnknown),
                new Rule(
                        "service-selects-nothing",
                        Severity.NOTE,
                        "A Service selects no workload of the input.",
                        "If the pods are not defined elsewhere, it has no endpoints. Rules that follow a Service to its pods say "
                                + "nothing about this one.",
                        "the selector's labels are among some pod template's labels",
                        "Correct the selector, or give the workload to the linter, too.",
                        ServiceRules::selectsNothing),
                new Rule(
                        "route-port-unknown",
                        Severity.ERROR,
                        "An Ingress or route names a port that its Service does not have.",
                        "Requests get 503, or the route is refused.",
                        "the backend's port is among the Service's ports",
                        "Correct the port.",
                        ServiceRules::routePortUnknown),
                new Rule(
                        "monitor-port-unknown",
                        Severity.ERROR,
                        "A ServiceMonitor or PodMonitor scrapes a port that is not there by that name.",
                        "Nothing is scraped, and nothing says so: alerts and autoscaling on these metrics are blind.",
                        "the endpoint's port is among the names of the selected Services' or pods' ports",
                        "Name the port there, or correct it here.",
                        ServiceRules::monitorPortUnknown),
                new Rule(
                        "affinity-defeats-draining",
                        Severity.WARNING,
                        "Client-IP affinity keeps clients on the pods that are there.",
                        "Behind a proxy all clients are one address and land on one pod; pods that scale out get nothing from "
                                + "clients who are there; a pod that leaves is asked by its clients to the last.",
                        "sessionAffinity: None, where more than one replica is meant to share the load",
                        "Take it out and keep sessions in a store that all replicas share.",
                        ServiceRules::affinity));
    }

    private static void portUnknown(World world, Rule.Found found) {
        for (Manifest service : world.services()) {
            List<Workload> workloads = world.selectedBy(service);
            for (Value port : service.at("spec.ports").items()) {
                Value target = port.field("targetPort");
                if (!target.is(Value.Kind.STRING) || target.integer().isPresent()) {
                    continue;
                }
                for (Workload workload : workloads) {
                    boolean declared = workload.lasting().stream()
                            .anyMatch(each -> Workload.port(each, target).isPresent());
                    if (!declared) {
                        found.at(
                                service,
                                target,
                                "targetPort '%s'; %s declares %s"
                                        .formatted(target.text(), workload.text(), declared(workload)),
                                "name a port '%s' there, or write its number".formatted(target.text()));
                    }
                }
            }
        }
    }

    private static String declared(Workload workload) {
        return workload.lasting().stream()
                .map(each ->
                        ProbeRules.declared(each) + " in " + each.field("name").text())
                .reduce((one, other) -> one + ", " + other)
                .orElse("none");
    }

    private static void selectsNothing(World world, Rule.Found found) {
        for (Manifest service : world.services()) {
            Value selector = service.at("spec.selector");
            List<Workload> near = world.workloadsIn(service.namespace());
            if (!selector.fields().isEmpty() && world.selectedBy(service).isEmpty() && !near.isEmpty()) {
                found.at(
                        service,
                        selector,
                        "selector %s; %d workload(s) in namespace %s, none with these labels"
                                .formatted(selector.strings(), near.size(), service.namespace()),
                        "correct the selector, or lint the workload along with it");
            }
        }
    }

    private static void routePortUnknown(World world, Rule.Found found) {
        routes(world).forEach(route -> {
            for (Backends.Backend backend : Backends.of(route)) {
                world.find("", "Service", backend.namespace(), backend.service())
                        .ifPresent(service -> {
                            List<Value> ports = service.at("spec.ports").items();
                            boolean there = ports.stream()
                                    .anyMatch(each -> each.field("port")
                                                    .text()
                                                    .equals(backend.port().text())
                                            || each.field("name")
                                                    .text()
                                                    .equals(backend.port().text()));
                            if (backend.port().exists() && !there) {
                                found.at(
                                        route,
                                        backend.port(),
                                        "port %s; Service %s has %s"
                                                .formatted(backend.port().text(), service.name(), ports(ports)),
                                        ports.isEmpty() ? "give the Service a port" : "port: " + ports(ports));
                            }
                        });
            }
        });
    }

    static Stream<Manifest> routes(World world) {
        return Stream.of(
                        world.all("networking.k8s.io", "Ingress"),
                        world.all("gateway.networking.k8s.io", "HTTPRoute"),
                        world.all("gateway.networking.k8s.io", "GRPCRoute"))
                .flatMap(each -> each);
    }

    private static String ports(List<Value> ports) {
        return String.join(
                ", ",
                ports.stream()
                        .map(each -> each.field("port").text()
                                + (each.field("name").exists()
                                        ? " (" + each.field("name").text() + ")"
                                        : ""))
                        .toList());
    }

    private static void monitorPortUnknown(World world, Rule.Found found) {
        world.all("monitoring.coreos.com", "ServiceMonitor").forEach(monitor -> {
            List<Manifest> services = world.services().stream()
                    .filter(each -> isMeant(monitor, each) && selects(monitor, each.labels()))
                    .toList();
            for (Value endpoint : monitor.at("spec.endpoints").items()) {
                Value port = endpoint.field("port");
                for (Manifest service : services) {
                    List<Value> ports = service.at("spec.ports").items();
                    if (port.exists()
                            && ports.stream()
                                    .noneMatch(each -> each.field("name").text().equals(port.text()))) {
                        found.at(
                                monitor,
                                port,
                                "port '%s'; Service %s has %s".formatted(port.text(), service.name(), ports(ports)),
                                "a port named '%s' in the Service".formatted(port.text()));
                    }
                }
            }
        });
        world.all("monitoring.coreos.com", "PodMonitor").forEach(monitor -> {
            List<Workload> workloads = world.workloads().stream()
                    .filter(each -> isMeant(monitor, each.manifest()) && selects(monitor, each.podLabels()))
                    .toList();
            for (Value endpoint : monitor.at("spec.podMetricsEndpoints").items()) {
                Value port = endpoint.field("port");
                for (Workload workload : workloads) {
                    if (port.exists()
                            && workload.lasting().stream()
                                    .flatMap(each -> each.field("ports").items().stream())
                                    .noneMatch(each -> each.field("name").text().equals(port.text()))) {
                        found.at(
                                monitor,
                                port,
                                "port '%s'; %s declares %s".formatted(port.text(), workload.text(), declared(workload)),
                                "a port named '%s' in the pods".formatted(port.text()));
                    }
                }
            }
        });
    }

    private static boolean isMeant(Manifest monitor, Manifest other) {
        Value selector = monitor.at("spec.namespaceSelector");
        List<Value> names = selector.field("matchNames").items();
        return selector.field("any").isTrue()
                || (names.isEmpty()
                        ? monitor.namespace().equals(other.namespace())
                        : names.stream().anyMatch(each -> each.text().equals(other.namespace())));
    }

    private static boolean selects(Manifest monitor, Map<String, String> labels) {
        Value selector = monitor.at("spec.selector");
        Value wanted = selector.field("matchLabels");
        return !wanted.fields().isEmpty()
                && selector.field("matchExpressions").items().isEmpty()
                && wanted.fields().stream().allMatch(each -> each.text().equals(labels.get(each.key())));
    }

    private static void affinity(World world, Rule.Found found) {
        for (Manifest service : world.services()) {
            Value affinity = service.at("spec.sessionAffinity");
            if (!affinity.text().equals("ClientIP")) {
                continue;
            }
            Value timeout = service.at("spec.sessionAffinityConfig.clientIP.timeoutSeconds");
            for (Workload workload : world.selectedBy(service)) {
                Sourced<Long> most = workload.most();
                if (workload.counted() && most.value() > 1) {
                    found.at(
                            service,
                            affinity,
                            "a client stays with its pod for %s s after its last connection%s, %s replicas, grace %s"
                                    .formatted(
                                            timeout.textOr("10800"),
                                            timeout.exists() ? "" : " (Kubernetes' default)",
                                            most,
                                            Timing.text(world.timing(workload).grace())),
                            "sessionAffinity: None");
                }
            }
        }
    }
}
