package io.ebbtide.lint.model;

import io.ebbtide.lint.read.Manifest;
import io.ebbtide.lint.read.Value;
import io.ebbtide.lint.read.ValueKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * All manifests of one input, and the references between them. Its answers never change, but some are computed when first
 * asked for: confine to one thread.
 */
public final class World implements Workload.Surroundings {
    private static final Pattern METRICS = Pattern.compile("(.*-)?(metrics|prometheus|monitoring|prom)(-.*)?");

    /** Groups of custom resources that create neither pods nor Services. */
    private static final Set<String> WITHOUT_PODS = Set.of(
            "autoscaling.k8s.io",
            "bitnami.com",
            "cert-manager.io",
            "eks.amazonaws.com",
            "elbv2.k8s.aws",
            "external-secrets.io",
            "karpenter.sh",
            "keda.sh",
            "networking.istio.io",
            "security.istio.io",
            "telemetry.istio.io");

    private static final Set<String> KINDS_WITHOUT_PODS = Set.of(
            "PodMonitor",
            "Probe",
            "PrometheusRule",
            "ServiceMonitor",
            "ScrapeConfig",
            "GRPCRoute",
            "HTTPRoute",
            "TCPRoute",
            "TLSRoute",
            "AnalysisTemplate");

    private final Inventory inventory;
    private final Workloads workloads;
    private final Set<String> namespacesOfOperators = new HashSet<>();
    private final Map<String, Map<String, String>> namespaceLabels = new HashMap<>();
    private final List<Manifest> services;
    private final List<Autoscaler> autoscalers;
    private final List<Balancer> balancers;
    private final Map<Workload, List<Manifest>> servicesOf = new HashMap<>();
    private final Map<Workload, List<Autoscaler>> autoscalersOf = new HashMap<>();
    private final Map<Manifest, List<Workload>> servingTogether = new HashMap<>();
    private final Map<Manifest, List<Workload>> guards = new HashMap<>();
    private final Map<Manifest, List<Workload>> guardedBy = new HashMap<>();
    private final Map<Workload, List<Balancer>> balancersOf = new HashMap<>();
    private final Map<Workload, List<Probe>> probesOf = new HashMap<>();
    private final List<Probe> probes;
    private final Map<Workload, List<Manifest>> budgetsOf = new HashMap<>();
    private final Map<Workload, List<Timing>> timings = new HashMap<>();

    public World(List<Manifest> manifests) {
        inventory = new Inventory(manifests);
        manifests.stream().filter(World::isOfAnOperator).forEach(each -> namespacesOfOperators.add(each.namespace()));
        all("", "Namespace").forEach(each -> namespaceLabels.putIfAbsent(each.name(), each.labels()));
        workloads = new Workloads(inventory, this);
        services = all("", "Service").toList();
        for (Manifest service : services) {
            if (!isForScrapingOnly(service)) {
                List<Workload> endpoints = endpointsOf(service);
                servingTogether.put(service, endpoints);
                endpoints.stream()
                        .filter(each -> inventory.isMeantBy(each.manifest(), service))
                        .forEach(each -> servicesOf
                                .computeIfAbsent(each, any -> new ArrayList<>())
                                .add(service));
            }
        }
        all("policy", "PodDisruptionBudget").forEach(budget -> {
            List<Workload> guarded = workloads.guardedBy(budget);
            guards.put(budget, guarded);
            guardedBy.put(budget, guarded.stream().filter(Workload::counted).toList());
            guarded.stream()
                    .filter(each -> inventory.isMeantBy(each.manifest(), budget))
                    .forEach(each -> budgetsOf
                            .computeIfAbsent(each, any -> new ArrayList<>())
                            .add(budget));
        });
        autoscalers = Autoscaler.allIn(inventory, workloads);
        autoscalers.forEach(each -> each.target()
                .filter(target -> inventory.isMeantBy(target.manifest(), each.manifest()))
                .ifPresent(target -> addOnce(each, autoscalersOf.computeIfAbsent(target, any -> new ArrayList<>()))));
        balancers = Balancer.allIn(inventory, workloads);
        balancers.forEach(each -> balancersOf
                .computeIfAbsent(each.workload(), any -> new ArrayList<>())
                .add(each));
        probes = Probe.allIn(workloads.all());
        probes.forEach(each -> probesOf.computeIfAbsent(each.workload(), any -> new ArrayList<>())
                .add(each));
    }

