package io.ebbtide.lint.rule;

import io.ebbtide.lint.finding.Finding;
import io.ebbtide.lint.model.LabelSelector;
import io.ebbtide.lint.model.Probe;
import io.ebbtide.lint.model.Quantity;
import io.ebbtide.lint.read.Manifest;
import io.ebbtide.lint.read.Value;
import io.ebbtide.lint.read.ValueKind;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Checks for input that the API server refuses although its schema allows it: missing, exclusive and inconsistent fields, by type. The
 * facts are those of the validation of Kubernetes 1.34 to 1.37 (pkg/apis of kubernetes/kubernetes). Not thread-safe; confine to one
 * thread.
 */
final class Refusals {
    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?");
    private static final Pattern SUBDOMAIN =
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
    private static final Pattern LABEL_VALUE = Pattern.compile("([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?");
    private static final Pattern PORT_NAME = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");
    private static final Pattern DATA_KEY = Pattern.compile("[-._a-zA-Z0-9]+");
    private static final Pattern CRON = Pattern.compile(
            "((CRON_)?TZ=\\S+ \\s*)?(@(yearly|annually|monthly|weekly|daily|midnight|hourly)|@every \\S+|\\s*\\S+(\\s+\\S+){4}\\s*)",
            Pattern.UNICODE_CHARACTER_CLASS);
    private static final int MAX_PORT_NAME = 15;
    private static final int MAX_LABEL = 63;
    private static final int MAX_NAME = 253;
    private static final int MAX_CRON_JOB = 52;
    private static final long DEFAULT_PROGRESS_DEADLINE = 600;
    private static final long DEFAULT_GRACE = 30;

    /** Kinds whose names are DNS subdomains; those of RBAC and some more may hold other characters. */
    private static final Set<String> SUBDOMAINS = Set.of(
            "V1Deployment",
            "V1DaemonSet",
            "V1ReplicaSet",
            "V1Pod",
            "V1Job",
            "V1CronJob",
            "V1ConfigMap",
            "V1Secret",
            "V1Ingress",
            "V2HorizontalPodAutoscaler",
            "V1HorizontalPodAutoscaler",
            "V1ServiceAccount",
            "V1PersistentVolumeClaim",
            "V1PersistentVolume",
            "V1StorageClass",
            "V1NetworkPolicy",
            "V1ResourceQuota",
            "V1LimitRange",
            "V1PriorityClass",
            "V1IngressClass",
            "V1ReplicationController");

    private static final Set<String> LABELS = Set.of("V1Namespace", "V1Service", "V1StatefulSet");

    private static final List<String> PROBE_HANDLERS = List.of("exec", "grpc", "httpGet", "tcpSocket");
    private static final List<String> HOOK_HANDLERS = List.of("exec", "httpGet", "sleep", "tcpSocket");
    private static final Map<String, String> METRIC_SOURCES = Map.of(
            "Resource", "resource",
            "ContainerResource", "containerResource",
            "Pods", "pods",
            "Object", "object",
            "External", "external");

