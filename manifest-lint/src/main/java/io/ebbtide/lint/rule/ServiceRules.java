package io.ebbtide.lint.rule;

import io.ebbtide.Settings;
import io.ebbtide.lint.finding.Severity;
import io.ebbtide.lint.model.Backends;
import io.ebbtide.lint.model.Monitors;
import io.ebbtide.lint.model.Routes;
import io.ebbtide.lint.model.Sourced;
import io.ebbtide.lint.model.Timing;
import io.ebbtide.lint.model.Workload;
import io.ebbtide.lint.model.World;
import io.ebbtide.lint.read.Manifest;
import io.ebbtide.lint.read.Value;
import io.ebbtide.lint.read.ValueKind;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Rules about Services and the objects that refer to them. */
final class ServiceRules {
    private ServiceRules() {}

    static List<Rule> all() {
        return List.of(
                new Rule(
                        "service-port-unknown",
                        Severity.ERROR,
                        "A Service sends to a named port that its pods do not declare.",
                        "The Service has no endpoint for this port: every connection is refused.",
                        "targetPort, if it is a name, is among the containers' port names",
                        "Declare the port, or correct the name.",
                        ServiceRules::portUnknown),
                new Rule(
                        "service-port-undeclared",
                        Severity.NOTE,
                        "A Service sends to a port number that its pods do not declare.",
                        "The list of a container's ports is informative and closes nothing: connections succeed if the process "
                                + "listens on the port. But the number may be outdated.",
                        "targetPort, if it is a number, is among the containers' ports, where they declare any, or in their command, variables "
                                + "or ConfigMaps",
                        "Declare the port, or correct the number.",
                        ServiceRules::portUndeclared),
                new Rule(
                        "service-links-collide",
                        Severity.WARNING,
                        "A Service's name makes Kubernetes set a variable that Ebbtide reads.",
                        "Each pod of the namespace that starts after the Service gets the Service's address as a variable, such as "
                                + "EBBTIDE_MANAGEMENT_PORT=tcp://10.0.0.7:80. Ebbtide ignores such a value and logs it, but the "
                                + "address may have replaced a value that an image or a file of variables sets.",
                        "enableServiceLinks: false, or the variable is set in the container itself, which takes precedence",
                        "Set enableServiceLinks: false in the pod's template, or give the Service another name.",
                        ServiceRules::linksCollide),
                new Rule(
                        "service-selects-nothing",
                        Severity.NOTE,
                        "A Service selects no workload in the input.",
                        "If its pods are not defined elsewhere, the Service has no endpoints. Rules that follow a Service to its "
                                + "pods cannot check this one.",
                        "the selector's labels are among the labels of a pod template",
                        "Correct the selector, or add the workload to the input.",
                        ServiceRules::selectsNothing),
                new Rule(
                        "route-port-unknown",
                        Severity.ERROR,
                        "An Ingress or route names a port that its Service does not have.",
                        "Requests get 503, or the controller refuses the route.",
                        "the backend's port is among the Service's ports",
                        "Correct the port.",
                        ServiceRules::routePortUnknown),
                new Rule(
                        "route-service-unknown",
                        Severity.NOTE,
                        "An Ingress or route sends to a Service that is missing in the input, although the input contains other "
                                + "Services.",
                        "If the Service is not defined elsewhere, requests get 503 or 500.",
                        "the backend is among the Services of its namespace, where any is in the same folder or stream",
                        "Correct the name, or add the Service to the input.",
                        ServiceRules::routeServiceUnknown),
                new Rule(
                        "statefulset-service",
                        Severity.NOTE,
                        "A StatefulSet has no headless Service.",
                        "A headless Service, named by serviceName, gives each pod a name of its own, such as db-0.db. Without it, "
                                + "or if the Service has an address of its own, no pod can be reached by its name.",
                        "serviceName names a Service with clusterIP: None, where the input has any Service that selects the pods",
                        "Add the headless Service, or remove serviceName if no client addresses single pods.",
                        ServiceRules::statefulSet),
                new Rule(
                        "monitor-port-unknown",
                        Severity.ERROR,
                        "A ServiceMonitor or PodMonitor names a port that its targets do not have.",
                        "Nothing is scraped, and Prometheus reports no error: alerts and autoscaling on these metrics have no data.",
                        "the endpoint's port is among the port names of the selected Services or pods",
                        "Give the port this name there, or correct the name in the monitor.",
                        ServiceRules::monitorPortUnknown),
                new Rule(
                        "affinity-defeats-draining",
                        Severity.WARNING,
                        "Client-IP affinity keeps clients on their current pods.",
                        "Behind a proxy all clients have one address and are sent to one pod. New pods get no requests from "
                                + "existing clients, and clients continue to send to a pod until it has shut down.",
                        "sessionAffinity: None, where more than one replica should share the load",
                        "Remove sessionAffinity, and keep sessions in a store that all replicas share.",
                        ServiceRules::affinity));
    }

