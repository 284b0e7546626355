package io.ebbtide.autoscale;

import io.ebbtide.internal.Expect;
import io.ebbtide.lint.AutoscaledWorkload;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Simulates what the autoscaler of a set of manifests would do under a load. In a test:
 *
 * <pre>{@code
 * AutoscaleSimulation.of(Path.of("deploy/rendered.yaml"))
 *         .withService(ServiceModel.of(Duration.ofMillis(50), 16))
 *         .withTrace(Trace.shape("spike:base=200,peak=2000,at=10m,for=10m,length=40m"))
 *         .run()
 *         .assertLostAtMost(30_000);
 * }</pre>
 *
 * <p>The autoscaler is computed as Kubernetes' controller computes it; the service is a model, see {@link ServiceModel}. The drain and
 * the lame duck are those of the manifests, as the linter reads them. Immutable; each {@code with} returns a copy.
 */
public final class AutoscaleSimulation {
    private final List<AutoscaledWorkload> workloads;
    private final @Nullable String autoscaler;
    private final ServiceModel service;
    private final Trace trace;
    private final Map<String, String> signals;
    private final ControllerSettings controller;
    private final MetricsPipeline metrics;

    private AutoscaleSimulation(
            List<AutoscaledWorkload> workloads,
            @Nullable String autoscaler,
            ServiceModel service,
            Trace trace,
            Map<String, String> signals,
            ControllerSettings controller,
            MetricsPipeline metrics) {
        this.workloads = workloads;
        this.autoscaler = autoscaler;
        this.service = service;
        this.trace = trace;
        this.signals = signals;
        this.controller = controller;
        this.metrics = metrics;
    }

    /**
     * Reads files and folders (all {@code .yaml}, {@code .yml} and {@code .json} below them); all of them together form one input.
     *
     * @throws IllegalArgumentException if the input cannot be read, or contains no autoscaler
     */
    public static AutoscaleSimulation of(Path... manifests) {
        return of(AutoscaledWorkload.of(manifests), "the input");
    }

    /**
     * Reads a stream of documents, which the caller closes.
     *
     * @param name its name in messages
     * @throws IllegalArgumentException if it cannot be read, or contains no autoscaler
     */
    public static AutoscaleSimulation of(InputStream manifests, String name) {
        return of(AutoscaledWorkload.of(manifests, name), name);
    }

    private static AutoscaleSimulation of(List<AutoscaledWorkload> workloads, String name) {
        if (workloads.isEmpty()) {
            throw BadInput.of(
                    name,
                    "neither a HorizontalPodAutoscaler nor a ScaledObject (expected: at least one; render overlays and charts first)");
        }
        return new AutoscaleSimulation(
                workloads,
                null,
                ServiceModel.of(Duration.ofMillis(100), 16),
                Trace.shape("constant:rate=100"),
                Map.of(),
                ControllerSettings.DEFAULT,
                MetricsPipeline.DEFAULT);
    }

    /**
     * Returns a copy for the autoscaler of this name, which is required if there are several.
     *
     * @param name as in its metadata, or with kind and namespace as in {@code HorizontalPodAutoscaler shop/orders}
     */
    public AutoscaleSimulation withAutoscaler(String name) {
        return new AutoscaleSimulation(
                workloads, Expect.text(name, "name"), service, trace, signals, controller, metrics);
    }

    /** Returns a copy with the given model of a pod; 100 ms for a request and 16 at a time unless set. */
    public AutoscaleSimulation withService(ServiceModel other) {
        return new AutoscaleSimulation(
                workloads, autoscaler, Expect.present(other, "service"), trace, signals, controller, metrics);
    }

    /** Returns a copy with the given load; 100 requests in each second of an hour unless set. */
    public AutoscaleSimulation withTrace(Trace other) {
        return new AutoscaleSimulation(
                workloads, autoscaler, service, Expect.present(other, "trace"), signals, controller, metrics);
    }

    /**
     * Returns a copy in which a metric stands for a signal, if its name does not show it.
     *
     * @param metric the name of the metric in the autoscaler; of a trigger of KEDA its name, else its query
     * @param signal {@code cpu}, {@code memory}, {@code requests}, {@code arrivals}, {@code in-flight}, {@code utilization}, {@code
     *     queue-depth}, or {@code ignore}
     */
    public AutoscaleSimulation withMetric(String metric, String signal) {
        var all = new LinkedHashMap<>(signals);
        all.put(Expect.text(metric, "metric"), Expect.text(signal, "signal"));
        ManifestReader.checkSignals(all);
        return new AutoscaleSimulation(workloads, autoscaler, service, trace, Map.copyOf(all), controller, metrics);
    }