    private static final Map<String, BiConsumer<Refusals, Value>> BY_TYPE = Map.ofEntries(
            Map.entry("V1DeploymentSpec", Refusals::deployment),
            Map.entry("V1StatefulSetSpec", Refusals::alwaysRestarted),
            Map.entry("V1DaemonSetSpec", Refusals::alwaysRestarted),
            Map.entry("V1ReplicaSetSpec", Refusals::alwaysRestarted),
            Map.entry("V1JobSpec", Refusals::job),
            Map.entry("V1CronJobSpec", Refusals::cronJob),
            Map.entry("V1PodTemplateSpec", (check, each) -> check.requires(each, "spec")),
            Map.entry("V1PodSpec", Refusals::pod),
            Map.entry("V1Container", Refusals::container),
            Map.entry("V1ContainerPort", (check, each) -> check.portName(each.field("name"))),
            Map.entry("V1EnvVar", (check, each) -> check.atMostOne(each, List.of("value", "valueFrom"))),
            Map.entry("V1Probe", (check, each) -> check.exactlyOne(each, PROBE_HANDLERS, "handler")),
            Map.entry("V1LifecycleHandler", (check, each) -> check.exactlyOne(each, HOOK_HANDLERS, "handler")),
            Map.entry("V1HTTPGetAction", (check, each) -> check.portName(each.field("port"))),
            Map.entry("V1TCPSocketAction", (check, each) -> check.portName(each.field("port"))),
            Map.entry("V1DeploymentStrategy", Refusals::strategy),
            Map.entry("V1RollingUpdateDeployment", Refusals::rollingUpdate),
            Map.entry("V1RollingUpdateDaemonSet", Refusals::daemonRollingUpdate),
            Map.entry("V1ServiceSpec", Refusals::service),
            Map.entry("V1ServicePort", (check, each) -> check.portName(each.field("targetPort"))),
            Map.entry("V2HorizontalPodAutoscalerSpec", Refusals::autoscaler),
            Map.entry("V1HorizontalPodAutoscalerSpec", Refusals::autoscaler),
            Map.entry("V2MetricSpec", Refusals::metric),
            Map.entry("V2MetricTarget", Refusals::metricTarget),
            Map.entry("V1PodDisruptionBudgetSpec", Refusals::budget),
            Map.entry("V1IngressSpec", Refusals::ingress),
            Map.entry(
                    "V1IngressBackend",
                    (check, each) -> check.exactlyOne(each, List.of("service", "resource"), "backend")),
            Map.entry("V1ServiceBackendPort", Refusals::backendPort),
            Map.entry("V1HTTPIngressPath", Refusals::ingressPath),
            Map.entry("V1LabelSelectorRequirement", Refusals::requirement),
            Map.entry("V1PersistentVolumeClaimSpec", Refusals::claim),
            Map.entry("V1ObjectMeta", Refusals::metadata));

    /** {@code ${NAME}} and {@code ${NAME:=default}} of Flux and envsubst, {@code {{...}}} of templates. */
    private static final Pattern UNRENDERED = Pattern.compile("\\$\\{[A-Za-z_]\\w*([:=-][^}]*)?}|\\{\\{.*?}}");

    private final Manifest manifest;
    private final List<Finding> findings;
    private boolean isUnrenderedNoted;

    Refusals(Manifest manifest, List<Finding> findings) {
        this.manifest = manifest;
        this.findings = findings;
    }

    /** Checks what a whole object of this type must have. */
    void checkObject(Value root, String type) {
        name(root, type);
        switch (type) {
            case "V1Deployment",
                    "V1StatefulSet",
                    "V1DaemonSet",
                    "V1ReplicaSet",
                    "V1Job",
                    "V1CronJob",
                    "V1Pod",
                    "V1Service",
                    "V2HorizontalPodAutoscaler",
                    "V1HorizontalPodAutoscaler",
                    "V1Ingress",
                    "V1PersistentVolumeClaim",
                    "V1PersistentVolume" -> requires(root, "spec");
            case "V1ConfigMap" -> {
                dataKeys(root.field("data"));
                dataKeys(root.field("binaryData"));
            }
            case "V1Secret" -> secret(root);
            case "V1RoleBinding", "V1ClusterRoleBinding" -> requires(root, "roleRef");
            case "V1StorageClass" -> requires(root, "provisioner");
            default -> {}
        }
    }

    /** Checks what an object of this type, anywhere in a document, must have and must not have. */
    void check(Value object, String type) {
        BiConsumer<Refusals, Value> check = BY_TYPE.get(type);
        if (check != null) {
            check.accept(this, object);
        }
    }

    private void name(Value root, String type) {
        Value name = root.at("metadata.name");
        Value generated = root.at("metadata.generateName");
        boolean isReview = type.endsWith("Review"); // a query to the server, which must have no name
        if (!filled(name) && !filled(generated) && !isReview) {
            missing(
                    name,
                    "%s requires metadata.name, or generateName".formatted(manifest.kind()),
                    "write metadata.name");
            return;
        }
        boolean isSetByKustomize =
                type.equals("V1Namespace") && manifest.kustomization().setsNamespace();
        if (!name.is(ValueKind.STRING) || isSetByKustomize) {
            return;
        }
        int max = type.equals("V1CronJob")
                ? MAX_CRON_JOB
                : LABELS.contains(type) || isLabelled(type, root) ? MAX_LABEL : MAX_NAME;
        boolean wrong = LABELS.contains(type)
                ? !LABEL.matcher(name.text()).matches()
                : SUBDOMAINS.contains(type) && !SUBDOMAIN.matcher(name.text()).matches();
        boolean known = LABELS.contains(type) || SUBDOMAINS.contains(type);
        if (wrong || (known && name.text().length() > max)) {
            invalid(
                    name,
                    "name: %s (expected: at most %d characters, small letters, digits and '-'%s, beginning and ending with a letter or digit)"
                            .formatted(name.text(), max, LABELS.contains(type) ? "" : " and '.'"),
                    "write a name that Kubernetes accepts");
        }
    }

