package io.ebbtide.lint.rule;

import io.ebbtide.lint.finding.Severity;
import io.ebbtide.lint.model.Probe;
import io.ebbtide.lint.model.Sourced;
import io.ebbtide.lint.model.Timing;
import io.ebbtide.lint.model.Workload;
import io.ebbtide.lint.model.World;
import io.ebbtide.lint.read.Value;
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
                        "The startup probe requests the liveness path.",
                        "A path that only shows that the process is alive answers as soon as the server listens. The startup probe "
                                + "then passes before the start is complete, and a start that hangs is never ended. If the path "
                                + "answers only after the start, as in Kubernetes' own documentation, the manifest is correct.",
                        "startupProbe's path or port differs from livenessProbe's, where by its framework's definition the path does not "
                                + "reflect the start",
                        "Request a path that shows whether the start is complete: /health/startup.",
                        ProbeRules::startupOnLiveness),
                new Rule(
                        "superfluous-initial-delay",
                        Severity.NOTE,
                        "A probe has an initial delay although the container has a startup probe.",
                        "The kubelet counts the delay from the start of the container (prober/worker.go), and runs the other "
                                + "probes only after the startup probe has passed. A delay that ends before that has no effect; a "
                                + "longer delay keeps a ready pod out of rotation at each start and in each step of a rollout.",
                        "initialDelaySeconds = 0 where a startupProbe is set",
                        "Remove initialDelaySeconds.",
                        ProbeRules::superfluousDelay),
                new Rule(
                        "liveness-with-dependency",
                        Severity.WARNING,
                        "The liveness probe requests a path that depends on other systems.",
                        "When the database fails, the kubelet restarts all replicas repeatedly, and they recover later than the "
                                + "database.",
                        "livenessProbe's path is not one for readiness or for dependencies",
                        "Request a path that shows only whether the process is alive: /health/live.",
                        ProbeRules::livenessWithDependency),
                new Rule(
                        "readiness-on-liveness",
                        Severity.ERROR,
                        "The readiness probe requests the liveness path.",
                        "The liveness path does not fail while the process lives: a pod that drains or has lost its database stays "
                                + "in rotation.",
                        "readinessProbe's path is not a liveness path",
                        "Request a path that reflects readiness: /health/ready.",
                        ProbeRules::readinessOnLiveness),
                new Rule(
                        "missing-readiness",
                        Severity.WARNING,
                        "A workload behind a Service has no readiness probe.",
                        "Each pod receives requests as soon as its container runs, before the process listens, so some requests "
                                + "fail in each rollout.",
                        "a readinessProbe on at least one container, or on the sidecar that Dapr adds for an app-port",
                        "Add a readinessProbe.",
                        ProbeRules::missingReadiness),
                new Rule(
                        "probe-port-unknown",
                        Severity.ERROR,
                        "A probe names a port that its container does not declare.",
                        "The kubelet cannot resolve the name, so the probe always fails.",
                        "the name is in the container's ports",
                        "Declare the port, or correct the name.",
                        ProbeRules::portUnknown),
                new Rule(
                        "probe-port-undeclared",
                        Severity.NOTE,
                        "A probe uses a port number that its container does not declare.",
                        "The list of ports is informative and closes nothing: the probe passes if the process listens on the port. "
                                + "But another probe of the container uses a declared port, so one of the two numbers may be "
                                + "outdated.",
                        "the number is among the container's ports, or in its command, variables or ConfigMaps, or no probe of the "
                                + "container uses a declared port",
                        "Declare the port, or correct the number.",
                        ProbeRules::portUndeclared),
                new Rule(
                        "probe-path-unknown",
                        Severity.ERROR,
                        "A probe requests a path that the management port does not have.",
                        "Ebbtide's management server answers probes below /health; every other path returns 404, so the probe "
                                + "always fails.",
                        "the path on EBBTIDE_MANAGEMENT_PORT begins with /health",
                        "Request /health/startup, /health/live or /health/ready.",
                        ProbeRules::pathUnknown),
                new Rule(
                        "probe-timeout-beyond-period",
                        Severity.WARNING,
                        "A probe's timeout is longer than its period.",
                        "The next run waits until the previous one has timed out, so a hung process is detected later than after "
                                + "period x failures.",
                        "timeoutSeconds <= periodSeconds",
                        "Lower timeoutSeconds.",
                        ProbeRules::timeoutBeyondPeriod),
                new Rule(
                        "probe-twice-the-same",
                        Severity.NOTE,
                        "Liveness and readiness request the same path, and liveness fails no later than readiness.",
                        "A pod that cannot serve for a moment is restarted, although it should only be taken out of rotation. "
                                + "Kubernetes' own documentation uses one path for both, with more failures allowed for liveness.",
                        "livenessProbe's period x failures > readinessProbe's, where both request the same path and port",
                        "Request different paths, or raise livenessProbe's failureThreshold.",
                        ProbeRules::twiceTheSame),
                new Rule(
                        "probe-grace-below-drain",
                        Severity.WARNING,
                        "After a failed probe the process gets less time than its drain needs.",
                        "When a liveness or startup probe ends the container, the probe's terminationGracePeriodSeconds replaces "
                                + "that of the pod. SIGKILL then aborts the work that is still in flight.",
                        "the probe's terminationGracePeriodSeconds >= drain + stop",
                        "Remove it from the probe, so that the pod's value applies, or raise it.",
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
                        "both ask %s on port %s; %d x %d s for the start have no effect"
                                .formatted(probe.pathText(), probe.port().text(), probe.failures(), probe.period()),
                        "path: /health/startup, or another path that shows that the start is complete");
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
                        "%s does not run for %d s from the container's start; the startup probe already waits until the start is complete"
                                .formatted(probe.kind(), probe.initialDelay()),
                        "remove initialDelaySeconds: %d".formatted(probe.initialDelay()));
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
                        "livenessProbe asks %s; %d failures, %d s apart, restart the container"
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
            if (world.serves(workload) && !has && !workload.idles() && !workload.isAwaitedByDapr()) {
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
            if (probe.port().integer().isPresent()
                    && !declares(probe)
                    && probe.siblings().anyMatch(ProbeRules::declares)
                    && !probe.workload()
                            .mentions(probe.container(), probe.port().text())) {
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

    /** Whether the container declares the port that this probe asks. */
    private static boolean declares(Probe probe) {
        return probe.portNumber().isPresent()
                && probe.container().field("ports").items().stream()
                        .anyMatch(each -> each.field("containerPort").integer().equals(probe.portNumber()));
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
                            "remove terminationGracePeriodSeconds from " + probe.kind());
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
