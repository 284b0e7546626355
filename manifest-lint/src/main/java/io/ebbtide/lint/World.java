package io.ebbtide.lint;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** All manifests of one input, and who refers to whom. Immutable once made; confine to one thread. */
final class World {
    private final List<Manifest> manifests;
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
    private final Map<Workload, List<Manifest>> budgetsOf = new HashMap<>();
    private final Map<Workload, Timing> timings = new HashMap<>();

    World(List<Manifest> manifests) {
        this.manifests = List.copyOf(manifests);
        for (Manifest each : manifests) {
            byIdentity.putIfAbsent(identity(each.group(), each.kind(), each.namespace(), each.name()), each);
            byKind.computeIfAbsent(each.group() + " " + each.kind(), any -> new ArrayList<>())
                    .add(each);
        }
        workloads = manifests.stream()
                .filter(Workload::isOne)
                .map(each -> new Workload(this, each))
                .toList();
        workloads.stream()
                .filter(each -> !each.isJob())
                .forEach(each -> workloadsByNamespace
                        .computeIfAbsent(each.manifest().namespace(), any -> new ArrayList<>())
                        .add(each));
        services = all("", "Service").toList();
        for (Manifest service : services) {
            for (Workload each : selectedBy(service)) {
                servicesOf.computeIfAbsent(each, any -> new ArrayList<>()).add(service);
            }
        }
        autoscalers = Autoscaler.allIn(this);
        autoscalers.forEach(each -> each.target()
                .ifPresent(target -> autoscalersOf
                        .computeIfAbsent(target, any -> new ArrayList<>())
                        .add(each)));
        balancers = Balancer.allIn(this);
    }

    List<Manifest> manifests() {
        return manifests;
    }

    Stream<Manifest> all(String group, String kind) {
        return byKind.getOrDefault(group + " " + kind, List.of()).stream();
    }

    /** The one of this kind and name; empty if it is not in the input. */
    Optional<Manifest> find(String group, String kind, String namespace, String name) {
        return Optional.ofNullable(byIdentity.get(identity(group, kind, namespace, name)));
    }

    /** The first with the same identity, which may be this one. */
    Manifest firstLike(Manifest manifest) {
        return byIdentity.getOrDefault(
                identity(manifest.group(), manifest.kind(), manifest.namespace(), manifest.name()), manifest);
    }

    List<Workload> workloads() {
        return workloads;
    }

    /** Those of this namespace that serve, or may: all but Jobs. */
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
        return workloadsIn(service.namespace()).stream()
                .filter(each -> each.isSelectedBy(selector))
                .toList();
    }

    /** The Services that select this workload's pods. */
    List<Manifest> servicesOf(Workload workload) {
        return servicesOf.getOrDefault(workload, List.of());
    }

    /** Whether requests come to this workload, as far as the input says. */
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
        return balancers.stream()
                .filter(each -> each.workload().equals(workload))
                .toList();
    }

    /** The disruption budgets that guard this workload. */
    List<Manifest> budgetsOf(Workload workload) {
        return budgetsOf.computeIfAbsent(workload, this::budgets);
    }

    private List<Manifest> budgets(Workload workload) {
        return all("policy", "PodDisruptionBudget")
                .filter(each -> each.namespace().equals(workload.manifest().namespace()))
                .filter(each -> {
                    Value selector = each.at("spec.selector");
                    return selector.exists()
                            && selector.field("matchExpressions").items().isEmpty()
                            && workload.isSelectedBy(selector.field("matchLabels"));
                })
                .toList();
    }

    /** How this workload's time to leave is shared out. */
    Timing timing(Workload workload) {
        return timings.computeIfAbsent(workload, Timing::of);
    }

    /** Whether this namespace, if it is in the input, bears this label. */
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