    /** The name of a Job becomes a label of its pods, unless it selects them by its own labels. */
    private static boolean isLabelled(String type, Value root) {
        return type.equals("V1Job") && !root.at("spec.manualSelector").isTrue();
    }

    private void metadata(Value metadata) {
        if (metadata.isWithin(manifest.at("spec.jobTemplate.metadata"))
                || metadata.isWithin(manifest.at("spec.volumeClaimTemplates"))) {
            return; // accepted by the server, which refuses the Job or the claim that it creates from it
        }
        for (Value each : metadata.field("labels").fields()) {
            if (each.is(ValueKind.STRING) && !isLabelValue(each.text())) {
                invalid(
                        each,
                        "label %s: %s (expected: at most %d letters, digits, '-', '_' and '.')"
                                .formatted(each.key(), each.text(), MAX_LABEL),
                        "write a value that a label can have, or make it an annotation");
            }
        }
    }

    private static boolean isLabelValue(String text) {
        return text.length() <= MAX_LABEL && LABEL_VALUE.matcher(text).matches();
    }

    private void deployment(Value spec) {
        alwaysRestarted(spec);
        Value deadline = spec.field("progressDeadlineSeconds");
        long ready = spec.field("minReadySeconds").integerOr(0);
        long until = deadline.integerOr(DEFAULT_PROGRESS_DEADLINE);
        if (until <= ready && (deadline.is(ValueKind.INTEGER) || !deadline.exists())) {
            invalid(
                    deadline.exists() ? deadline : spec.field("minReadySeconds"),
                    "progressDeadlineSeconds %d%s <= minReadySeconds %d"
                            .formatted(until, deadline.exists() ? "" : " by default", ready),
                    "progressDeadlineSeconds: " + (ready + DEFAULT_PROGRESS_DEADLINE));
        }
    }

    /** The common rule of Deployment, StatefulSet, DaemonSet and ReplicaSet. */
    private void alwaysRestarted(Value spec) {
        Value selector = spec.field("selector");
        Value labels = spec.at("template.metadata.labels");
        var conditions = new LabelSelector(selector);
        if (manifest.kustomization().setsLabels()) {
            // kustomize adds the same labels to both
        } else if (selector.is(ValueKind.MAP) && conditions.isEmpty()) {
            invalid(
                    selector,
                    "selector {} selects nothing here",
                    "selector: {matchLabels: ...}, as the template's labels");
        } else if (selector.is(ValueKind.MAP) && !conditions.matches(labels.strings())) {
            invalid(
                    selector,
                    "selector %s, template labels %s".formatted(conditions.text(), labels.strings()),
                    "write the same labels in both");
        }
        Value policy = spec.at("template.spec.restartPolicy");
        if (filled(policy) && !policy.text().equals("Always")) {
            invalid(policy, "restartPolicy: %s (expected: Always)".formatted(policy.text()), "remove restartPolicy");
        }
        Value deadline = spec.at("template.spec.activeDeadlineSeconds");
        if (deadline.exists()) {
            exclusive(
                    deadline,
                    "activeDeadlineSeconds %s of pods that are always restarted".formatted(deadline.text()),
                    "remove it, or make the workload a Job");
        }
    }

    private void job(Value spec) {
        Value pods = spec.at("template.spec");
        Value policy = pods.field("restartPolicy");
        if (pods.exists() && !filled(policy)) {
            missing(policy, "a Job's pods require restartPolicy, OnFailure or Never", "restartPolicy: Never");
        } else if (policy.text().equals("Always")) {
            invalid(policy, "restartPolicy: Always (expected: OnFailure or Never)", "restartPolicy: Never");
        }
    }

    private void cronJob(Value spec) {
        Value schedule = spec.field("schedule");
        if (schedule.is(ValueKind.STRING) && !CRON.matcher(schedule.text()).matches()) {
            invalid(
                    schedule,
                    "schedule: %s (expected: five fields, or such as @daily)".formatted(schedule.text()),
                    "write minute, hour, day, month and day of the week");
        }
    }

