package io.ebbtide.lint.model;

import io.ebbtide.lint.read.Manifest;
import io.ebbtide.lint.read.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** An object that creates pods: a Deployment or similar, or a Job. Confine to one thread. */
public final class Workload {
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
    private static final Pattern STORE = Pattern.compile(
            "(^|[/-])(mongo|mysql|mariadb|percona|postgres|redis|valkey|rabbitmq|"
                    + "memcached|cassandra|cockroach|elasticsearch|opensearch|etcd|consul|kafka|zookeeper|influxdb|minio|vault)");
    private static final Pattern JAVA_COMMAND = Pattern.compile("(^|[ /])java( |$)");
    /** Variables with options of a JVM: those that the JVM reads itself, and those of scripts and servers. */
    private static final Pattern JAVA_OPTIONS = Pattern.compile(
            "_?(JAVA|JVM|JDK|CATALINA|TOMCAT|JETTY|JBOSS|WILDFLY)_?(TOOL_|JAVA_)?(OPTIONS|OPTS|ARGS)(_APPEND)?|JDK_JAVA_OPTIONS");

    private final Inventory inventory;
    private final Surroundings surroundings;
    private final Manifest manifest;
    private final Manifest holder;
    private final Value template;
    private final Value podSpec;
    private final Map<String, String> podLabels;
    private final List<Value> containers;
    private final List<Value> sidecars;
    private final List<Value> lasting;
    private final Set<String> portNames;
    private final Map<Value, Environment> environments = new HashMap<>(2);

    /** What the input has around a workload. */
    interface Surroundings {
        /** The Services that select this workload's pods. */
        List<Manifest> servicesOf(Workload workload);

        /** The minimum of replicas that an autoscaler sets; empty if none does. */
        Optional<Sourced<Long>> minScaledReplicas(Workload workload);

        /** The maximum of replicas that an autoscaler sets; empty if none does. */
        Optional<Sourced<Long>> maxScaledReplicas(Workload workload);
    }

    /**
     * A workload whose replicas and rollouts another manifest may control.
     *
     * @param holder a Rollout of Argo that refers to the manifest, or the manifest itself
     */
    Workload(Inventory inventory, Surroundings surroundings, Manifest manifest, Manifest holder) {
        this.inventory = inventory;
        this.surroundings = surroundings;
        this.manifest = manifest;
        this.holder = holder;
        template = template(manifest);
        podSpec = template.field("spec");
        podLabels = template.at("metadata.labels").strings();
        containers = podSpec.field("containers").items();
        sidecars = podSpec.field("initContainers").items().stream()
                .filter(each -> each.field("restartPolicy").text().equals("Always"))
                .toList();
        lasting = Stream.concat(containers.stream(), sidecars.stream()).toList();
        portNames = lasting.stream()
                .flatMap(each -> each.field("ports").items().stream())
                .map(each -> each.field("name").text())
                .collect(Collectors.toUnmodifiableSet());
    }

    static boolean isOne(Manifest manifest) {
        return KINDS.contains(manifest.group() + " " + manifest.kind());
    }

    public Manifest manifest() {
        return manifest;
    }

    /** The manifest with the number of replicas and the rules of rollouts: its own, or a Rollout's that refers to it. */
    public Manifest holder() {
        return holder;
    }

    /** Whether it rolls out step by step with a surge, as Deployments and Rollouts do. */
    public boolean surges() {
        return holder.kind().equals("Deployment") || holder.kind().equals("Rollout");
    }

    /** Whether a rollout starts a new pod before it stops an old one. */
    boolean startsBeforeItStops() {
        Value strategy = holder.at("spec.strategy");
        Value surge = strategy.at("rollingUpdate.maxSurge");
        return surges()
                && !strategy.field("type").text().equals("Recreate")
                && !surge.text().matches("0+%?");
    }

    public boolean isA(String kind) {
        return manifest.kind().equals(kind);
    }

    /** The value that holds the pods' own metadata and spec. */
    Value template() {
        return template;
    }

    private static Value template(Manifest manifest) {
        return switch (manifest.kind()) {
            case "Pod" -> manifest.root();
            case "CronJob" -> manifest.at("spec.jobTemplate.spec.template");
            default -> manifest.at("spec.template");
        };
    }

    /** Whether its pods end by themselves: they receive no requests, and are not scaled or counted. */
    public boolean isJob() {
        return manifest.group().equals("batch");
    }

    public Value podSpec() {
        return podSpec;
    }

    /** Whether its pods keep something on a volume that outlives them. */
    public boolean hasClaim() {
        return !manifest.at("spec.volumeClaimTemplates").items().isEmpty()
                || podSpec().field("volumes").items().stream()
                        .anyMatch(each -> each.field("persistentVolumeClaim").exists());
    }

    /** Whether Dapr adds a sidecar, whose own readiness probe fails until the application listens on its port. */
    public boolean isAwaitedByDapr() {
        return annotation("dapr.io/enabled").isTrue()
                && annotation("dapr.io/app-port").exists();
    }

