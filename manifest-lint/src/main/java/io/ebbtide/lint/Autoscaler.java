package io.ebbtide.lint;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** An autoscaler of a workload: a HorizontalPodAutoscaler, or a ScaledObject of KEDA, which creates one. Immutable. */
record Autoscaler(Manifest manifest, Optional<Workload> target) {
    /** The group of Kubernetes' own kinds that can be scaled. */
    private static final Map<String, String> SCALABLE = Map.of(
            "Deployment", "apps",
            "StatefulSet", "apps",
            "ReplicaSet", "apps",
            "ReplicationController", "");

    private static final Set<String> UNSCALABLE =
            Set.of("apps DaemonSet", " Pod", "batch Job", "batch CronJob", " Service");

    static List<Autoscaler> allIn(World world) {
        return Stream.concat(world.all("autoscaling", "HorizontalPodAutoscaler"), world.all("keda.sh", "ScaledObject"))
                .map(each -> new Autoscaler(each, targetIn(world, each)))
                .toList();
    }

    private static Optional<Workload> targetIn(World world, Manifest manifest) {
        var autoscaler = new Autoscaler(manifest, Optional.empty());
        Value target = manifest.at("spec.scaleTargetRef");
        if (autoscaler.impossible().isPresent()) {
            return Optional.empty();
        }
        return world.workload(
                        autoscaler.targetGroup(),
                        autoscaler.targetKind(),
                        manifest.namespace(),
                        target.field("name").text())
                .filter(each -> !each.isJob());
    }

    /** The kind of the target; a Deployment for KEDA, if it names none. */
    String targetKind() {
        return manifest.at("spec.scaleTargetRef.kind").textOr(isKeda() ? "Deployment" : "");
    }

    /** The API group of the target; that of Deployments for KEDA, if it names none, and the core one for Kubernetes. */
    String targetGroup() {
        String apiVersion = manifest.at("spec.scaleTargetRef.apiVersion").textOr(isKeda() ? "apps/v1" : "");
        int slash = apiVersion.indexOf('/');
        return slash < 0 ? "" : apiVersion.substring(0, slash);
    }

    /** Why an object of this kind and group can never be scaled; empty if it can, or if that is unknown. */
    Optional<String> impossible() {
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
                                ? "without apiVersion a %s is looked for in the core group".formatted(kind)
                                : "%s has no %s".formatted(written, kind))
                : Optional.empty();
    }

    boolean isKeda() {
        return manifest.kind().equals("ScaledObject");
    }

    /** The name of its field for the minimum of replicas while there is load. */
    String least() {
        return isKeda() ? "minReplicaCount" : "minReplicas";
    }

    String most() {
        return isKeda() ? "maxReplicaCount" : "maxReplicas";
    }

    /** The minimum of replicas while there is load: as written, or the default, 1 for an autoscaler, 0 for KEDA. */
    long min() {
        return manifest.at("spec." + least()).integerOr(isKeda() ? 0 : 1);
    }

    /** The maximum of replicas: as written, or KEDA's default of 100. */
    long max() {
        return manifest.at("spec." + most()).integerOr(isKeda() ? 100 : 1);
    }

    /** Where the minimum of replicas is set, also without load, for which KEDA has a separate number. */
    Value fewestPlace() {
        Value idle = manifest.at("spec.idleReplicaCount");
        return isKeda() && idle.exists() ? idle : manifest.at("spec." + least());
    }

    /** The minimum of replicas, also without load. */
    Sourced<Long> fewest() {
        Value place = fewestPlace();
        return Sourced.of(place.integerOr(min()), from(place));
    }

    /** The maximum of replicas. */
    Sourced<Long> mostReplicas() {
        return Sourced.of(max(), from(manifest.at("spec." + most())));
    }

    private String from(Value place) {
        String name = manifest.kind() + " " + place.key();
        return place.exists() ? name : name + (isKeda() ? ", KEDA's default" : ", Kubernetes' default");
    }

    /** KEDA's triggers; none for a HorizontalPodAutoscaler. */
    List<Value> triggers() {
        return isKeda() ? manifest.at("spec.triggers").items() : List.of();
    }

    List<Value> metrics() {
        return manifest.at("spec.metrics").items();
    }

    Value scaleDown() {
        return isKeda()
                ? manifest.at("spec.advanced.horizontalPodAutoscalerConfig.behavior.scaleDown")
                : manifest.at("spec.behavior.scaleDown");
    }
}