    private void pod(Value spec) {
        Value containers = spec.field("containers");
        if (containers.is(ValueKind.LIST) && containers.items().isEmpty()) {
            missing(containers, "a pod requires at least one container", "write a container");
        }
        var volumes = new HashSet<String>();
        for (Value each : spec.field("volumes").items()) {
            String name = each.field("name").text();
            if (!name.isEmpty() && !volumes.add(name)) {
                invalid(each.field("name"), "two volumes are called " + name, "give one of them another name");
            }
        }
        var names = new HashSet<String>();
        List<Value> all = Stream.of("initContainers", "containers")
                .flatMap(each -> spec.field(each).items().stream())
                .toList();
        for (Value container : all) {
            String name = container.field("name").text();
            if (!name.isEmpty() && !names.add(name)) {
                invalid(container.field("name"), "two containers are called " + name, "give one of them another name");
            }
            for (Value mount : container.field("volumeMounts").items()) {
                Value volume = mount.field("name");
                if (filled(volume) && !volumes.contains(volume.text()) && !isClaimOfSet(volume.text())) {
                    invalid(
                            volume,
                            "volumeMounts name %s; the pod has volume(s) %s"
                                    .formatted(
                                            volume.text(),
                                            volumes.stream().sorted().toList()),
                            "declare the volume, or correct the name");
                }
            }
        }
        long grace = spec.field("terminationGracePeriodSeconds").integerOr(DEFAULT_GRACE);
        for (Value container : all) {
            sleep(container.at("lifecycle.preStop.sleep.seconds"), grace);
            sleep(container.at("lifecycle.postStart.sleep.seconds"), grace);
        }
        for (Value each : spec.field("initContainers").items()) {
            boolean sidecar = each.field("restartPolicy").text().equals("Always");
            for (String field : List.of("lifecycle", Probe.STARTUP, Probe.LIVENESS, Probe.READINESS)) {
                if (!sidecar && each.field(field).exists()) {
                    invalid(
                            each.field(field),
                            "%s of init container %s, which has no restartPolicy: Always"
                                    .formatted(field, each.field("name").text()),
                            "remove it, or make it a native sidecar: restartPolicy: Always");
                }
            }
        }
    }

    private void sleep(Value seconds, long grace) {
        long value = seconds.integerOr(0);
        if (value < 0 || value > grace) {
            invalid(
                    seconds,
                    "sleep of %d s (expected: 0 to terminationGracePeriodSeconds, which is %d)".formatted(value, grace),
                    "shorten it, or raise terminationGracePeriodSeconds");
        }
    }

    /** Whether a StatefulSet's claims provide a volume of this name. */
    private boolean isClaimOfSet(String volume) {
        return manifest.at("spec.volumeClaimTemplates").items().stream()
                .anyMatch(each -> each.at("metadata.name").text().equals(volume));
    }

    private void container(Value container) {
        if (!filled(container.field("image"))) {
            missing(
                    container.field("image"),
                    "container %s requires image"
                            .formatted(container.field("name").textOr("")),
                    "write image");
        }
        Value name = container.field("name");
        if (name.is(ValueKind.STRING)
                && (!LABEL.matcher(name.text()).matches() || name.text().length() > MAX_LABEL)) {
            invalid(
                    name,
                    "name: %s (expected: at most %d small letters, digits and '-')".formatted(name.text(), MAX_LABEL),
                    "write a name that Kubernetes accepts");
        }
        var ports = new HashSet<String>();
        for (Value port : container.field("ports").items()) {
            Value portName = port.field("name");
            if (filled(portName) && !ports.add(portName.text())) {
                invalid(
                        portName,
                        "two ports of container %s are called %s".formatted(name.text(), portName.text()),
                        "give one of them another name");
            }
        }
        var paths = new HashSet<String>();
        for (Value mount : container.field("volumeMounts").items()) {
            Value path = mount.field("mountPath");
            if (filled(path) && !paths.add(path.text())) {
                invalid(path, "two volumes are mounted at " + path.text(), "mount one of them elsewhere");
            }
        }
        for (String field : List.of(Probe.LIVENESS, Probe.STARTUP)) {
            Value threshold = container.at(field + ".successThreshold");
            if (threshold.is(ValueKind.INTEGER) && threshold.integerOr(0) > 1) {
                invalid(
                        threshold,
                        "successThreshold: %s of a %s (expected: 1)".formatted(threshold.text(), field),
                        "successThreshold: 1");
            }
        }
        Value grace = container.at(Probe.READINESS + ".terminationGracePeriodSeconds");
        if (grace.exists()) {
            invalid(
                    grace,
                    "terminationGracePeriodSeconds of a readinessProbe",
                    "remove it: a failed readiness ends no container");
        }
        resources(container.field("resources"));
    }

