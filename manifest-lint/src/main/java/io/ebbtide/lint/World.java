package io.ebbtide.lint;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** All manifests of one input, and the references between them. Immutable once created; confine to one thread. */
final class World {
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

    private final List<Manifest> manifests;
    private final Set<String> namespacesOfOperators = new HashSet<>();
    private final Map<String, Manifest> byIdentity = new HashMap<>();
    private final Map<String, List<Manifest>> byKind = new HashMap<>();
    private final List<Workload> workloads;
    private final Map<String, List<Workload>> workloadsByNamespace = new HashMap<>();
    private final List<Manifest> services;
    private final List<Autoscaler> autoscalers;
    private final List<Balancer> balancers;
    private final Map<Workload, List<Manifest>> servicesOf = new HashMap<>();
    private final Map<Workload, List<Autoscaler>> autoscalersOf = new HashMap<>();
    private final Map<Manifest, List<Workload>> selectedBy = new HashMap<>();
    private final Map<Manifest, List<Workload>> servingTogether = new HashMap<>();
    private final Map<Manifest, List<Workload>> guards = new HashMap<>();
    private final Map<Manifest, List<Workload>> guardedBy = new HashMap<>();
    private final Map<String, List<Workload>> workloadsByLabel = new HashMap<>();
    private final Map<String, Workload> workloadsByIdentity = new HashMap<>();
    private final Map<Workload, List<Balancer>> balancersOf = new HashMap<>();
    private final Map<Workload, List<Probe>> probesOf = new HashMap<>();
    private final List<Probe> probes;
    private final Map<Workload, List<Manifest>> budgetsOf = new HashMap<>();
    private final Map<Workload, List<Timing>> timings = new HashMap<>();

    World(List<Manifest> manifests) {
        this.manifests = List.copyOf(manifests);
        for (Manifest each : manifests) {
            byIdentity.putIfAbsent(identity(each.group(), each.kind(), each.namespace(), each.name()), each);
            byKind.computeIfAbsent(each.group() + " " + each.kind(), any -> new ArrayList<>())
                    .add(each);
            if (isOfAnOperator(each)) {
                namespacesOfOperators.add(each.namespace());
            }
        }
        Map<Manifest, Manifest> rollouts = rollouts();
        workloads = manifests.stream()
                .filter(Workload::isOne)
                .filter(each -> !rollouts.containsValue(each)) // its pods are those of the workload that it refers to
                .map(each -> new Workload(this, each, rollouts.getOrDefault(each, each)))
                .toList();
        workloads.stream().filter(each -> !each.isJob()).forEach(this::index);
        services = all("", "Service").toList();
        for (Manifest service : services) {
            if (!isForScrapingOnly(service)) {
                List<Workload> endpoints = endpointsOf(service);
                servingTogether.put(service, endpoints);
                endpoints.forEach(each -> servicesOf
                        .computeIfAbsent(each, any -> new ArrayList<>())
                        .add(service));
            }
        }
        all("policy", "PodDisruptionBudget").forEach(budget -> {
            List<Workload> guarded = guarded(budget);
            guards.put(budget, guarded);
            guardedBy.put(budget, guarded.stream().filter(Workload::counted).toList());
            guarded.forEach(each ->
                    budgetsOf.computeIfAbsent(each, any -> new ArrayList<>()).add(budget));
        });
        autoscalers = Autoscaler.allIn(this);
        autoscalers.stream()
                .filter(each -> firstLike(each.manifest()).equals(each.manifest())) // duplicates count once
                .forEach(each -> each.target()
                        .ifPresent(target -> autoscalersOf
                                .computeIfAbsent(target, any -> new ArrayList<>())
                                .add(each)));
        balancers = Balancer.allIn(this);
        balancers.forEach(each -> balancersOf
                .computeIfAbsent(each.workload(), any -> new ArrayList<>())
                .add(each));
        probes = Probe.allIn(workloads);
        probes.forEach(each -> probesOf.computeIfAbsent(each.workload(), any -> new ArrayList<>())
                .add(each));
    }

    private void index(Workload workload) {
        String namespace = workload.manifest().namespace();
        workloadsByNamespace
                .computeIfAbsent(namespace, any -> new ArrayList<>())
                .add(workload);
        workload.podLabels()
                .forEach((label, value) -> workloadsByLabel
                        .computeIfAbsent(labelled(namespace, label, value), any -> new ArrayList<>())
                        .add(workload));
        for (Manifest each : List.of(workload.manifest(), workload.holder())) {
            workloadsByIdentity.putIfAbsent(
                    identity(each.group(), each.kind(), each.namespace(), each.name()), workload);
        }
    }

    /** The Rollouts of Argo that control a workload, by the workload that they refer to. */
    private Map<Manifest, Manifest> rollouts() {
        var rollouts = new HashMap<Manifest, Manifest>();
        all("argoproj.io", "Rollout").forEach(rollout -> {
            Value ref = rollout.at("spec.workloadRef");
            if (ref.exists()) {
                find(
                                "apps",
                                ref.field("kind").text(),
                                rollout.namespace(),
                                ref.field("name").text())
                        .ifPresent(workload -> rollouts.putIfAbsent(workload, rollout));
            }
        });
        return rollouts;
    }

    List<Manifest> manifests() {
        return manifests;
    }

    Stream<Manifest> all(String group, String kind) {
        return byKind.getOrDefault(group + " " + kind, List.of()).stream();
    }

    /** The object of this kind and name; empty if it is not in the input. */
    Optional<Manifest> find(String group, String kind, String namespace, String name) {
        return Optional.ofNullable(byIdentity.get(identity(group, kind, namespace, name)));
    }

