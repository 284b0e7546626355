package io.ebbtide.lint;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** An object that creates pods: a Deployment or similar, or a Job. Confine to one thread. */
final class Workload {
    private static final Set<String> KINDS = Set.of(
            "apps Deployment",
            "apps StatefulSet",
            "apps DaemonSet",
            "apps ReplicaSet",
            "batch Job",
            "batch CronJob",
            "extensions Deployment",
            "extensions DaemonSet",
            " ReplicationController",
            " Pod",
            "argoproj.io Rollout");
    private static final Pattern JAVA = Pattern.compile(
            "(^|[^a-z])(java|jre|jdk|temurin|corretto|openjdk|zulu|liberica|tomcat|jetty|wildfly|quarkus-jvm)([^a-z]|\\d|$)");
    /** Variables with options of a JVM: those that the JVM reads itself, and those of scripts and servers. */
    private static final Pattern JAVA_OPTIONS = Pattern.compile(
            "_?(JAVA|JVM|JDK|CATALINA|TOMCAT|JETTY|JBOSS|WILDFLY)_?(TOOL_|JAVA_)?(OPTIONS|OPTS|ARGS)(_APPEND)?|JDK_JAVA_OPTIONS");

    private final World world;
    private final Manifest manifest;
    private final Manifest holder;
    private final Map<String, String> podLabels;
    private final List<Value> containers = new ArrayList<>();
    private final List<Value> sidecars = new ArrayList<>();
    private final Map<Value, Environment> environments = new LinkedHashMap<>();

    /**
     * A workload whose replicas and rollouts another manifest may control.
     *
     * @param holder a Rollout of Argo that refers to the manifest, or the manifest itself
     */
    Workload(World world, Manifest manifest, Manifest holder) {
        this.world = world;
        this.manifest = manifest;
        this.holder = holder;
        podLabels = template().at("metadata.labels").strings();
        containers.addAll(podSpec().field("containers").items());
        podSpec().field("initContainers").items().stream()
                .filter(each -> each.field("restartPolicy").text().equals("Always"))
                .forEach(sidecars::add);
    }

    static boolean isOne(Manifest manifest) {
        return KINDS.contains(manifest.group() + " " + manifest.kind());
    }

    Manifest manifest() {
        return manifest;
    }

    /** The manifest with the number of replicas and the rules of rollouts: its own, or a Rollout's that refers to it. */
    Manifest holder() {
        return holder;
    }

    /** Whether it rolls out step by step with a surge, as Deployments and Rollouts do. */
    boolean surges() {
        return holder.kind().equals("Deployment") || holder.kind().equals("Rollout");
    }

    boolean isA(String kind) {
        return manifest.kind().equals(kind);
    }

    /** The value that holds the pods' own metadata and spec. */
    Value template() {
        return switch (manifest.kind()) {
            case "Pod" -> manifest.root();
            case "CronJob" -> manifest.at("spec.jobTemplate.spec.template");
            default -> manifest.at("spec.template");
        };
    }

    /** Whether its pods end by themselves: they receive no requests, and are not scaled or counted. */
    boolean isJob() {
        return manifest.group().equals("batch");
    }

    Value podSpec() {
        return template().field("spec");
    }

    /** Whether its pods keep something on a volume that outlives them. */
    boolean hasClaim() {
        return !manifest.at("spec.volumeClaimTemplates").items().isEmpty()
                || podSpec().field("volumes").items().stream()
                        .anyMatch(each -> each.field("persistentVolumeClaim").exists());
    }

    /** Whether its containers only wait, as in an example or a toolbox: no request is answered there. */
    boolean idles() {
        return lasting().stream()
                .allMatch(each -> each.field("ports").items().isEmpty()
                        && ShellScript.of(each).filter(ShellScript::isIdle).isPresent());
    }

    Map<String, String> podLabels() {
        return podLabels;
    }

    /** Whether pods with these labels include this workload's. */
    boolean isSelectedBy(Value labels) {
        return !podLabels.isEmpty() && LabelSelector.matchesAll(labels, podLabels);
    }

    /** Whether any of its lasting containers has a port of this name. */
    boolean hasPort(String name) {
        return lasting().stream()
                .flatMap(each -> each.field("ports").items().stream())
                .anyMatch(each -> each.field("name").text().equals(name));
    }

    /** An annotation of the pods, else of the workload; absent if neither has it. */
    Value annotation(String name) {
        Value ofPods = template().at("metadata.annotations").field(name);
        return ofPods.exists() ? ofPods : manifest.annotation(name);
    }

    /** The containers that run for as long as the pod: the main ones and native sidecars. */
    List<Value> lasting() {
        return Stream.concat(containers.stream(), sidecars.stream()).toList();
    }

