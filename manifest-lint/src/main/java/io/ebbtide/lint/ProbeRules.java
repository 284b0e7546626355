package io.ebbtide.lint;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/** Rules about probes. */
final class ProbeRules {
    private static final String CONTEXT = "(?:/[\\w.~-]+)*";
    /** Paths that, by their framework's definition, report only that the process is alive. */
    static final Pattern LIVENESS_PATH =
            Pattern.compile(CONTEXT + "(/health/live|/livez|/live|/healthz/live|/health/liveness)/?");
    /**
     * Paths that, by their framework's definition, check dependencies, too: of Kubernetes' own servers and Ebbtide, Spring Boot,
     * Quarkus, Micronaut and Helidon, with or without a context path before them.
     */
    private static final Pattern DEPENDENCY_PATH = Pattern.compile(
            CONTEXT
                    + "(/health/ready|/readyz|/ready|/healthz/ready|/health/readiness|/actuator/health|/q/health|/observe/health)/?");
    /** Ebbtide's own paths that report more than the process: all checks, or a group of them. */
    private static final Pattern GROUP_PATH = Pattern.compile("/health(/(?!live/?$|startup/?$).*)?");

    private ProbeRules() {}

    static List<Rule> all() {
        return List.of(
                new Rule(
                        "startup-on-liveness",
                        Severity.NOTE,
                        "The startup probe asks the liveness path.",
                        "A path that only says that the process is alive answers as soon as the server listens: the startup probe "
                                + "passes then, whatever of the start is still to come, and a start that hangs is never ended. Where the "
                                + "answer comes after the start only, as Kubernetes' own documentation has it, nothing is wrong.",
                        "startupProbe's path and port /= livenessProbe's, where by its framework's definition it says nothing of the start",
                        "Ask a path that says whether the start is over: /health/startup.",
                        ProbeRules::startupOnLiveness),
                new Rule(
                        "superfluous-initial-delay",
                        Severity.NOTE,
                        "An initial delay stands beside a startup probe.",
                        "The kubelet counts the delay from the container's start (prober/worker.go), and runs neither of the other two "
                                + "before the startup probe has passed. A delay that is over by then does nothing; a longer one keeps a pod "
                                + "that is ready out of rotation, at each start and each step of a rollout.",
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
                        Severity.NOTE,
                        "A probe asks a port that its container does not declare.",
                        "It works if the process listens there: the list of ports informs, and closes nothing. Sometimes it is the port "
                                + "of yesterday.",
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
                        ProbeRules::timeoutBeyondPeriod),
                new Rule(
                        "probe-twice-the-same",
                        Severity.NOTE,
                        "Liveness and readiness ask the same, and liveness is no slower.",
                        "A pod that cannot serve for a moment is restarted when it should only be out of rotation. Kubernetes' own "
                                + "documentation has the same path for both with more failures allowed for liveness.",
                        "livenessProbe's period x failures > readinessProbe's, where both ask the same path and port",
                        "Ask different paths, or raise livenessProbe's failureThreshold.",
                        ProbeRules::twiceTheSame),
                new Rule(
                        "probe-grace-below-drain",
                        Severity.WARNING,
                        "After a failed probe the process gets less time than it needs to drain.",
                        "terminationGracePeriodSeconds of a liveness or startup probe takes the place of the pod's when that probe ends "
                                + "the container: what is in flight then is cut by SIGKILL.",
                        "the probe's terminationGracePeriodSeconds >= drain + stop",
                        "Take it out of the probe, so that the pod's holds, or raise it.",
                        ProbeRules::graceBelowDrain));
    }