    private void resources(Value resources) {
        for (Value request : resources.field("requests").fields()) {
            Value limit = resources.field("limits").field(request.key());
            var asked = Quantity.parse(request.text());
            var maximum = Quantity.parse(limit.text());
            if (asked.isPresent() && maximum.isPresent() && asked.get().compareTo(maximum.get()) > 0) {
                invalid(
                        request,
                        "requests.%s %s > limits.%s %s"
                                .formatted(request.key(), request.text(), request.key(), limit.text()),
                        "lower the request, or raise the limit");
            }
        }
    }

    private void strategy(Value strategy) {
        Value rolling = strategy.field("rollingUpdate");
        if (strategy.field("type").text().equals("Recreate") && rolling.exists()) {
            exclusive(rolling, "rollingUpdate beside type: Recreate", "remove rollingUpdate");
        }
    }

    private void rollingUpdate(Value rolling) {
        if (isZero(rolling.field("maxSurge")) && isZero(rolling.field("maxUnavailable"))) {
            invalid(
                    rolling.field("maxUnavailable"),
                    "maxSurge and maxUnavailable are both 0, so nothing could ever be replaced",
                    "maxSurge: 1");
        }
    }

    /** Checks that a DaemonSet uses one of the two; maxUnavailable is 1 unless set. */
    private void daemonRollingUpdate(Value rolling) {
        Value surge = rolling.field("maxSurge");
        Value unavailable = rolling.field("maxUnavailable");
        boolean surges = filled(surge) && !isZero(surge);
        boolean takesAway = !filled(unavailable) || !isZero(unavailable);
        if (surges && takesAway) {
            invalid(
                    surge,
                    "maxSurge %s beside maxUnavailable %s"
                            .formatted(surge.text(), filled(unavailable) ? unavailable.text() : "1, the default"),
                    "maxUnavailable: 0");
        } else if (!surges && !takesAway) {
            invalid(
                    unavailable,
                    "maxSurge and maxUnavailable are both 0, so nothing could ever be replaced",
                    "maxUnavailable: 1");
        }
    }

    private static boolean isZero(Value amount) {
        return amount.text().equals("0") || amount.percent().orElse(-1) == 0;
    }

    private void service(Value spec) {
        String type = spec.field("type").textOr("ClusterIP");
        boolean headless = spec.field("clusterIP").text().equals("None");
        Value ports = spec.field("ports");
        List<Value> all = ports.items();
        if (all.isEmpty() && !headless && !type.equals("ExternalName")) {
            missing(ports, "a Service requires ports, unless it is headless or an ExternalName", "write ports");
        }
        if (type.equals("ExternalName") && !filled(spec.field("externalName"))) {
            missing(
                    spec.field("externalName"),
                    "a Service of type ExternalName requires externalName",
                    "write externalName");
        }
        if (headless && (type.equals("NodePort") || type.equals("LoadBalancer"))) {
            exclusive(spec.field("clusterIP"), "clusterIP: None beside type: " + type, "remove clusterIP");
        }
        if (type.equals("ClusterIP")) {
            all.stream()
                    .map(port -> port.field("nodePort"))
                    .filter(port -> port.integerOr(0) != 0)
                    .forEach(port -> exclusive(
                            port,
                            "nodePort %s of a Service of type ClusterIP".formatted(port.text()),
                            "remove it, or type: NodePort"));
        }
        Value policy = spec.field("externalTrafficPolicy");
        boolean isReachable = type.equals("NodePort")
                || type.equals("LoadBalancer")
                || (type.equals("ClusterIP")
                        && !spec.field("externalIPs").items().isEmpty());
        if (filled(policy) && !isReachable) {
            exclusive(
                    policy,
                    "externalTrafficPolicy: %s of a Service of type %s, which is not reached from outside"
                            .formatted(policy.text(), type),
                    "remove it, or type: LoadBalancer");
        }
        var names = new HashSet<String>();
        var numbers = new HashSet<String>();
        for (Value port : all) {
            Value name = port.field("name");
            if (!filled(name)) {
                if (all.size() > 1) {
                    missing(name, "each of several ports requires a name", "write name");
                }
            } else if (!LABEL.matcher(name.text()).matches() || name.text().length() > MAX_LABEL) {
                invalid(
                        name,
                        "port name %s (expected: at most %d small letters, digits and '-')"
                                .formatted(name.text(), MAX_LABEL),
                        "write a shorter or simpler name");
            } else if (!names.add(name.text())) {
                invalid(name, "two ports are called " + name.text(), "give one of them another name");
            }
            String number = port.field("protocol").textOr("TCP") + " "
                    + port.field("port").text();
            if (!numbers.add(number)) {
                invalid(port.field("port"), "two ports are " + number, "remove one of them");
            }
        }
    }

