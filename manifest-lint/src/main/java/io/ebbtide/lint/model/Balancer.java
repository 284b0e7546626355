package io.ebbtide.lint.model;

import io.ebbtide.lint.read.Manifest;
import io.ebbtide.lint.read.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * An AWS load balancer in front of a workload, as the annotations of the AWS Load Balancer Controller describe it. Defaults are
 * the controller's. Immutable.
 *
 * @param manifest the Ingress or Service that requests it
 * @param service the Service whose pods are the targets
 * @param workload the workload of these pods
 * @param parameters the IngressClassParams of the Ingress's class, which take precedence over annotations
 * @param settings the annotations that were asked for before, of all balancers of this manifest and Service
 */
public record Balancer(
        Kind kind,
        Manifest manifest,
        Manifest service,
        Workload workload,
        Optional<Manifest> parameters,
        Map<String, Value> settings) {
    private static final String ALB = "alb.ingress.kubernetes.io/";
    private static final String NLB = "service.beta.kubernetes.io/aws-load-balancer-";

    /** Controllers that create an ALB from an Ingress: AWS' own, in a cluster or as part of EKS' Auto Mode. */
    private static final Set<String> CONTROLLERS = Set.of("ingress.k8s.aws/alb", "eks.amazonaws.com/alb");

    private static final Set<String> NLB_CLASSES = Set.of("service.k8s.aws/nlb", "eks.amazonaws.com/nlb");

    /** The types of load balancers. */
    public enum Kind {
        ALB,
        NLB
    }

    static List<Balancer> allIn(Inventory inventory, Workloads workloads) {
        var balancers = new ArrayList<Balancer>();
        inventory
                .all("networking.k8s.io", "Ingress")
                .filter(each -> isAlb(inventory, each))
                .forEach(ingress -> {
                    for (String name : Backends.ofIngress(ingress).stream()
                            .map(Backends.Backend::service)
                            .distinct()
                            .toList()) {
                        inventory
                                .find(ingress, "", "Service", ingress.namespace(), name)
                                .ifPresent(service -> balancers.addAll(
                                        of(workloads, Kind.ALB, ingress, service, parametersOf(inventory, ingress))));
                    }
                });
        inventory
                .all("", "Service")
                .filter(Balancer::isNlb)
                .forEach(service -> balancers.addAll(of(workloads, Kind.NLB, service, service, Optional.empty())));
        return balancers;
    }

    private static List<Balancer> of(
            Workloads workloads, Kind kind, Manifest manifest, Manifest service, Optional<Manifest> parameters) {
        var settings = new HashMap<String, Value>();
        return workloads.selectedBy(service).stream()
                .map(each -> new Balancer(kind, manifest, service, each, parameters, settings))
                .toList();
    }

    public static boolean isAlb(Inventory inventory, Manifest ingress) {
        Optional<Manifest> ingressClass = classOf(inventory, ingress);
        return ingressClass
                        .map(each ->
                                CONTROLLERS.contains(each.at("spec.controller").text()))
                        .orElse(className(ingress).equals("alb"))
                || ingress.at("metadata.annotations").fields().stream()
                        .anyMatch(each -> each.key().startsWith(ALB));
    }

    private static String className(Manifest ingress) {
        return ingress.at("spec.ingressClassName")
                .textOr(ingress.annotation("kubernetes.io/ingress.class").text());
    }

    /** The class that an Ingress names, or the default one if it names none; empty if that is not in the input. */
    private static Optional<Manifest> classOf(Inventory inventory, Manifest ingress) {
        String name = className(ingress);
        return inventory
                .all("networking.k8s.io", "IngressClass")
                .filter(each -> name.isEmpty()
                        ? each.annotation("ingressclass.kubernetes.io/is-default-class")
                                .isTrue()
                        : each.name().equals(name))
                .findFirst();
    }

    /** The IngressClassParams that an Ingress's class refers to. */
    public static Optional<Manifest> parametersOf(Inventory inventory, Manifest ingress) {
        return classOf(inventory, ingress)
                .map(each -> each.at("spec.parameters"))
                .filter(each -> each.field("kind").text().equals("IngressClassParams"))
                .flatMap(ref -> inventory.manifests().stream()
                        .filter(each -> each.isA(ref.field("apiGroup").text(), "IngressClassParams")
                                && each.name().equals(ref.field("name").text()))
                        .findFirst());
    }

    /** A load balancer's attribute in IngressClassParams; absent if it is not set. */
    public static Value attributeOf(Manifest parameters, String name) {
        return parameters
                .at("spec.loadBalancerAttributes")
                .item(each -> each.field("key").text().equals(name))
                .field("value");
    }

    static boolean isNlb(Manifest service) {
        String type = service.annotation(NLB + "type").text();
        return service.at("spec.type").text().equals("LoadBalancer")
                && (NLB_CLASSES.contains(service.at("spec.loadBalancerClass").text())
                        || List.of("nlb", "external", "nlb-ip").contains(type));
    }

    /** The annotation of this setting: the Service's takes precedence over the Ingress's. */
    Value setting(String ofAlb, String ofNlb) {
        return settings.computeIfAbsent(kind == Kind.NLB ? ofNlb : ofAlb, this::annotation);
    }

    private Value annotation(String name) {
        if (kind == Kind.NLB) {
            return service.annotation(NLB + name);
        }
        Value own = service.annotation(ALB + name);
        return own.exists() ? own : manifest.annotation(ALB + name);
    }

    /** The manifest that contains this value. */
    public Manifest holder(Value value) {
        if (parameters.isPresent() && value.isWithin(parameters.get().root())) {
            return parameters.get();
        }
        return service.annotation(value.key()).equals(value) ? service : manifest;
    }

    private Sourced<Long> number(String ofAlb, String ofNlb, long albDefault, long nlbDefault) {
        Value value = setting(ofAlb, ofNlb);
        return value.integer().isPresent()
                ? Sourced.of(value.integer().getAsLong(), "annotation " + ofAlb)
                : Sourced.of(
                        kind == Kind.ALB ? albDefault : nlbDefault,
                        "the controller's default, as " + ofAlb + " is not set");
    }

    /**
     * Whether the health check queries each node's kube-proxy by HTTP for a ready pod: its default for nodes as targets of
     * a Service with externalTrafficPolicy Local, at /healthz on healthCheckNodePort.
     */
    public boolean asksNodes() {
        return kind == Kind.NLB
                && !targetsPods()
                && service.at("spec.externalTrafficPolicy").text().equals("Local")
                && !healthPath().exists()
                && !healthPort().exists()
                && !setting("healthcheck-protocol", "healthcheck-protocol").exists();
    }

    public Sourced<Long> interval() {
        return number("healthcheck-interval-seconds", "healthcheck-interval", 15, 10);
    }

    Sourced<Long> timeout() {
        return number("healthcheck-timeout-seconds", "healthcheck-timeout", 5, isHttp() || asksNodes() ? 6 : 10);
    }

    public Sourced<Long> healthy() {
        return number("healthy-threshold-count", "healthcheck-healthy-threshold", 2, asksNodes() ? 2 : 3);
    }

    Sourced<Long> unhealthy() {
        return number("unhealthy-threshold-count", "healthcheck-unhealthy-threshold", 2, asksNodes() ? 2 : 3);
    }

    /** Whether health checks use HTTP: always for an ALB, for an NLB if configured. */
    public boolean isHttp() {
        return kind == Kind.ALB
                || setting("healthcheck-protocol", "healthcheck-protocol")
                        .text()
                        .toUpperCase(Locale.ROOT)
                        .startsWith("HTTP");
    }

    public Value healthPath() {
        return setting("healthcheck-path", "healthcheck-path");
    }

    public Value healthPort() {
        return setting("healthcheck-port", "healthcheck-port");
    }

    /**
     * The pods' ports of the health checks, by name or number: the traffic's, unless another is set. A name is
     * one of the Service's ports, and so is a number if targets are nodes; empty if it is none of them.
     */
    public List<Value> askedPorts() {
        Value set = healthPort();
        String asked = set.textOr("traffic-port");
        if (asked.equals("traffic-port")) {
            return ports().stream().map(Balancer::targetPort).toList();
        }
        if (targetsPods() && set.integer().isPresent()) {
            return List.of(set);
        }
        return service.at("spec.ports").items().stream()
                .filter(each -> each.field("name").text().equals(asked)
                        || each.field("nodePort").text().equals(asked))
                .map(Balancer::targetPort)
                .toList();
    }

    /** The Service's ports that are balanced. */
    private List<Value> ports() {
        List<Value> all = service.at("spec.ports").items();
        if (kind == Kind.NLB) {
            return all;
        }
        return Backends.ofIngress(manifest).stream()
                .filter(each -> each.service().equals(service.name()))
                .flatMap(backend -> all.stream()
                        .filter(each -> List.of(
                                        each.field("port").text(),
                                        each.field("name").text())
                                .contains(backend.port().text())))
                .distinct()
                .toList();
    }

    private static Value targetPort(Value port) {
        return port.field("targetPort").exists() ? port.field("targetPort") : port.field("port");
    }

    /** Whether an ALB uses gRPC to the targets, which has other success codes. */
    public boolean isGrpc() {
        return kind == Kind.ALB
                && setting("backend-protocol-version", "").text().equalsIgnoreCase("GRPC");
    }

    public Value successCodes() {
        return setting("success-codes", "healthcheck-success-codes");
    }

    /** Where the type of targets is set: the class's parameters take precedence over annotations. */
    public Value targetType() {
        return parameters
                .map(each -> each.at("spec.targetType"))
                .filter(Value::exists)
                .orElseGet(() -> setting("target-type", "nlb-target-type"));
    }

    /** Whether targets are pods; true also in EKS' Auto Mode if nothing is set, as its default differs and is unknown here. */
    public boolean targetsPods() {
        return targetType().textOr(isAuto() ? "ip" : "instance").equals("ip")
                || service.annotation(NLB + "type").text().equals("nlb-ip");
    }

    private boolean isAuto() {
        return service.at("spec.loadBalancerClass").text().startsWith("eks.amazonaws.com/")
                || parameters
                        .map(each -> each.group().equals("eks.amazonaws.com"))
                        .orElse(false);
    }

    public Value targetGroupAttributes() {
        return setting("target-group-attributes", "target-group-attributes");
    }

    Value balancerAttributes() {
        return setting("load-balancer-attributes", "attributes");
    }

    /** The deregistration delay: as in the target group's attributes, or AWS' default of 300 s. */
    public Sourced<Duration> deregistration() {
        return attribute(targetGroupAttributes(), "deregistration_delay.timeout_seconds")
                .map(value ->
                        Sourced.of(Duration.ofSeconds(Long.parseLong(value)), "deregistration_delay.timeout_seconds"))
                .orElseGet(() -> Sourced.of(
                        Duration.ofSeconds(300), "AWS' default, as deregistration_delay.timeout_seconds is not set"));
    }

    public boolean deregistrationIsSet() {
        return attribute(targetGroupAttributes(), "deregistration_delay.timeout_seconds")
                .isPresent();
    }

    /** The seconds until the balancer detects that a target is unhealthy. */
    public long reaction() {
        return interval().value() * unhealthy().value() + timeout().value();
    }

    public String reactionText() {
        return "interval %s x unhealthy threshold %s + timeout %s = %d s"
                .formatted(interval(), unhealthy(), timeout(), reaction());
    }

    /** A whole number among attributes that are written {@code name=value,name=value}. */
    public static Optional<String> attribute(Value attributes, String name) {
        return Optional.ofNullable(attributes(attributes).get(name))
                .filter(value -> value.matches("\\d{1,9}|true|false"))
                .filter(value -> !name.endsWith("_seconds") || value.matches("\\d{1,9}"));
    }

    private static Map<String, String> attributes(Value attributes) {
        var map = new TreeMap<String, String>();
        for (String each : attributes.text().split(",", -1)) {
            int equals = each.indexOf('=');
            if (equals > 0) {
                map.put(
                        each.substring(0, equals).strip(),
                        each.substring(equals + 1).strip());
            }
        }
        return map;
    }
}