    public List<Manifest> manifests() {
        return inventory.manifests();
    }

    public Stream<Manifest> all(String group, String kind) {
        return inventory.all(group, kind);
    }

    /** The object of this kind and name to which a manifest refers, see {@link Inventory#find}. */
    public Optional<Manifest> find(Manifest from, String group, String kind, String namespace, String name) {
        return inventory.find(from, group, kind, namespace, name);
    }

    /** The first manifest with the same identity, which may be this one. */
    public Manifest firstLike(Manifest manifest) {
        return inventory.firstLike(manifest);
    }

    /** The objects without what is derived from them. */
    public Inventory inventory() {
        return inventory;
    }

    /** Duplicates of one autoscaler are one object in the cluster. */
    private static void addOnce(Autoscaler autoscaler, List<Autoscaler> known) {
        if (known.stream()
                .noneMatch(each ->
                        Inventory.identity(each.manifest()).equals(Inventory.identity(autoscaler.manifest())))) {
            known.add(autoscaler);
        }
    }

    /**
     * Whether a custom resource of this namespace may create pods and Services that are in no manifest, as Prometheus, Kafka and a
     * Gateway do.
     */
    public boolean mayBringOthers(String namespace) {
        return namespacesOfOperators.contains(namespace);
    }

    private static boolean isOfAnOperator(Manifest manifest) {
        String group = manifest.group();
        boolean isCustom = group.contains(".")
                && (!group.endsWith(".k8s.io") || manifest.kind().equals("Gateway"));
        return isCustom
                && !Workload.isOne(manifest)
                && !WITHOUT_PODS.contains(group)
                && !KINDS_WITHOUT_PODS.contains(manifest.kind());
    }

    public List<Workload> workloads() {
        return workloads.all();
    }

    /** The workloads of this namespace that serve or may serve: all except Jobs. */
    public List<Workload> workloadsIn(String namespace) {
        return workloads.in(namespace);
    }

    public List<Manifest> services() {
        return services;
    }

    /** The workloads whose pods this Service selects. */
    public List<Workload> selectedBy(Manifest service) {
        return workloads.selectedBy(service);
    }

    /**
     * The workloads whose pods become endpoints of this Service: of those that it selects, those with a port that it names; all,
     * if none has one.
     */
    private List<Workload> endpointsOf(Manifest service) {
        List<Workload> selected = selectedBy(service);
        List<Value> targets = service.at("spec.ports").items().stream()
                .map(each -> each.field("targetPort"))
                .toList();
        if (targets.isEmpty() || !targets.stream().allMatch(each -> each.is(ValueKind.STRING))) {
            return selected;
        }
        List<Workload> withPort = selected.stream()
                .filter(each -> targets.stream().anyMatch(target -> each.hasPort(target.text())))
                .toList();
        return withPort.isEmpty() ? selected : withPort;
    }

    /**
     * Whether a Service exists only for Prometheus: a ServiceMonitor scrapes each of its ports, and it is headless or its ports have
     * such names. A port that both serves and is scraped does not count.
     */
    private boolean isForScrapingOnly(Manifest service) {
        List<Value> ports = service.at("spec.ports").items();
        boolean headless = service.at("spec.clusterIP").text().equals("None");
        var scraped = new HashSet<String>();
        all("monitoring.coreos.com", "ServiceMonitor")
                .filter(each -> Monitors.selects(each, service))
                .flatMap(each -> each.at("spec.endpoints").items().stream())
                .forEach(each -> scraped.add(each.field("port").text()));
        return !ports.isEmpty()
                && ports.stream()
                        .map(each -> each.field("name").text())
                        .allMatch(each -> scraped.contains(each)
                                && (headless || METRICS.matcher(each).matches()));
    }