    private void autoscaler(Value spec) {
        if (!filled(spec.at("scaleTargetRef.name"))) {
            return; // the schema reports it
        }
        Value min = spec.field("minReplicas");
        if (min.is(ValueKind.INTEGER) && min.integerOr(0) < 0) {
            invalid(min, "minReplicas: %s (expected: at least 1)".formatted(min.text()), "minReplicas: 1");
        }
    }

    private void metric(Value metric) {
        String type = metric.field("type").text();
        String source = METRIC_SOURCES.get(type);
        if (source == null) {
            if (!type.isEmpty()) {
                invalid(
                        metric.field("type"),
                        "type: %s (expected: %s)"
                                .formatted(
                                        type,
                                        String.join(
                                                ", ",
                                                METRIC_SOURCES.keySet().stream()
                                                        .sorted()
                                                        .toList())),
                        "write one of them");
            }
            return;
        }
        if (!metric.field(source).exists()) {
            missing(metric.field(source), "a metric of type %s requires %s".formatted(type, source), "write " + source);
        }
        METRIC_SOURCES.values().stream()
                .sorted()
                .filter(each -> !each.equals(source) && metric.field(each).exists())
                .forEach(each -> exclusive(
                        metric.field(each),
                        "%s in a metric of type %s".formatted(each, type),
                        "remove %s".formatted(each)));
    }

    private void metricTarget(Value target) {
        boolean any = Stream.of("averageUtilization", "averageValue", "value")
                .anyMatch(each -> target.field(each).exists());
        if (!any) {
            missing(
                    target.field("averageUtilization"),
                    "a metric's target requires averageUtilization, averageValue or value",
                    "write one of them");
        }
    }

    private void budget(Value spec) {
        atMostOne(spec, List.of("minAvailable", "maxUnavailable"));
    }

    private void ingress(Value spec) {
        if (!spec.field("defaultBackend").exists()
                && spec.field("rules").items().isEmpty()) {
            missing(spec.field("rules"), "an Ingress requires rules or defaultBackend", "write rules");
        }
    }

    /** A number of 0 counts as not set. */
    private void backendPort(Value port) {
        if (!port.field("number").text().equals("0") || !filled(port.field("name"))) {
            exactlyOne(port, List.of("name", "number"), "port");
        }
    }

    private void ingressPath(Value path) {
        Value text = path.field("path");
        String type = path.field("pathType").text();
        boolean absolute = text.text().startsWith("/");
        if ((type.equals("Exact") || type.equals("Prefix")) && filled(text) && !absolute) {
            invalid(text, "path: %s (expected: it begins with /)".formatted(text.text()), "path: /" + text.text());
        }
    }

    private void requirement(Value expression) {
        String operator = expression.field("operator").text();
        Value values = expression.field("values");
        boolean some = !values.items().isEmpty();
        if ((operator.equals("In") || operator.equals("NotIn")) && !some) {
            missing(values, "operator %s requires values".formatted(operator), "write values");
        } else if ((operator.equals("Exists") || operator.equals("DoesNotExist")) && some) {
            exclusive(values, "values beside operator " + operator, "remove values");
        }
    }

    private void claim(Value spec) {
        if (spec.field("accessModes").items().isEmpty()) {
            missing(
                    spec.field("accessModes"),
                    "a claim requires at least one of accessModes",
                    "accessModes: [ReadWriteOnce]");
        }
        if (!spec.at("resources.requests.storage").exists()) {
            missing(
                    spec.at("resources.requests.storage"),
                    "a claim requires resources.requests.storage",
                    "add resources.requests.storage");
        }
    }