    /**
     * Returns a copy with the given period of the controller, {@code --horizontal-pod-autoscaler-sync-period}; 15 s unless set.
     *
     * @param period 1 s to 1 h
     */
    public AutoscaleSimulation withSyncPeriod(Duration period) {
        Times.checkBetween(Duration.ofSeconds(1), Duration.ofHours(1), period, "syncPeriod");
        return new AutoscaleSimulation(
                workloads, autoscaler, service, trace, signals, controller.withSyncPeriod(period), metrics);
    }

    AutoscaleSimulation withPipeline(MetricsPipeline other) {
        return new AutoscaleSimulation(workloads, autoscaler, service, trace, signals, controller, other);
    }

    /**
     * Runs the simulation. Takes about a tenth of a second for a day in steps of 1 s.
     *
     * @throws IllegalArgumentException if the autoscaler is missing or not the only one, follows an unknown metric, or
     *     lacks a required setting; the message names the remedy
     */
    public SimulationResult run() {
        return new Simulation(scenario(new ArrayList<>()), trace).run();
    }

    Trace trace() {
        return trace;
    }

    /** @param assumptions receives the assumptions for values that no manifest sets */
    Scenario scenario(List<String> assumptions) {
        AutoscaledWorkload chosen = chosen();
        checkOnlyOneScales(chosen);
        var reader = new ManifestReader(chosen, signals);
        HpaSpec hpa = reader.hpa();
        PodSpec pod = reader.pod();
        boolean follows = hpa.metrics().stream().anyMatch(each -> each.signal() == Signal.QUEUE_DEPTH);
        if (follows && !service.queues()) {
            assumptions.add(
                    "the load is requests, of which each waits at most %s, although a metric is the depth of a queue; for "
                                    .formatted(Times.text(service.maxWait()))
                            + "messages, which wait without limit, give --queue (in a test, ServiceModel.withQueue)");
        }
        assumptions.addAll(reader.assumptions());
        return new Scenario("manifest", hpa, pod, service, controller, metrics);
    }

    private AutoscaledWorkload chosen() {
        String names = workloads.stream().map(AutoscaledWorkload::name).collect(Collectors.joining(", "));
        if (autoscaler == null) {
            if (workloads.size() > 1) {
                throw BadInput.of(
                        "autoscaler",
                        "%d in the input; select one of %s by --autoscaler (in a test, withAutoscaler)",
                        workloads.size(),
                        names);
            }
            return workloads.get(0);
        }
        List<AutoscaledWorkload> found = matching(each -> each.name().equals(autoscaler));
        if (found.isEmpty()) {
            found = matching(each -> bare(each.name()).equals(autoscaler));
        }
        if (found.isEmpty()) {
            throw BadInput.of(
                    "autoscaler", "'%s' is not the name of an autoscaler (expected: one of %s)", autoscaler, names);
        }
        if (found.size() > 1) {
            boolean sameName =
                    found.stream().map(AutoscaledWorkload::name).distinct().count() == 1;
            throw BadInput.of(
                    "autoscaler",
                    sameName
                            ? "'%s' is the name of %d: %s (expected: one); remove the others from the input"
                            : "'%s' is the name of %d: %s (expected: the name of one); give its kind and namespace, too, as "
                                    + "written here",
                    autoscaler,
                    found.size(),
                    found.stream()
                            .map(each -> sameName ? each.place() : "'" + each.name() + "' (" + each.place() + ")")
                            .collect(Collectors.joining(", ")));
        }
        return found.get(0);
    }

    private List<AutoscaledWorkload> matching(Predicate<AutoscaledWorkload> condition) {
        return workloads.stream().filter(condition).toList();
    }

    /** With two autoscalers of one workload, neither scales (Kubernetes, condition AmbiguousSelector), or KEDA refuses its own. */
    private void checkOnlyOneScales(AutoscaledWorkload chosen) {
        for (AutoscaledWorkload each : workloads) {
            if (each != chosen && target(each).equals(target(chosen))) {
                throw BadInput.of(
                        chosen.place(),
                        "%s and %s (%s) both scale %s (expected: one autoscaler for each workload, or none of them scales); remove one",
                        chosen.name(),
                        each.name(),
                        each.place(),
                        target(chosen));
            }
        }
    }

    /** Kind, namespace and name of what is scaled. */
    private static String target(AutoscaledWorkload workload) {
        Map<String, Object> target = SpecFields.map(workload.spec().get("scaleTargetRef"));
        String name = workload.name();
        String namespace =
                name.contains("/") ? name.substring(name.lastIndexOf(' ') + 1, name.lastIndexOf('/') + 1) : "";
        return SpecFields.text(target, "kind", "Deployment") + " " + namespace + SpecFields.text(target, "name", "");
    }

    private static String bare(String name) {
        return name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf(' ')) + 1);
    }
}
