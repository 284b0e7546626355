package io.ebbtide.lint;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What sets a workload's replicas: a HorizontalPodAutoscaler, or a ScaledObject of KEDA, which makes one. Immutable. */
record Autoscaler(Manifest manifest, Optional<Workload> target) {
    static List<Autoscaler> allIn(World world) {
        return Stream.concat(world.all("autoscaling", "HorizontalPodAutoscaler"), world.all("keda.sh", "ScaledObject"))
                .map(each -> new Autoscaler(each, targetIn(world, each)))
                .toList();
    }

    private static Optional<Workload> targetIn(World world, Manifest manifest) {
        Value target = manifest.at("spec.scaleTargetRef");
        String kind = target.field("kind").textOr("Deployment");
        return world.workloadsIn(manifest.namespace()).stream()
                .filter(each -> each.isA(kind)
                        && each.manifest().name().equals(target.field("name").text()))
                .findFirst();
    }

    boolean isKeda() {
        return manifest.kind().equals("ScaledObject");
    }

    /** What it calls the fewest replicas while there is load. */
    String least() {
        return isKeda() ? "minReplicaCount" : "minReplicas";
    }

    String most() {
        return isKeda() ? "maxReplicaCount" : "maxReplicas";
    }

    /** The fewest replicas while there is load: what is written, or the default, 1 for an autoscaler, 0 for KEDA. */
    long min() {
        return manifest.at("spec." + least()).integerOr(isKeda() ? 0 : 1);
    }

    /** The most replicas: what is written, or KEDA's default of 100. */
    long max() {
        return manifest.at("spec." + most()).integerOr(isKeda() ? 100 : 1);
    }

    /** Where the fewest replicas stand, also without load, for which KEDA has a number of its own. */
    Value fewestPlace() {
        Value idle = manifest.at("spec.idleReplicaCount");
        return isKeda() && idle.exists() ? idle : manifest.at("spec." + least());
    }

    /** The fewest replicas, also without load. */
    Sourced<Long> fewest() {
        Value place = fewestPlace();
        return Sourced.of(place.integerOr(min()), from(place));
    }

    /** The most replicas. */
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