    private void secret(Value root) {
        dataKeys(root.field("data"));
        dataKeys(root.field("stringData"));
        List<String> needed = switch (root.field("type").text()) {
            case "kubernetes.io/tls" -> List.of("tls.crt", "tls.key");
            case "kubernetes.io/dockerconfigjson" -> List.of(".dockerconfigjson");
            case "kubernetes.io/dockercfg" -> List.of(".dockercfg");
            case "kubernetes.io/ssh-auth" -> List.of("ssh-privatekey");
            default -> List.of();
        };
        for (String key : needed) {
            Value data = root.field("data").field(key);
            boolean isThere = data.exists()
                    || (key.startsWith("tls.")
                            && data.is(ValueKind.NULL)) // for these, the server requires the key only
                    || root.field("stringData").field(key).exists();
            if (!isThere) {
                missing(
                        root.field("data").field(key),
                        "a Secret of type %s requires data of key %s"
                                .formatted(root.field("type").text(), key),
                        "write it, or another type");
            }
        }
    }

    private void dataKeys(Value data) {
        for (Value each : data.fields()) {
            if (!DATA_KEY.matcher(each.key()).matches() || each.key().length() > MAX_NAME) {
                invalid(
                        each,
                        "key %s (expected: at most %d letters, digits, '-', '_' and '.')"
                                .formatted(each.key(), MAX_NAME),
                        "write a key that Kubernetes accepts");
            }
        }
    }

    /** Checks the name of a container's port, or a reference to it. */
    private void portName(Value name) {
        if (!name.is(ValueKind.STRING)) {
            return;
        }
        boolean simple = PORT_NAME.matcher(name.text()).matches()
                && name.text().chars().anyMatch(each -> each >= 'a' && each <= 'z');
        // A name of digits alone is reported as a wrong type.
        boolean digits = name.text().chars().noneMatch(Character::isLetter);
        if (!digits && (!simple || name.text().length() > MAX_PORT_NAME)) {
            invalid(
                    name,
                    "port name %s, %d characters (expected: at most %d small letters, digits and single '-')"
                            .formatted(name.text(), name.text().length(), MAX_PORT_NAME),
                    "write a shorter or simpler name");
        }
    }

    private void exactlyOne(Value object, List<String> fields, String what) {
        if (fields.stream().noneMatch(each -> object.field(each).exists())) {
            missing(
                    object.field(fields.get(0)),
                    "%s requires a %s: one of %s".formatted(object.key(), what, String.join(", ", fields)),
                    "write one of them");
        } else {
            atMostOne(object, fields);
        }
    }

    private void atMostOne(Value object, List<String> fields) {
        List<Value> there = fields.stream()
                .map(object::field)
                .filter(Value::exists)
                .filter(each -> !(each.is(ValueKind.STRING) && each.text().isEmpty()))
                .toList();
        if (there.size() > 1) {
            String names =
                    String.join(" and ", there.stream().map(Refusals::shown).toList());
            exclusive(there.get(0), names, "remove %s".formatted(there.get(0).key()));
        }
    }

    private static String shown(Value value) {
        boolean number = value.is(ValueKind.INTEGER) || value.percent().isPresent();
        return number ? value.key() + " " + value.text() : value.key();
    }

    private void requires(Value object, String field) {
        if (!object.field(field).exists()) {
            missing(object.field(field), "%s requires %s".formatted(manifest.kind(), field), "write " + field);
        }
    }

    private static boolean filled(Value value) {
        return value.exists() && !(value.is(ValueKind.STRING) && value.text().isEmpty());
    }

    private void missing(Value place, String numbers, String fix) {
        findings.add(StrictRules.MISSING_FIELD.finding(manifest, place, numbers, fix));
    }

    private void exclusive(Value place, String numbers, String fix) {
        findings.add(StrictRules.EXCLUSIVE_FIELDS.finding(manifest, place, numbers, fix));
    }

    /** Whether Flux, envsubst, a template or a pipeline fills in the value; the first such value is reported in a note. */
    boolean isUnrendered(Value value) {
        if (!value.is(ValueKind.STRING) || !UNRENDERED.matcher(value.text()).find()) {
            return false;
        }
        if (!isUnrenderedNoted) {
            isUnrenderedNoted = true;
            findings.add(StrictRules.UNRENDERED_VALUE.finding(
                    manifest, value, "%s: %s".formatted(value.key(), value.written()), "lint the rendered manifests"));
        }
        return true;
    }

    private void invalid(Value place, String numbers, String fix) {
        if (isUnrendered(place)) {
            return;
        }
        findings.add(StrictRules.INVALID_VALUE.finding(manifest, place, numbers, fix));
    }
}