    List<Value> containers() {
        return containers;
    }

    List<Value> sidecars() {
        return sidecars;
    }

    /** {@code spec.replicas}, or Kubernetes' default of 1. */
    long replicas() {
        return holder.at("spec.replicas").integerOr(1);
    }

    /** The minimum of replicas, and its source. */
    Sourced<Long> fewest() {
        return world.autoscalersOf(this).stream()
                .findFirst()
                .map(Autoscaler::fewest)
                .orElseGet(() -> Sourced.of(replicas(), replicasFrom()));
    }

    /** The maximum of replicas, and its source. */
    Sourced<Long> most() {
        return world.autoscalersOf(this).stream()
                .findFirst()
                .map(Autoscaler::mostReplicas)
                .orElseGet(() -> Sourced.of(replicas(), replicasFrom()));
    }

    private String replicasFrom() {
        String of = holder.equals(manifest) ? "" : " of " + holder.text();
        return (holder.at("spec.replicas").exists() ? "spec.replicas" : "spec.replicas, Kubernetes' default") + of;
    }

    /** Whether the number of pods can be determined. */
    boolean counted() {
        return !isA("DaemonSet") && !isA("Pod") && !isA("ReplicaSet") && !isJob();
    }

    /** The known environment of this container, without values from Secrets. */
    Map<String, String> environment(Value container) {
        return environmentOf(container).values();
    }

    /** The environment of this container, including hidden variables. */
    Environment environmentOf(Value container) {
        return environments.computeIfAbsent(container, each -> Environment.of(each, world, manifest.namespace()));
    }

    /** The container that runs Ebbtide, as its environment shows; the first, if there are several. */
    Optional<Value> ebbtide() {
        return ebbtides().stream().findFirst();
    }

    /** All containers that run Ebbtide, as their environments show. */
    List<Value> ebbtides() {
        return containers.stream()
                .filter(each -> environmentOf(each).names().anyMatch(name -> name.startsWith("EBBTIDE_")))
                .toList();
    }

    /**
     * The container that receives requests: the one that runs Ebbtide, else the one that has a port of a Service, else the
     * first; absent if there is none.
     */
    Value serving() {
        return ebbtide()
                .or(() -> world.servicesOf(this).stream()
                        .flatMap(service -> service.at("spec.ports").items().stream())
                        .map(port -> port.field("targetPort").exists() ? port.field("targetPort") : port.field("port"))
                        .flatMap(target -> containers.stream().filter(each -> declares(each, target)))
                        .findFirst())
                .orElseGet(() -> podSpec().field("containers").item(any -> true));
    }

    private static boolean declares(Value container, Value port) {
        return container.field("ports").items().stream()
                .anyMatch(each -> each.field("containerPort").text().equals(port.text())
                        || each.field("name").text().equals(port.text()));
    }

    /** The evidence that this container runs a JVM; empty if there is none. */
    Optional<String> java(Value container) {
        String image = container.field("image").text();
        if (JAVA.matcher(image).find()) {
            return Optional.of("image " + image);
        }
        String command = commandLine(container);
        if (Pattern.compile("(^|[ /])java( |$)").matcher(command).find()) {
            return Optional.of("command " + command);
        }
        List<String> names = environmentOf(container).names().toList();
        return Stream.concat(
                        names.stream().filter(Workload::isJavaOptions),
                        names.stream().filter(name -> name.startsWith("EBBTIDE_")))
                .findFirst()
                .map(name -> name + " in its environment");
    }

    /** Whether a variable of this name holds options of a JVM. */
    static boolean isJavaOptions(String name) {
        return JAVA_OPTIONS.matcher(name).matches();
    }

    static String commandLine(Value container) {
        return (container.field("command").joined() + " "
                        + container.field("args").joined())
                .strip();
    }

    /** Where in the manifest a variable of this container is set; the container itself if it is set elsewhere. */
    static Value placeOf(Value container, String variable) {
        Value place =
                container.field("env").item(each -> each.field("name").text().equals(variable));
        return place.exists() ? place : container;
    }

    /** The number of this named or numbered port of a container; empty if the container does not declare the name. */
    static OptionalLong port(Value container, Value port) {
        OptionalLong number = port.integer();
        if (number.isPresent()) {
            return number;
        }
        return container.field("ports").items().stream()
                .filter(each -> each.field("name").text().equals(port.text()))
                .map(each -> each.field("containerPort").integer())
                .filter(OptionalLong::isPresent)
                .findFirst()
                .orElseGet(OptionalLong::empty);
    }

    String text() {
        return manifest.text();
    }
}