    /** Whether its image is that of a store, whose second replica would have data of its own. */
    public boolean isStore() {
        return STORE.matcher(serving().field("image").text()).find();
    }

    /** Whether its containers only wait, as in an example or a toolbox: no request is answered there. */
    public boolean idles() {
        return lasting().stream().allMatch(each -> each.field("ports").items().isEmpty() && ShellScript.idles(each));
    }

    public Map<String, String> podLabels() {
        return podLabels;
    }

    /** Whether pods with these labels include this workload's. */
    boolean isSelectedBy(Value labels) {
        return !podLabels.isEmpty() && LabelSelector.matchesAll(labels, podLabels);
    }

    /** Whether any of its lasting containers has a port of this name. */
    public boolean hasPort(String name) {
        return portNames.contains(name);
    }

    /** An annotation of the pods, else of the workload; absent if neither has it. */
    public Value annotation(String name) {
        Value ofPods = template().at("metadata.annotations").field(name);
        return ofPods.exists() ? ofPods : manifest.annotation(name);
    }

    /** The containers that run for as long as the pod: the main ones and native sidecars. */
    public List<Value> lasting() {
        return lasting;
    }

    public List<Value> containers() {
        return containers;
    }

    public List<Value> sidecars() {
        return sidecars;
    }

    /** {@code spec.replicas}, or Kubernetes' default of 1. */
    long replicas() {
        return holder.at("spec.replicas").integerOr(1);
    }

    /** The minimum of replicas, and its source. */
    public Sourced<Long> minReplicas() {
        return surroundings.minScaledReplicas(this).orElseGet(() -> Sourced.of(replicas(), replicasFrom()));
    }

    /** The maximum of replicas, and its source. */
    public Sourced<Long> maxReplicas() {
        return surroundings.maxScaledReplicas(this).orElseGet(() -> Sourced.of(replicas(), replicasFrom()));
    }

    private String replicasFrom() {
        String of = holder.equals(manifest) ? "" : " of " + holder.text();
        return (holder.at("spec.replicas").exists() ? "spec.replicas" : "spec.replicas, Kubernetes' default") + of;
    }

    /** Whether the number of pods can be determined. */
    public boolean counted() {
        return !isA("DaemonSet") && !isA("Pod") && !isA("ReplicaSet") && !isJob();
    }

    /** The known environment of this container, without values from Secrets. */
    public Map<String, String> environment(Value container) {
        return environmentOf(container).values();
    }

    /** The environment of this container, including hidden variables. */
    Environment environmentOf(Value container) {
        return environments.computeIfAbsent(container, each -> Environment.of(each, inventory, manifest));
    }

    /** The container that runs Ebbtide, as its environment shows; the first, if there are several. */
    public Optional<Value> ebbtide() {
        return ebbtides().stream().findFirst();
    }

    /** All containers that run Ebbtide, as their environments show. */
    public List<Value> ebbtides() {
        return containers.stream()
                .filter(each -> environmentOf(each).names().anyMatch(name -> name.startsWith("EBBTIDE_")))
                .toList();
    }

    /**
     * The container that receives requests: the one that runs Ebbtide, else the one that has a port of a Service, else the
     * first; absent if there is none.
     */
    public Value serving() {
        return ebbtide()
                .or(() -> surroundings.servicesOf(this).stream()
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
    public Optional<String> java(Value container) {
        String image = container.field("image").text();
        if (JAVA.matcher(image).find()) {
            return Optional.of("image " + image);
        }
        String command = commandLine(container);
        if (JAVA_COMMAND.matcher(command).find()) {
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
    public static boolean isJavaOptions(String name) {
        return JAVA_OPTIONS.matcher(name).matches();
    }

    /**
     * Whether something in the manifests besides the port itself mentions this number: the container's command or variables, or a
     * ConfigMap that the pod reads. The process is then likely configured to listen there.
     */
    public boolean mentions(Value container, String number) {
        Pattern word = Pattern.compile("(?<!\\d)" + Pattern.quote(number) + "(?!\\d)");
        Stream<String> maps = podSpec().field("volumes").items().stream()
                .map(each -> each.at("configMap.name").text())
                .filter(each -> !each.isEmpty())
                .flatMap(each -> inventory.find(manifest, "", "ConfigMap", manifest.namespace(), each).stream())
                .flatMap(each -> each.at("data").strings().values().stream());
        return Stream.of(Stream.of(commandLine(container)), environment(container).values().stream(), maps)
                .flatMap(each -> each)
                .anyMatch(each -> word.matcher(each).find());
    }

    public static String commandLine(Value container) {
        return (container.field("command").joined() + " "
                        + container.field("args").joined())
                .strip();
    }

    /** Where in the manifest a variable of this container is set; the container itself if it is set elsewhere. */
    public static Value placeOf(Value container, String variable) {
        Value place =
                container.field("env").item(each -> each.field("name").text().equals(variable));
        return place.exists() ? place : container;
    }

    /** The number of this named or numbered port of a container; empty if the container does not declare the name. */
    public static OptionalLong port(Value container, Value port) {
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

    public String text() {
        return manifest.text();
    }
}
