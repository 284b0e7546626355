package io.ebbtide.lint.model;

import io.ebbtide.lint.read.Manifest;
import io.ebbtide.lint.read.Value;
import io.ebbtide.lint.read.ValueKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The workloads of one input, by name, namespace and the labels of their pods. Immutable once created; confine to one thread. */
final class Workloads {
    private final Inventory inventory;
    private final List<Workload> all;
    private final Map<String, List<Workload>> byNamespace = new HashMap<>();
    private final Map<String, List<Workload>> byLabel = new HashMap<>();
    private final Map<String, Workload> byIdentity = new HashMap<>();
    private final Map<Manifest, List<Workload>> selectedBy = new HashMap<>();

    /**
     * Finds the workloads.
     *
     * @param surroundings not asked before all of them are known
     */
    Workloads(Inventory inventory, Workload.Surroundings surroundings) {
        this.inventory = inventory;
        Map<Manifest, Manifest> rollouts = rollouts();
        all = inventory.manifests().stream()
                .filter(Workload::isOne)
                .filter(each -> !rollouts.containsValue(each)) // its pods are those of the workload that it refers to
                .map(each -> new Workload(inventory, surroundings, each, rollouts.getOrDefault(each, each)))
                .toList();
        all.stream().filter(each -> !each.isJob()).forEach(this::index);
    }

    private void index(Workload workload) {
        String namespace = workload.manifest().namespace();
        byNamespace.computeIfAbsent(namespace, any -> new ArrayList<>()).add(workload);
        workload.podLabels()
                .forEach((label, value) -> byLabel.computeIfAbsent(
                                labelled(namespace, label, value), any -> new ArrayList<>())
                        .add(workload));
        for (Manifest each : List.of(workload.manifest(), workload.holder())) {
            byIdentity.putIfAbsent(Inventory.identity(each), workload);
        }
    }

    /** The Rollouts of Argo that control a workload, by the workload that they refer to. */
    private Map<Manifest, Manifest> rollouts() {
        var rollouts = new HashMap<Manifest, Manifest>();
        inventory.all("argoproj.io", "Rollout").forEach(rollout -> {
            Value ref = rollout.at("spec.workloadRef");
            if (ref.exists()) {
                inventory
                        .find(
                                rollout,
                                "apps",
                                ref.field("kind").text(),
                                rollout.namespace(),
                                ref.field("name").text())
                        .ifPresent(workload -> rollouts.putIfAbsent(workload, rollout));
            }
        });
        return rollouts;
    }

    List<Workload> all() {
        return all;
    }

    /** The workloads of this namespace that serve or may serve: all except Jobs. */
    List<Workload> in(String namespace) {
        return byNamespace.getOrDefault(namespace, List.of());
    }

    /** The workloads whose pods this Service selects. */
    List<Workload> selectedBy(Manifest service) {
        return selectedBy.computeIfAbsent(service, this::select);
    }

    private List<Workload> select(Manifest service) {
        Value selector = service.at("spec.selector");
        if (!selector.is(ValueKind.MAP) || selector.fields().isEmpty()) {
            return List.of();
        }
        return meantBy(
                service,
                candidates(service.namespace(), selector).stream().filter(each -> each.isSelectedBy(selector)));
    }

    /**
     * The workloads of a namespace whose pods may have all of these labels: those with the rarest of found, so that many selectors over
     * many workloads are not compared pair by pair.
     */
    private List<Workload> candidates(String namespace, Value labels) {
        List<Workload> fewest = in(namespace);
        for (Value each : labels.fields()) {
            List<Workload> with = byLabel.getOrDefault(labelled(namespace, each.key(), each.text()), List.of());
            fewest = with.size() < fewest.size() ? with : fewest;
        }
        return fewest;
    }

    private static String labelled(String namespace, String label, String value) {
        return namespace + " " + label + " " + value;
    }

    /**
     * The workload of this kind and name to which a manifest refers, or that a Rollout of that name controls; empty if it is not in
     * the input. Of several with the same identity, the one in the same file as the reference is meant, else the first.
     */
    Optional<Workload> find(Manifest from, String group, String kind, String namespace, String name) {
        String identity = Inventory.identity(group, kind, namespace, name);
        Optional<Workload> near = inventory.hasAlternatives(identity)
                ? in(namespace).stream()
                        .filter(each -> each.holder().isInFileOf(from)
                                && (Inventory.identity(each.holder()).equals(identity)
                                        || Inventory.identity(each.manifest()).equals(identity)))
                        .findFirst()
                : Optional.empty();
        return near.or(() -> Optional.ofNullable(byIdentity.get(identity)));
    }

    /** The workloads that this disruption budget guards. */
    List<Workload> guardedBy(Manifest budget) {
        Value selector = budget.at("spec.selector");
        if (!selector.exists()) {
            return List.of();
        }
        var conditions = new LabelSelector(selector);
        return meantBy(
                budget,
                candidates(budget.namespace(), selector.field("matchLabels")).stream()
                        .filter(each -> conditions.matches(each.podLabels())));
    }

    /** Of alternatives among these workloads, those in the file of the manifest that selects found. */
    private List<Workload> meantBy(Manifest from, Stream<Workload> selected) {
        List<Workload> found = selected.toList();
        if (!inventory.hasAlternatives()) {
            return found;
        }
        Set<String> near = found.stream()
                .filter(each -> each.manifest().isInFileOf(from))
                .map(each -> Inventory.identity(each.manifest()))
                .collect(Collectors.toSet());
        return found.stream()
                .filter(each -> each.manifest().isInFileOf(from) || !near.contains(Inventory.identity(each.manifest())))
                .toList();
    }
}