    /** The Services that select this workload's pods. */
    @Override
    public List<Manifest> servicesOf(Workload workload) {
        return servicesOf.getOrDefault(workload, List.of());
    }

    /** Whether this workload receives requests, as far as the input shows it. */
    public boolean serves(Workload workload) {
        return !servicesOf(workload).isEmpty();
    }

    public List<Autoscaler> autoscalers() {
        return autoscalers;
    }

    @Override
    public Optional<Sourced<Long>> minScaledReplicas(Workload workload) {
        return autoscalersOf(workload).stream().findFirst().map(Autoscaler::minReplicas);
    }

    @Override
    public Optional<Sourced<Long>> maxScaledReplicas(Workload workload) {
        return autoscalersOf(workload).stream().findFirst().map(Autoscaler::maxReplicas);
    }

    public List<Autoscaler> autoscalersOf(Workload workload) {
        return autoscalersOf.getOrDefault(workload, List.of());
    }

    public List<Balancer> balancers() {
        return balancers;
    }

    public List<Balancer> balancersOf(Workload workload) {
        return balancersOf.getOrDefault(workload, List.of());
    }

    /** All probes of all workloads. */
    public List<Probe> probes() {
        return probes;
    }

    public List<Probe> probesOf(Workload workload) {
        return probesOf.getOrDefault(workload, List.of());
    }

    /** The workload of this kind and name to which a manifest refers, see {@link Workloads#find}. */
    Optional<Workload> workload(Manifest from, String group, String kind, String namespace, String name) {
        return workloads.find(from, group, kind, namespace, name);
    }

    /** The disruption budgets that guard this workload. */
    public List<Manifest> budgetsOf(Workload workload) {
        return budgetsOf.getOrDefault(workload, List.of());
    }

    /** All workloads that this disruption budget guards, including those whose replicas cannot be counted. */
    public List<Workload> guards(Manifest budget) {
        return guards.getOrDefault(budget, List.of());
    }

    /** The workloads with a number of replicas that this disruption budget guards, which it counts together. */
    public List<Workload> guardedBy(Manifest budget) {
        return guardedBy.getOrDefault(budget, List.of());
    }

    /** The workloads that serve behind this Service together, whose replicas can replace each other. */
    public List<Workload> servingTogether(Manifest service) {
        return servingTogether.getOrDefault(service, List.of());
    }

    /** The maximum of pods behind this Service; of a workload whose pods cannot be counted, as of a DaemonSet, there may be several. */
    private long maxPodsBehind(Manifest service) {
        return servingTogether(service).stream()
                .mapToLong(each -> each.isA("Pod")
                        ? 1
                        : each.counted() ? each.maxReplicas().value() : 2)
                .sum();
    }

    /**
     * Whether requests can go to another pod while one of this workload shuts down: one that exists beside it, or one that a rollout
     * has started before.
     */
    public boolean hasSuccessor(Workload workload) {
        return workload.startsBeforeItStops()
                || servicesOf(workload).stream().anyMatch(each -> maxPodsBehind(each) > 1);
    }

    /** How this workload's time to shut down is divided, for its first container that runs Ebbtide if there is one. */
    public Timing timing(Workload workload) {
        return timingsOf(workload).get(0);
    }

    /** The timings of each container that runs Ebbtide; one timing if none does. */
    public List<Timing> timingsOf(Workload workload) {
        return timings.computeIfAbsent(workload, Timing::allOf);
    }

    /** Whether this namespace, if it is in the input, has this label. */
    public boolean namespaceHas(String namespace, String label, String value) {
        return value.equals(labelsOf(namespace).get(label));
    }

    /** The labels of this namespace; none if it is not in the input. */
    public Map<String, String> labelsOf(String namespace) {
        return namespaceLabels.getOrDefault(namespace, Map.of());
    }
}
