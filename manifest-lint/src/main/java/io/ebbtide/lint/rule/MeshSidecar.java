package io.ebbtide.lint.rule;

import io.ebbtide.internal.Durations;
import io.ebbtide.lint.model.Sourced;
import io.ebbtide.lint.model.Spans;
import io.ebbtide.lint.model.Timing;
import io.ebbtide.lint.model.Workload;
import io.ebbtide.lint.model.World;
import io.ebbtide.lint.read.BadInput;
import io.ebbtide.lint.read.Document;
import io.ebbtide.lint.read.Limits;
import io.ebbtide.lint.read.Value;
import io.ebbtide.lint.read.YamlReader;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** When Istio's sidecar shuts down, as far as the manifests show it. */
final class MeshSidecar {
    private static final Duration DEFAULT = Duration.ofSeconds(5);
    private static final Limits CONFIG = new Limits(1, 16, 2_000);
    /** The values that Istio's agent reads as true. */
    private static final Pattern TRUE = Pattern.compile("1|t|T|true|TRUE|True");

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
            Value annotation = workload.annotation("proxy.istio.io/config");
            Optional<Sourced<Duration>> drains = drains(annotation);
            if (drains.isPresent() && drains.get().value().compareTo(needed) < 0) {
                found.at(
                        workload.manifest(),
                        annotation,
                        "terminationDrainDuration %s (%s) < %s%s = %s"
                                .formatted(
                                        Durations.text(drains.get().value()),
                                        drains.get().from(),
                                        timing.waitsText(),
                                        timing.drain() == null ? "" : " + drain " + Timing.text(timing.drain()),
                                        Durations.text(needed)),
                        "sidecar.istio.io/nativeSidecar: \"true\", or terminationDrainDuration: %ds"
                                .formatted(needed.toSeconds()));
            }
        }
    }

    /** How long it continues to serve; empty if it serves until no client is connected, or if the annotation cannot be read. */
    private static Optional<Sourced<Duration>> drains(Value annotation) {
        List<Document> config;
        try {
            config = YamlReader.read(annotation.text(), CONFIG);
        } catch (BadInput e) {
            return Optional.empty(); // Istio refuses the pod and reports why
        }
        if (config.isEmpty()) {
            return Optional.of(Sourced.of(DEFAULT, "Istio's default"));
        }
        Value root = config.get(0).root();
        String untilIdle =
                root.at("proxyMetadata.EXIT_ON_ZERO_ACTIVE_CONNECTIONS").text();
        Value duration = root.field("terminationDrainDuration");
        if (TRUE.matcher(untilIdle).matches()) {
            return Optional.empty();
        }
        return duration.exists()
                ? Spans.ofOthers(duration.text()).map(each -> Sourced.of(each, "proxy.istio.io/config"))
                : Optional.of(Sourced.of(DEFAULT, "Istio's default"));
    }

    /**
     * Whether the proxy ends together with the main containers. The injected container is a native sidecar unless the pod opts out:
     * Istio's default since 1.27 (release notes of 1.27, and Microsoft's page on native sidecars in its Istio add-on).
     */
    private static boolean isClassic(World world, Workload workload) {
        Value asked = workload.annotation("sidecar.istio.io/nativeSidecar");
        if (asked.isTrue() || workload.sidecars().stream().anyMatch(MeshSidecar::isProxy)) {
            return false;
        }
        return workload.containers().stream().anyMatch(MeshSidecar::isProxy)
                || (asked.text().equals("false") && isInjected(world, workload));
    }

    /** As in the selectors of Istio's webhooks: a pod's opt-out takes precedence, then the namespace, then the pod's opt-in. */
    private static boolean isInjected(World world, Workload workload) {
        Map<String, String> pod = workload.podLabels();
        String inject = pod.getOrDefault(
                "sidecar.istio.io/inject",
                workload.annotation("sidecar.istio.io/inject").text());
        Map<String, String> namespace = world.labelsOf(workload.manifest().namespace());
        String all = namespace.get("istio-injection");
        if (inject.equals("false")) {
            return false;
        }
        if (all != null) {
            return all.equals("enabled");
        }
        return namespace.containsKey("istio.io/rev") || inject.equals("true") || pod.containsKey("istio.io/rev");
    }

    private static boolean isProxy(Value container) {
        return container.field("name").text().equals("istio-proxy");
    }
}