    private static void startupOnLiveness(World world, Rule.Found found) {
        for (Probe probe : world.probes()) {
            Probe liveness = probe.sibling(Probe.LIVENESS);
            if (probe.is(Probe.STARTUP)
                    && !probe.pathText().isEmpty()
                    && !probe.pathText().equals("/")
                    && LIVENESS_PATH.matcher(probe.pathText()).matches()
                    && !probe.pathText()
                            .endsWith("/livez") // of Kubernetes' own servers, which checks that they have started
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
        for (Probe probe : world.probes()) {
            if (!probe.is(Probe.STARTUP)
                    && probe.initialDelay() > 0
                    && probe.sibling(Probe.STARTUP).value().exists()) {
                found.at(
                        probe.workload().manifest(),
                        probe.value().field("initialDelaySeconds"),
                        "%s does not run for %d s from the container's start; the startup probe ends by itself when the start is over"
                                .formatted(probe.kind(), probe.initialDelay()),
                        "take initialDelaySeconds: %d out".formatted(probe.initialDelay()));
            }
        }
    }

    private static void livenessWithDependency(World world, Rule.Found found) {
        for (Probe probe : world.probes()) {
            boolean ours = probe.workload().ebbtides().contains(probe.container());
            if (probe.is(Probe.LIVENESS)
                    && (DEPENDENCY_PATH.matcher(probe.asked()).matches()
                            || (ours && GROUP_PATH.matcher(probe.asked()).matches()))) {
                found.at(
                        probe.workload().manifest(),
                        probe.askedPlace(),
                        "livenessProbe asks %s; %d failures, %d s apart, and the container restarts"
                                .formatted(probe.asked(), probe.failures(), probe.period()),
                        "path: /health/live");
            }
        }
    }

    private static void readinessOnLiveness(World world, Rule.Found found) {
        for (Probe probe : world.probes()) {
            if (probe.is(Probe.READINESS)
                    && !probe.workload().isJob()
                    && LIVENESS_PATH.matcher(probe.asked()).matches()) {
                found.at(
                        probe.workload().manifest(),
                        probe.askedPlace(),
                        "readinessProbe asks " + probe.asked(),
                        "path: /health/ready");
            }
        }
    }

    private static void missingReadiness(World world, Rule.Found found) {
        for (Workload workload : world.workloads()) {
            boolean has = workload.lasting().stream()
                    .anyMatch(each -> each.field(Probe.READINESS).exists());
            if (world.serves(workload) && !has && !workload.idles()) {
                found.at(
                        workload.manifest(),
                        workload.podSpec().field("containers"),
                        "no readinessProbe on any of %d container(s), behind Service %s"
                                .formatted(
                                        workload.lasting().size(),
                                        world.servicesOf(workload).get(0).name()),
                        "readinessProbe: {httpGet: {path: /health/ready, port: ...}}, or tcpSocket or exec where nothing speaks HTTP");
            }
        }
    }

    private static void portUnknown(World world, Rule.Found found) {
        for (Probe probe : world.probes()) {
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
        for (Probe probe : world.probes()) {
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
        for (Probe probe : world.probes()) {
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

    private static void twiceTheSame(World world, Rule.Found found) {
        for (Probe probe : world.probes()) {
            Probe readiness = probe.sibling(Probe.READINESS);
            if (probe.is(Probe.LIVENESS)
                    && !probe.pathText().isEmpty()
                    && !probe.workload().isJob()
                    && probe.pathText().equals(readiness.pathText())
                    && !LIVENESS_PATH.matcher(readiness.asked()).matches() // readiness-on-liveness reports more
                    && probe.portNumber().equals(readiness.portNumber())
                    && probe.failures() * probe.period() <= readiness.failures() * readiness.period()) {
                found.at(
                        probe.workload().manifest(),
                        probe.path(),
                        "both ask %s on port %s; liveness %d x %d s <= readiness %d x %d s"
                                .formatted(
                                        probe.pathText(),
                                        probe.port().text(),
                                        probe.failures(),
                                        probe.period(),
                                        readiness.failures(),
                                        readiness.period()),
                        "failureThreshold: %d for liveness, or another path".formatted(2 * readiness.failures()));
            }
        }
    }

    private static void graceBelowDrain(World world, Rule.Found found) {
        for (Probe probe : world.probes()) {
            Value grace = probe.value().field("terminationGracePeriodSeconds");
            for (Timing timing : world.timingsOf(probe.workload())) {
                Sourced<Duration> drain = timing.drain();
                if (!grace.exists() || drain == null || !timing.container().equals(probe.container())) {
                    continue;
                }
                Sourced<Duration> stop = timing.stop();
                Duration needed = stop == null ? drain.value() : drain.value().plus(stop.value());
                if (Duration.ofSeconds(grace.integerOr(Long.MAX_VALUE / 1_000)).compareTo(needed) < 0) {
                    found.at(
                            probe.workload().manifest(),
                            grace,
                            "%s s of %s < drain %s%s"
                                    .formatted(
                                            grace.text(),
                                            probe.kind(),
                                            Timing.text(drain),
                                            stop == null ? "" : " + stop " + Timing.text(stop)),
                            "take terminationGracePeriodSeconds out of " + probe.kind());
                }
            }
        }
    }

    private static void timeoutBeyondPeriod(World world, Rule.Found found) {
        for (Probe probe : world.probes()) {
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
