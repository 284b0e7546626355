package io.ebbtide.autoscale;

import io.ebbtide.internal.Expect;
import java.time.Duration;

/**
 * The flags of kube-controller-manager that concern autoscaling. Immutable.
 *
 * @param syncPeriod {@code --horizontal-pod-autoscaler-sync-period}
 * @param cpuInitialization {@code --horizontal-pod-autoscaler-cpu-initialization-period}
 * @param initialReadiness {@code --horizontal-pod-autoscaler-initial-readiness-delay}
 * @param downscaleStabilization {@code --horizontal-pod-autoscaler-downscale-stabilization}
 * @param tolerance {@code --horizontal-pod-autoscaler-tolerance}
 */
record ControllerSettings(
        Duration syncPeriod,
        Duration cpuInitialization,
        Duration initialReadiness,
        Duration downscaleStabilization,
        double tolerance) {
    /** Kubernetes' defaults. */
    static final ControllerSettings DEFAULT = new ControllerSettings(
            Duration.ofSeconds(15), Duration.ofMinutes(5), Duration.ofSeconds(30), Duration.ofMinutes(5), 0.1);

    ControllerSettings {
        Expect.positive(syncPeriod, "syncPeriod");
        Expect.notNegative(cpuInitialization, "cpuInitialization");
        Expect.notNegative(initialReadiness, "initialReadiness");
        Expect.notNegative(downscaleStabilization, "downscaleStabilization");
    }

    ControllerSettings withSyncPeriod(Duration other) {
        return new ControllerSettings(other, cpuInitialization, initialReadiness, downscaleStabilization, tolerance);
    }
}
