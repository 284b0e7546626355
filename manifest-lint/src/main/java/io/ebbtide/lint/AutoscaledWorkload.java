package io.ebbtide.lint;

import io.ebbtide.internal.Expect;
import io.ebbtide.lint.model.Autoscaler;
import io.ebbtide.lint.model.Timing;
import io.ebbtide.lint.model.Workload;
import io.ebbtide.lint.model.World;
import io.ebbtide.lint.read.Manifest;
import io.ebbtide.lint.read.Sources;
import io.ebbtide.lint.read.Value;
import io.ebbtide.lint.rule.StrictRules;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An autoscaler of a set of manifests with the workload that it scales, as the linter reads both: for other tools.
 * Obtained by {@link #of}. Immutable; safe for use by many threads.
 */
public final class AutoscaledWorkload {
    private final String name;
    private final String place;
    private final boolean keda;
    private final Map<String, Object> spec;
    private final Map<String, Object> podSpec;
    private final String serving;
    private final Map<String, String> cpu;
    private final Map<String, String> memory;
    private final Duration grace;
    private final Duration preStop;
    private final @Nullable Duration lameDuck;
    private final @Nullable Duration drain;

    private AutoscaledWorkload(World world, Autoscaler autoscaler) {
        Manifest manifest = autoscaler.manifest();
        name = manifest.text();
        place = manifest.origin().text() + ":" + manifest.root().line();
        keda = autoscaler.isKeda();
        spec = map(manifest.at("spec"));
        Workload workload = autoscaler.target().orElse(null);
        if (workload == null) {
            podSpec = Map.of();
            serving = "";
            cpu = Map.of();
            memory = Map.of();
            grace = Duration.ofSeconds(30);
            preStop = Duration.ZERO;
            lameDuck = null;
            drain = null;
            return;
        }
        podSpec = map(workload.podSpec());
        serving = workload.serving().field("name").text();
        cpu = requests(world, workload, "cpu");
        memory = requests(world, workload, "memory");
        Timing timing = world.timing(workload);
        grace = timing.grace().value();
        preStop = timing.longestPreStop().value();
        lameDuck = timing.lameDuck() == null ? null : timing.lameDuck().value();
        drain = timing.drain() == null ? null : timing.drain().value();
    }

    /**
     * Reads files and folders (all {@code .yaml}, {@code .yml} and {@code .json} below them); all of them together form one input.
     *
     * @return the autoscalers in them, in order; empty if there are none
     * @throws IllegalArgumentException if something cannot be read; the message names the file and the reason
     */
    public static List<AutoscaledWorkload> of(Path... paths) {
        var sources = new Sources();
        for (Path path : Expect.list(Arrays.asList(Expect.present(paths, "paths")), "paths")) {
            sources.add(path);
        }
        return in(sources);
    }

    /**
     * Reads a stream of documents, which the caller closes.
     *
     * @param name its name in messages
     * @return the autoscalers in it, in order; empty if there are none
     * @throws IllegalArgumentException if it cannot be read; the message names the reason
     */
    public static List<AutoscaledWorkload> of(InputStream stream, String name) {
        var sources = new Sources();
        sources.add(Expect.present(stream, "stream"), Expect.present(name, "name"));
        return in(sources);
    }

    private static List<AutoscaledWorkload> in(Sources sources) {
        String problems = StrictRules.of(sources.omissions()).stream()
                .filter(each -> each.rule().equals(StrictRules.UNREADABLE.id()))
                .map(each -> each.file() + (each.line() > 0 ? ":" + each.line() : "") + ": " + each.numbers())
                .collect(Collectors.joining("\n"));
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(problems);
        }
        var world = new World(sources.manifests());
        return world.autoscalers().stream()
                .map(each -> new AutoscaledWorkload(world, each))
                .toList();
    }

    /** Requests by container, as Kubernetes fills them in: its own, else its limit, else the LimitRange's; "" if there is none. */
    private static Map<String, String> requests(World world, Workload workload, String resource) {
        var requests = new LinkedHashMap<String, String>();
        Value ofPod = workload.podSpec().at("resources.requests").field(resource);
        if (ofPod.exists()) {
            requests.put("", ofPod.text());
        }
        for (Value container : workload.lasting()) {
            String text = container
                    .at("resources.requests")
                    .field(resource)
                    .textOr(container.at("resources.limits").field(resource).textOr(""));
            requests.put(
                    container.field("name").text(), text.isEmpty() ? ofLimitRange(world, workload, resource) : text);
        }
        return Collections.unmodifiableMap(requests);
    }

    private static String ofLimitRange(World world, Workload workload, String resource) {
        return world.all("", "LimitRange")
                .filter(each -> each.namespace().equals(workload.manifest().namespace()))
                .flatMap(each -> each.at("spec.limits").items().stream())
                .filter(each -> each.field("type").textOr("Container").equals("Container"))
                .map(each -> each.at("defaultRequest")
                        .field(resource)
                        .textOr(each.at("default").field(resource).textOr("")))
                .filter(each -> !each.isEmpty())
                .findFirst()
                .orElse("");
    }

    private static Map<String, Object> map(Value value) {
        return tree(value) instanceof Map<?, ?> map ? copy(map) : Map.of();
    }

    private static Map<String, Object> copy(Map<?, ?> map) {
        var copy = new LinkedHashMap<String, Object>();
        map.forEach((key, each) -> copy.put(String.valueOf(key), each));
        return Collections.unmodifiableMap(copy);
    }

    private static Object tree(Value value) {
        return switch (value.kind()) {
            case MAP -> {
                var map = new LinkedHashMap<String, Object>();
                value.fields().stream().filter(Value::exists).forEach(each -> map.put(each.key(), tree(each)));
                yield Collections.unmodifiableMap(map);
            }
            case LIST -> {
                var list = new ArrayList<Object>();
                value.items().stream().filter(Value::exists).forEach(each -> list.add(tree(each)));
                yield Collections.unmodifiableList(list);
            }
            case STRING, INTEGER, NUMBER, BOOLEAN -> value.text();
            case NULL, ABSENT -> "";
        };
    }

    /** Kind, namespace and name: {@code HorizontalPodAutoscaler shop/orders}. */
    public String name() {
        return name;
    }

    /** File and line of the autoscaler. */
    public String place() {
        return place;
    }

    /** Whether the autoscaler is a ScaledObject of KEDA, rather than a HorizontalPodAutoscaler. */
    public boolean isKeda() {
        return keda;
    }

    /** The {@code spec} of the autoscaler: maps, lists and, for every scalar, its text. */
    public Map<String, Object> spec() {
        return spec;
    }

    /** The {@code spec} of the workload's pods, in the same form; empty if the workload is not in the input. */
    public Map<String, Object> podSpec() {
        return podSpec;
    }

    /** The container that receives requests; "" if the workload is not in the input. */
    public String serving() {
        return serving;
    }

    /**
     * The requests of a resource by container, with the defaults that Kubernetes fills in; the key "" is the pod's own.
     *
     * @param resource {@code cpu} or {@code memory}
     * @return a quantity such as {@code 250m}; "" for a container without any request
     */
    public Map<String, String> requests(String resource) {
        return switch (Expect.present(resource, "resource")) {
            case "cpu" -> cpu;
            case "memory" -> memory;
            default -> throw Expect.wrong("resource", resource, "cpu or memory");
        };
    }

    /** {@code terminationGracePeriodSeconds}, or Kubernetes' default. */
    public Duration grace() {
        return grace;
    }

    /** The longest preStop hook; zero if none can be read. */
    public Duration preStop() {
        return preStop;
    }

    /** How long the process serves after its signal; empty if unknown. */
    public Optional<Duration> lameDuck() {
        return Optional.ofNullable(lameDuck);
    }

    /** How long work in flight may take after that; empty if unknown. */
    public Optional<Duration> drain() {
        return Optional.ofNullable(drain);
    }
}
