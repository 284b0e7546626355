package io.ebbtide.lint;

import java.util.List;
import java.util.regex.Pattern;

/** Rules about probes. */
final class ProbeRules {
    /** Paths that by their framework's own definition say only that the process is alive. */
    static final Pattern LIVENESS_PATH =
            Pattern.compile("(/health/live|/livez|/live|/healthz/live|/actuator/health/liveness|/q/health/live)/?");
    /** Paths that by their framework's own definition ask dependencies, too. */
    private static final Pattern DEPENDENCY_PATH = Pattern.compile(
            "(/health/ready|/readyz|/ready|/healthz/ready|/actuator/health|/actuator/health/readiness|/q/health|/q/health/ready)/?");

    private ProbeRules() {}

    static List<Rule> all() {
        return List.of(
                new Rule(
                        "startup-on-liveness",
                        Severity.WARNING,
                        "The startup probe asks the liveness path.",
                        "A process is alive long before it has started. The startup probe passes at once, and the time that it "
                                + "grants for the start is not granted.",
                        "startupProbe's path and port /= livenessProbe's",
                        "Ask a path that says whether the start is over: /health/startup.",
                        ProbeRules::startupOnLiveness),
                new Rule(
                        "superfluous-initial-delay",
                        Severity.WARNING,
                        "An initial delay stands beside a startup probe.",
                        "While the startup probe has not passed, the other two do not run; after it, a delay only keeps a pod that is "
                                + "ready out of rotation, at each start and each step of a rollout.",
                        "initialDelaySeconds = 0 where a startupProbe is",
                        "Take initialDelaySeconds out.",
                        ProbeRules::superfluousDelay),
                new Rule(
                        "liveness-with-dependency",
                        Severity.WARNING,
                        "The liveness probe asks a path that depends on others.",
                        "When the database fails, all replicas are restarted, again and again, and come back slower than it does.",
                        "livenessProbe's path is none that answers for readiness or for dependencies",
                        "Ask a path that says only whether the process is alive: /health/live.",
                        ProbeRules::livenessWithDependency),
                new Rule(
                        "readiness-on-liveness",
                        Severity.ERROR,
                        "The readiness probe asks the liveness path.",
                        "It never fails while the process lives: a pod that drains or has lost its database stays in rotation.",
                        "readinessProbe's path is no liveness path",
                        "Ask a path that turns with readiness: /health/ready.",
                        ProbeRules::readinessOnLiveness),
                new Rule(
                        "missing-readiness",
                        Severity.WARNING,
                        "A workload behind a Service has no readiness probe.",
                        "Each pod gets requests from the moment its container runs, before the process listens; each rollout fails "
                                + "some.",
                        "a readinessProbe on at least one container",
                        "Add one.",
                        ProbeRules::missingReadiness),
                new Rule(
                        "probe-port-unknown",
                        Severity.ERROR,
                        "A probe names a port that its container does not declare.",
                        "The kubelet cannot resolve the name; the probe fails for ever.",
                        "the name is in the container's ports",
                        "Declare the port, or correct the name.",
                        ProbeRules::portUnknown),
                new Rule(
                        "probe-port-undeclared",
                        Severity.WARNING,
                        "A probe asks a port that its container does not declare.",
                        "It works if the process listens there. Mostly it is the port of yesterday.",
                        "the number is among the container's ports, if it declares any",
                        "Declare the port, or correct the number.",
                        ProbeRules::portUndeclared),
                new Rule(
                        "probe-path-unknown",
                        Severity.ERROR,
                        "A probe asks the management port for a path that is not there.",
                        "Ebbtide's management server answers probes below /health; elsewhere it says 404, and the probe fails for ever.",
                        "the path on EBBTIDE_MANAGEMENT_PORT begins with /health",
                        "/health/startup, /health/live or /health/ready.",
                        ProbeRules::pathUnknown),
                new Rule(
                        "probe-timeout-beyond-period",
                        Severity.WARNING,
                        "A probe's timeout is longer than its period.",
                        "The next one waits for the last: a hung process is found later than period x failures says.",
                        "timeoutSeconds <= periodSeconds",
                        "Lower timeoutSeconds.",
                        ProbeRules::timeoutBeyondPeriod));
    }

    private static void startupOnLiveness(World world, Rule.Found found) {
        for (Probe probe : Probe.allIn(world)) {
            Probe liveness = probe.sibling(Probe.LIVENESS);
            if (probe.is(Probe.STARTUP)
                    && !probe.pathText().isEmpty()
                    && !probe.pathText().equals("/")
                    && probe.pathText().equals(liveness.pathText())
                    && probe.portNumber().equals(liveness.portNumber())) {
                found.at(
                        probe.workload().manifest(),
                        probe.path(),
                        "both ask %s on port %s; %d x %d s for the start are granted in vain"
                                .formatted(probe.pathText(), probe.port().text(), probe.failures(), probe.period()),
                        "path: /health/startup, or whatever says that the start is over");
            }
        }
    }

