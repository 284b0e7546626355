package io.ebbtide.autoscale;

import io.ebbtide.internal.Expect;
import java.time.Duration;
import java.util.Map;

/**
 * The properties of a pod that manifests define. Immutable.
 *
 * @param cpu requests of processor time in milli-units, by container; the key "" is the pod's own; {@link PodGroup#NO_REQUEST} for none
 * @param memory requests of memory in the same form
 * @param serving the container that receives the requests
 * @param readinessPeriod the maximum time until a ready process is detected
 * @param lameDuck how long the pod serves after its deletion, with its preStop hook
 * @param drain how long work in flight may take after that
 */
record PodSpec(
        Map<String, Long> cpu,
        Map<String, Long> memory,
        String serving,
        Duration readinessPeriod,
        Duration lameDuck,
        Duration drain) {
    PodSpec {
        cpu = Map.copyOf(cpu);
        memory = Map.copyOf(memory);
        Expect.notNegative(readinessPeriod, "readinessPeriod");
        Expect.notNegative(lameDuck, "lameDuck");
        Expect.notNegative(drain, "drain");
    }

    /** The request of a container, or of all for ""; {@link PodGroup#NO_REQUEST} if one is missing. */
    long request(boolean ofCpu, String container) {
        Map<String, Long> requests = ofCpu ? cpu : memory;
        Long own = requests.get(container);
        if (own != null || !container.isEmpty()) {
            return own == null ? PodGroup.NO_REQUEST : own;
        }
        long sum = 0;
        for (long each : requests.values()) {
            if (each == PodGroup.NO_REQUEST) {
                return PodGroup.NO_REQUEST;
            }
            sum += each;
        }
        return requests.isEmpty() ? PodGroup.NO_REQUEST : sum;
    }

    /** The request that the processor time of the process is divided by: that of its container, else of the pod; 0 without any. */
    long cpuOfServing() {
        long own = request(true, serving);
        return Math.max(0, own == PodGroup.NO_REQUEST ? request(true, "") : own);
    }

    PodSpec withTermination(Duration otherLameDuck, Duration otherDrain) {
        return new PodSpec(cpu, memory, serving, readinessPeriod, otherLameDuck, otherDrain);
    }
}
