package io.ebbtide.lint;

import io.ebbtide.internal.Durations;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** When Istio's sidecar leaves, as far as the manifests say. */
final class MeshSidecar {
    private static final Pattern DRAIN =
            Pattern.compile("[\"']?terminationDrainDuration[\"']?\\s*:\\s*[\"']?(\\d+(?:ms|s|m|h))");
    private static final Duration DEFAULT = Duration.ofSeconds(5);

    private MeshSidecar() {}

    /** The rule mesh-sidecar-leaves-first. */
    static void check(World world, Rule.Found found) {
        for (Workload workload : world.workloads()) {
            if (!isClassic(world, workload)) {
                continue;
            }
            Timing timing = world.timing(workload);
            Duration waits = timing.waits();
            if (waits == null) {
                continue;
            }
            Duration needed =
                    timing.drain() == null ? waits : waits.plus(timing.drain().value());
            Value config = workload.annotation("proxy.istio.io/config");
            Matcher matcher = DRAIN.matcher(config.text());
            boolean set = matcher.find();
            Duration drains = set ? Spans.parse(matcher.group(1)) : DEFAULT;
            boolean untilIdle = config.text().contains("EXIT_ON_ZERO_ACTIVE_CONNECTIONS");
            if (drains.compareTo(needed) < 0 && !untilIdle) {
                found.at(
                        workload.manifest(),
                        config,
                        "terminationDrainDuration %s (%s) < %s%s = %s"
                                .formatted(
                                        Durations.text(drains),
                                        set ? "proxy.istio.io/config" : "Istio's default",
                                        timing.waitsText(),
                                        timing.drain() == null ? "" : " + drain " + Timing.text(timing.drain()),
                                        Durations.text(needed)),
                        "sidecar.istio.io/nativeSidecar: \"true\", or terminationDrainDuration: %ds"
                                .formatted(needed.toSeconds()));
            }
        }
    }

    private static boolean isClassic(World world, Workload workload) {
        boolean isNative = workload.annotation("sidecar.istio.io/nativeSidecar").isTrue()
                || workload.sidecars().stream().anyMatch(MeshSidecar::isProxy);
        if (isNative) {
            return false;
        }
        if (workload.containers().stream().anyMatch(MeshSidecar::isProxy)) {
            return true;
        }
        String inject = workload.podLabels().getOrDefault("sidecar.istio.io/inject", "");
        if (inject.isEmpty()) {
            inject = workload.annotation("sidecar.istio.io/inject").text();
        }
        return inject.isEmpty()
                ? world.namespaceHas(workload.manifest().namespace(), "istio-injection", "enabled")
                : inject.equals("true");
    }

    private static boolean isProxy(Value container) {
        return container.field("name").text().equals("istio-proxy");
    }
}
