package io.ebbtide.examples.deploy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * One way to put the templates together, for kustomize and for Helm. Immutable.
 *
 * @param name what it is called: {@code base}, a component's name, several joined by {@code +}, or an overlay's
 * @param namespace where it goes
 * @param root the folder below {@code kustomize} that everything begins with
 * @param components what is added to it, by folder below {@code kustomize/components}
 * @param values the same for Helm, files below the chart
 */
record Setup(String name, String namespace, String root, List<String> components, List<String> values) {
    static final Path DEPLOY = Path.of("../deploy");
    static final Path CHART = DEPLOY.resolve("helm/shop");
    /** Those that change the same objects, or look at each other's. */
    private static final List<List<String>> TOGETHER = List.of(
            List.of("canary", "pod-monitor"),
            List.of("canary", "service-monitor"),
            List.of("gateway", "istio"),
            List.of("istio", "aws-alb"),
            List.of("istio", "aws-nlb"),
            List.of("keda-consumer", "pod-monitor", "alerts"));

    private static final Path COMPONENTS = DEPLOY.resolve("kustomize/components");

    /** The base, the base with each option and with some together, and the overlays. */
    static Stream<Setup> all() {
        var all = new ArrayList<Setup>();
        all.add(new Setup("base", "shop", "base", List.of(), List.of()));
        options().forEach(option -> all.add(with(List.of(option))));
        TOGETHER.forEach(options -> all.add(with(options)));
        all.add(overlay("staging", "shop-staging"));
        all.add(overlay("production", "shop"));
        return all.stream();
    }

    static Setup named(String name) {
        return all().filter(setup -> setup.name().equals(name)).findFirst().orElseThrow();
    }

    /** All components but the one that others include. */
    static List<String> options() {
        try (Stream<Path> folders = Files.list(COMPONENTS)) {
            return folders.map(folder -> folder.getFileName().toString())
                    .filter(name -> !name.equals("aws-numbers"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The base with these, in this order. */
    static Setup with(List<String> options) {
        List<String> components = options.stream()
                .flatMap(option -> option.equals("canary") ? Stream.of("gateway", option) : Stream.of(option))
                .toList();
        List<String> values =
                options.stream().map(option -> "options/" + option + ".yaml").toList();
        return new Setup(String.join("+", options), "shop", "base", components, values);
    }

    private static Setup overlay(String name, String namespace) {
        return new Setup(name, namespace, "overlays/" + name, List.of(), List.of("values-" + name + ".yaml"));
    }

    @Override
    public String toString() {
        return name;
    }
}