    private static void superfluousDelay(World world, Rule.Found found) {
        for (Probe probe : Probe.allIn(world)) {
            if (!probe.is(Probe.STARTUP)
                    && probe.initialDelay() > 0
                    && probe.sibling(Probe.STARTUP).value().exists()) {
                found.at(
                        probe.workload().manifest(),
                        probe.value().field("initialDelaySeconds"),
                        "%s waits %d s more after the startup probe has passed"
                                .formatted(probe.kind(), probe.initialDelay()),
                        "take initialDelaySeconds: %d out".formatted(probe.initialDelay()));
            }
        }
    }

    private static void livenessWithDependency(World world, Rule.Found found) {
        for (Probe probe : Probe.allIn(world)) {
            if (probe.is(Probe.LIVENESS)
                    && DEPENDENCY_PATH.matcher(probe.pathText()).matches()) {
                found.at(
                        probe.workload().manifest(),
                        probe.path(),
                        "livenessProbe asks %s; %d failures, %d s apart, and the container restarts"
                                .formatted(probe.pathText(), probe.failures(), probe.period()),
                        "path: /health/live");
            }
        }
    }

    private static void readinessOnLiveness(World world, Rule.Found found) {
        for (Probe probe : Probe.allIn(world)) {
            if (probe.is(Probe.READINESS)
                    && !probe.workload().isJob()
                    && LIVENESS_PATH.matcher(probe.pathText()).matches()) {
                found.at(
                        probe.workload().manifest(),
                        probe.path(),
                        "readinessProbe asks " + probe.pathText(),
                        "path: /health/ready");
            }
        }
    }

    private static void missingReadiness(World world, Rule.Found found) {
        for (Workload workload : world.workloads()) {
            boolean has = workload.lasting().stream()
                    .anyMatch(each -> each.field(Probe.READINESS).exists());
            if (world.serves(workload) && !has) {
                found.at(
                        workload.manifest(),
                        workload.podSpec().field("containers"),
                        "no readinessProbe on any of %d container(s), behind Service %s"
                                .formatted(
                                        workload.lasting().size(),
                                        world.servicesOf(workload).get(0).name()),
                        "readinessProbe: {httpGet: {path: /health/ready, port: ...}}");
            }
        }
    }

    private static void portUnknown(World world, Rule.Found found) {
        for (Probe probe : Probe.allIn(world)) {
            if (probe.port().exists() && probe.portNumber().isEmpty()) {
                found.at(
                        probe.workload().manifest(),
                        probe.port(),
                        "%s asks port '%s', container %s declares %s"
                                .formatted(
                                        probe.kind(),
                                        probe.port().text(),
                                        probe.container().field("name").text(),
                                        declared(probe.container())),
                        "ports: [{name: %s, containerPort: ...}]"
                                .formatted(probe.port().text()));
            }
        }
    }

    private static void portUndeclared(World world, Rule.Found found) {
        for (Probe probe : Probe.allIn(world)) {
            List<Value> ports = probe.container().field("ports").items();
            if (probe.port().integer().isPresent()
                    && !ports.isEmpty()
                    && ports.stream()
                            .noneMatch(each -> each.field("containerPort")
                                    .integer()
                                    .equals(probe.port().integer()))) {
                found.at(
                        probe.workload().manifest(),
                        probe.port(),
                        "%s asks port %s, container %s declares %s"
                                .formatted(
                                        probe.kind(),
                                        probe.port().text(),
                                        probe.container().field("name").text(),
                                        declared(probe.container())),
                        "ports: [{containerPort: %s}], or the right number"
                                .formatted(probe.port().text()));
            }
        }
    }

    static String declared(Value container) {
        List<String> ports = container.field("ports").items().stream()
                .map(each -> each.field("containerPort").text()
                        + (each.field("name").exists()
                                ? " (" + each.field("name").text() + ")"
                                : ""))
                .toList();
        return ports.isEmpty() ? "none" : String.join(", ", ports);
    }

    private static void pathUnknown(World world, Rule.Found found) {
        for (Probe probe : Probe.allIn(world)) {
            String port = probe.workload().environment(probe.container()).getOrDefault("EBBTIDE_MANAGEMENT_PORT", "");
            String path = probe.pathText();
            if (!port.isEmpty()
                    && probe.portNumber().isPresent()
                    && port.strip().equals(Long.toString(probe.portNumber().getAsLong()))
                    && !path.isEmpty()
                    && !path.equals("/health")
                    && !path.startsWith("/health/")) {
                found.at(
                        probe.workload().manifest(),
                        probe.path(),
                        "%s asks %s on port %s, which is EBBTIDE_MANAGEMENT_PORT".formatted(probe.kind(), path, port),
                        "path: "
                                + (probe.is(Probe.STARTUP)
                                        ? "/health/startup"
                                        : probe.is(Probe.LIVENESS) ? "/health/live" : "/health/ready"));
            }
        }
    }

    private static void timeoutBeyondPeriod(World world, Rule.Found found) {
        for (Probe probe : Probe.allIn(world)) {
            if (probe.timeout() > probe.period()) {
                found.at(
                        probe.workload().manifest(),
                        probe.value().field("timeoutSeconds"),
                        "timeoutSeconds %d > periodSeconds %s"
                                .formatted(probe.timeout(), probe.text("periodSeconds", probe.period())),
                        "timeoutSeconds: " + probe.period());
            }
        }
    }
}