    /** The first manifest with the same identity, which may be this one. */
    Manifest firstLike(Manifest manifest) {
        return byIdentity.getOrDefault(
                identity(manifest.group(), manifest.kind(), manifest.namespace(), manifest.name()), manifest);
    }

    /**
     * Whether a custom resource of this namespace may create pods and Services that are in no manifest, as Prometheus, Kafka and a
     * Gateway do.
     */
    boolean mayBringOthers(String namespace) {
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

    List<Workload> workloads() {
        return workloads;
    }

    /** The workloads of this namespace that serve or may serve: all except Jobs. */
    List<Workload> workloadsIn(String namespace) {
        return workloadsByNamespace.getOrDefault(namespace, List.of());
    }

    List<Manifest> services() {
        return services;
    }

    /** The workloads whose pods this Service selects. */
    List<Workload> selectedBy(Manifest service) {
        return selectedBy.computeIfAbsent(service, this::select);
    }

    private List<Workload> select(Manifest service) {
        Value selector = service.at("spec.selector");
        if (!selector.is(Value.Kind.MAP) || selector.fields().isEmpty()) {
            return List.of();
        }
        return candidates(service.namespace(), selector).stream()
                .filter(each -> each.isSelectedBy(selector))
                .toList();
    }

    /**
     * The workloads of a namespace whose pods may have all of these labels: those with the rarest of them, so that many selectors over
     * many workloads are not compared pair by pair.
     */
    private List<Workload> candidates(String namespace, Value labels) {
        List<Workload> fewest = workloadsIn(namespace);
        for (Value each : labels.fields()) {
            List<Workload> with =
                    workloadsByLabel.getOrDefault(labelled(namespace, each.key(), each.text()), List.of());
            fewest = with.size() < fewest.size() ? with : fewest;
        }
        return fewest;
    }

    private static String labelled(String namespace, String label, String value) {
        return namespace + " " + label + " " + value;
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
        if (targets.isEmpty() || !targets.stream().allMatch(each -> each.is(Value.Kind.STRING))) {
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
                .filter(each -> ServiceRules.selects(each, service))
                .flatMap(each -> each.at("spec.endpoints").items().stream())
                .forEach(each -> scraped.add(each.field("port").text()));
        return !ports.isEmpty()
                && ports.stream()
                        .map(each -> each.field("name").text())
                        .allMatch(each -> scraped.contains(each)
                                && (headless || METRICS.matcher(each).matches()));
    }

    /** The Services that select this workload's pods. */
    List<Manifest> servicesOf(Workload workload) {
        return servicesOf.getOrDefault(workload, List.of());
    }

    /** Whether this workload receives requests, as far as the input shows it. */
    boolean serves(Workload workload) {
        return !servicesOf(workload).isEmpty();
    }

    List<Autoscaler> autoscalers() {
        return autoscalers;
    }

    List<Autoscaler> autoscalersOf(Workload workload) {
        return autoscalersOf.getOrDefault(workload, List.of());
    }

    List<Balancer> balancers() {
        return balancers;
    }

    List<Balancer> balancersOf(Workload workload) {
        return balancersOf.getOrDefault(workload, List.of());
    }

    /** All probes of all workloads. */
    List<Probe> probes() {
        return probes;
    }

    List<Probe> probesOf(Workload workload) {
        return probesOf.getOrDefault(workload, List.of());
    }

    /** The workload of this kind and name, or that a Rollout of that name controls; empty if it is not in the input. */
    Optional<Workload> workload(String group, String kind, String namespace, String name) {
        return Optional.ofNullable(workloadsByIdentity.get(identity(group, kind, namespace, name)));
    }

    /** The disruption budgets that guard this workload. */
    List<Manifest> budgetsOf(Workload workload) {
        return budgetsOf.getOrDefault(workload, List.of());
    }

    private List<Workload> guarded(Manifest budget) {
        Value selector = budget.at("spec.selector");
        if (!selector.exists()) {
            return List.of();
        }
        var conditions = new LabelSelector(selector);
        return candidates(budget.namespace(), selector.field("matchLabels")).stream()
                .filter(each -> conditions.matches(each.podLabels()))
                .toList();
    }

    /** All workloads that this disruption budget guards, including those whose replicas cannot be counted. */
    List<Workload> guards(Manifest budget) {
        return guards.getOrDefault(budget, List.of());
    }

    /** The workloads with a number of replicas that this disruption budget guards, which it counts together. */
    List<Workload> guardedBy(Manifest budget) {
        return guardedBy.getOrDefault(budget, List.of());
    }

    /** The workloads that serve behind this Service together, whose replicas can replace each other. */
    List<Workload> servingTogether(Manifest service) {
        return servingTogether.getOrDefault(service, List.of());
    }

    /** How this workload's time to shut down is divided, for its first container that runs Ebbtide if there is one. */
    Timing timing(Workload workload) {
        return timingsOf(workload).get(0);
    }

    /** The timings of each container that runs Ebbtide; one timing if none does. */
    List<Timing> timingsOf(Workload workload) {
        return timings.computeIfAbsent(workload, Timing::allOf);
    }

    /** Whether this namespace, if it is in the input, has this label. */
    boolean namespaceHas(String namespace, String label, String value) {
        return value.equals(labelsOf(namespace).get(label));
    }

    /** The labels of this namespace; none if it is not in the input. */
    Map<String, String> labelsOf(String namespace) {
        return all("", "Namespace")
                .filter(each -> each.name().equals(namespace))
                .findFirst()
                .map(Manifest::labels)
                .orElse(Map.of());
    }

    private static String identity(String group, String kind, String namespace, String name) {
        return group + " " + kind + " " + namespace + " " + name;
    }
}
