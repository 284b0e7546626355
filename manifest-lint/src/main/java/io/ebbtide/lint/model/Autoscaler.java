package io.ebbtide.lint.model;

import io.ebbtide.lint.read.Manifest;
import io.ebbtide.lint.read.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** An autoscaler of a workload: a HorizontalPodAutoscaler, or a ScaledObject of KEDA, which creates one. Immutable. */
public record Autoscaler(Manifest manifest, Optional<Workload> target) {
    /** The group of Kubernetes' own kinds that can be scaled. */
    private static final Map<String, String> SCALABLE = Map.of(
            "Deployment", "apps",
            "StatefulSet", "apps",
            "ReplicaSet", "apps",
            "ReplicationController", "");

    private static final Set<String> UNSCALABLE =
            Set.of("apps DaemonSet", " Pod", "batch Job", "batch CronJob", " Service");

    static List<Autoscaler> allIn(Inventory inventory, Workloads workloads) {
        return Stream.concat(
                        inventory.all("autoscaling", "HorizontalPodAutoscaler"),
                        inventory.all("keda.sh", "ScaledObject"))
                .map(each -> new Autoscaler(each, targetIn(workloads, each)))
                .toList();
    }

    private static Optional<Workload> targetIn(Workloads workloads, Manifest manifest) {
        var autoscaler = new Autoscaler(manifest, Optional.empty());
        Value target = manifest.at("spec.scaleTargetRef");
        if (autoscaler.impossible().isPresent()) {
            return Optional.empty();
        }
        return workloads
                .find(
                        manifest,
                        autoscaler.targetGroup(),
                        autoscaler.targetKind(),
                        manifest.namespace(),
                        target.field("name").text())
                .filter(each -> !each.isJob());
    }

    /** The kind of the target; a Deployment for KEDA, if it names none. */
    public String targetKind() {
        return manifest.at("spec.scaleTargetRef.kind").textOr(isKeda() ? "Deployment" : "");
    }

    /** The API group of the target; that of Deployments for KEDA, if it names none, and the core one for Kubernetes. */
    public String targetGroup() {
        String apiVersion = manifest.at("spec.scaleTargetRef.apiVersion").textOr(isKeda() ? "apps/v1" : "");
        int slash = apiVersion.indexOf('/');
        return slash < 0 ? "" : apiVersion.substring(0, slash);
    }

    /** Why an object of this kind and group can never be scaled; empty if it can, or if that is unknown. */
    public Optional<String> impossible() {
        String kind = targetKind();
        String group = targetGroup();
        if (UNSCALABLE.contains(group + " " + kind)) {
            return Optional.of("a %s has no scale".formatted(kind));
        }
        if (SCALABLE.getOrDefault(kind, group).equals(group)) {
            return Optional.empty();
        }
        String written = manifest.at("spec.scaleTargetRef.apiVersion").textOr("");
        boolean ownGroup = written.isEmpty() || group.equals("extensions") || !group.contains(".");
        return ownGroup
                ? Optional.of(
                        written.isEmpty()
                                ? "without apiVersion a %s is in the core group".formatted(kind)
                                : "%s has no %s".formatted(written, kind))
                : Optional.empty();
    }

    public boolean isKeda() {
        return manifest.kind().equals("ScaledObject");
    }

    /** The name of its field for the minimum of replicas while there is load. */
    public String minimumField() {
        return isKeda() ? "minReplicaCount" : "minReplicas";
    }

    public String maximumField() {
        return isKeda() ? "maxReplicaCount" : "maxReplicas";
    }

    /** The minimum of replicas while there is load: as written, or the default, 1 for an autoscaler, 0 for KEDA. */
    public long min() {
        return manifest.at("spec." + minimumField()).integerOr(isKeda() ? 0 : 1);
    }

    /** The maximum of replicas: as written, or KEDA's default of 100. */
    public long max() {
        return manifest.at("spec." + maximumField()).integerOr(isKeda() ? 100 : 1);
    }

    /** Where the minimum of replicas is set, also without load, for which KEDA has a separate number. */
    public Value minReplicasPlace() {
        Value idle = manifest.at("spec.idleReplicaCount");
        return isKeda() && idle.exists() ? idle : manifest.at("spec." + minimumField());
    }

    /** The minimum of replicas, also without load. */
    public Sourced<Long> minReplicas() {
        Value place = minReplicasPlace();
        return Sourced.of(place.integerOr(min()), from(place));
    }

    /** The maximum of replicas. */
    Sourced<Long> maxReplicas() {
        return Sourced.of(max(), from(manifest.at("spec." + maximumField())));
    }

    private String from(Value place) {
        String name = manifest.kind() + " " + place.key();
        return place.exists() ? name : name + (isKeda() ? ", KEDA's default" : ", Kubernetes' default");
    }

    /** KEDA's triggers; none for a HorizontalPodAutoscaler. */
    public List<Value> triggers() {
        return isKeda() ? manifest.at("spec.triggers").items() : List.of();
    }

    public List<Value> metrics() {
        return manifest.at("spec.metrics").items();
    }

    public Value scaleDown() {
        return isKeda()
                ? manifest.at("spec.advanced.horizontalPodAutoscalerConfig.behavior.scaleDown")
                : manifest.at("spec.behavior.scaleDown");
    }
}
