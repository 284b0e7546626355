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

    /** The fewest replicas: what is written, or the default, 1 for an autoscaler, 0 for KEDA. */
    long min() {
        return isKeda()
                ? manifest.at("spec.minReplicaCount").integerOr(0)
                : manifest.at("spec.minReplicas").integerOr(1);
    }

    /** The most replicas: what is written, or KEDA's default of 100. */
    long max() {
        return isKeda()
                ? manifest.at("spec.maxReplicaCount").integerOr(100)
                : manifest.at("spec.maxReplicas").integerOr(1);
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