    private static void portUnknown(World world, Rule.Found found) {
        for (Manifest service : world.services()) {
            List<Workload> workloads = world.selectedBy(service);
            for (Value port : service.at("spec.ports").items()) {
                Value target = port.field("targetPort");
                if (!target.is(ValueKind.STRING) || target.integer().isPresent()) {
                    continue;
                }
                // If some have it, the pods of the others are no endpoints for this port.
                boolean any = workloads.stream().anyMatch(each -> each.hasPort(target.text()));
                if (!any && !workloads.isEmpty()) {
                    Workload workload = workloads.get(0);
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

    private static void portUndeclared(World world, Rule.Found found) {
        for (Manifest service : world.services()) {
            for (Value port : service.at("spec.ports").items()) {
                Value target = port.field("targetPort");
                Value asked = target.exists() ? target : port.field("port");
                if (!asked.is(ValueKind.INTEGER)) {
                    continue;
                }
                world.selectedBy(service).stream()
                        .filter(each -> {
                            List<Value> ports = each.lasting().stream()
                                    .flatMap(container -> container.field("ports").items().stream())
                                    .toList();
                            return !ports.isEmpty()
                                    && ports.stream()
                                            .noneMatch(declared -> declared.field("containerPort")
                                                    .text()
                                                    .equals(asked.text()))
                                    && each.lasting().stream()
                                            .noneMatch(container -> each.mentions(container, asked.text()));
                        })
                        .findFirst()
                        .ifPresent(each -> found.at(
                                service,
                                asked,
                                "%s %s; %s declares %s"
                                        .formatted(asked.key(), asked.text(), each.text(), declared(each)),
                                "declare the port there, or correct the number"));
            }
        }
    }

    private static void routeServiceUnknown(World world, Rule.Found found) {
        Routes.all(world).forEach(route -> {
            for (Backends.Backend backend : Backends.of(route)) {
                if (world.find(route, "", "Service", backend.namespace(), backend.service())
                        .isPresent()) {
                    continue;
                }
                List<String> others = world.services().stream()
                        .filter(each -> each.namespace().equals(backend.namespace()) && each.isBeside(route))
                        .map(Manifest::name)
                        .sorted()
                        .toList();
                if (!others.isEmpty() && !backend.service().isEmpty() && !world.mayBringOthers(backend.namespace())) {
                    found.at(
                            route,
                            backend.place(),
                            "Service %s; namespace %s has %s"
                                    .formatted(backend.service(), backend.namespace(), String.join(", ", others)),
                            "correct the name, or add the Service to the input");
                }
            }
        });
    }

    private static void statefulSet(World world, Rule.Found found) {
        for (Workload workload : world.workloads()) {
            Value name = workload.manifest().at("spec.serviceName");
            String namespace = workload.manifest().namespace();
            if (!workload.isA("StatefulSet") || name.textOr("").isEmpty() || !world.serves(workload)) {
                continue;
            }
            Optional<Manifest> service = world.find(workload.manifest(), "", "Service", namespace, name.text());
            boolean headless = service.map(
                            each -> each.at("spec.clusterIP").text().equals("None"))
                    .orElse(false);
            if (!headless) {
                found.at(
                        workload.manifest(),
                        name,
                        service.isPresent()
                                ? "serviceName %s, a Service with an address of its own".formatted(name.text())
                                : "serviceName %s; no Service of that name in namespace %s"
                                        .formatted(name.text(), namespace),
                        "a Service %s with clusterIP: None".formatted(name.text()));
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

    private static void linksCollide(World world, Rule.Found found) {
        for (Manifest service : world.services()) {
            Value name = service.at("metadata.name");
            String variable = name.text().toUpperCase(Locale.ROOT).replace('-', '_') + "_PORT";
            boolean isRead =
                    Settings.unknownVariables(Map.of(variable, "")).isEmpty() && variable.startsWith("EBBTIDE_");
            boolean hasAddress = !service.at("spec.clusterIP").text().equals("None")
                    && !service.at("spec.type").text().equals("ExternalName");
            if (!isRead || !hasAddress) {
                continue;
            }
            for (Workload workload : world.workloadsIn(service.namespace())) {
                Value links = workload.podSpec().field("enableServiceLinks");
                boolean isSet = workload.ebbtide()
                        .map(workload::environment)
                        .map(environment -> environment.containsKey(variable))
                        .orElse(true); // not an Ebbtide process, so it reads no such variable
                if (!links.text().equals("false") && !isSet) {
                    found.at(
                            service,
                            name,
                            "Service '%s' sets %s in %s".formatted(name.text(), variable, workload.text()),
                            "set enableServiceLinks: false there");
                }
            }
        }
    }

    private static void selectsNothing(World world, Rule.Found found) {
        for (Manifest service : world.services()) {
            Value selector = service.at("spec.selector");
            List<Workload> near = world.workloadsIn(service.namespace());
            if (!selector.fields().isEmpty()
                    && world.selectedBy(service).isEmpty()
                    && !near.isEmpty()
                    && !world.mayBringOthers(service.namespace())) {
                found.at(
                        service,
                        selector,
                        "selector %s; %d workload(s) in namespace %s, none with these labels"
                                .formatted(selector.strings(), near.size(), service.namespace()),
                        "correct the selector, or add the workload to the input");
            }
        }
    }

    private static void routePortUnknown(World world, Rule.Found found) {
        Routes.all(world).forEach(route -> {
            for (Backends.Backend backend : Backends.of(route)) {
                world.find(route, "", "Service", backend.namespace(), backend.service())
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
                    .filter(each -> Monitors.selects(monitor, each))
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
                    .filter(each -> Monitors.selects(monitor, each))
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

    private static void affinity(World world, Rule.Found found) {
        for (Manifest service : world.services()) {
            Value affinity = service.at("spec.sessionAffinity");
            if (!affinity.text().equals("ClientIP")) {
                continue;
            }
            Value timeout = service.at("spec.sessionAffinityConfig.clientIP.timeoutSeconds");
            for (Workload workload : world.selectedBy(service)) {
                Sourced<Long> maximum = workload.maxReplicas();
                if (workload.counted() && maximum.value() > 1 && !found.again(service, affinity)) {
                    found.at(
                            service,
                            affinity,
                            "a client stays with its pod for %s s after its last connection%s, %s replicas, grace %s"
                                    .formatted(
                                            timeout.textOr("10800"),
                                            timeout.exists() ? "" : " (Kubernetes' default)",
                                            maximum,
                                            Timing.text(world.timing(workload).grace())),
                            "sessionAffinity: None");
                }
            }
        }
    }
}
