package io.ebbtide.lint.rule;

import io.ebbtide.Settings;
import io.ebbtide.budget.Orchestrator;
import io.ebbtide.internal.Durations;
import io.ebbtide.lint.finding.Severity;
import io.ebbtide.lint.model.DeclaredNumbers;
import io.ebbtide.lint.model.Sourced;
import io.ebbtide.lint.model.Timing;
import io.ebbtide.lint.model.Workload;
import io.ebbtide.lint.model.World;
import io.ebbtide.lint.read.Value;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Rules about the time from deletion to the kill. */
final class TerminationRules {
    /** The platform gives no bound, from under a second to more than a minute: a small, healthy cluster stays below this value. */
    private static final Sourced<Duration> PROPAGATION =
            Sourced.of(Duration.ofSeconds(5), "assumed, as lint.ebbtide.io/propagation is not set");

    private TerminationRules() {}

    static List<Rule> all() {
        return List.of(
                new Rule(
                        "grace-below-sum",
                        Severity.ERROR,
                        "The grace is shorter than the sum of the phases that it must contain.",
                        "At the end of the grace the kubelet sends SIGKILL: the work that is still in flight is lost without a "
                                + "report. The preStop hook runs inside the grace, not before it.",
                        "grace >= preStop + lameDuck + drain + stop + margin (margin: 10 % of the grace, at least 1 s)",
                        "Raise terminationGracePeriodSeconds together with EBBTIDE_GRACE, or shorten one of the phases.",
                        TerminationRules::graceBelowSum),
                new Rule(
                        "grace-mismatch",
                        Severity.ERROR,
                        "The process assumes a longer grace than the platform gives.",
                        "The process divides EBBTIDE_GRACE among its phases, but the kubelet kills it after "
                                + "terminationGracePeriodSeconds. The work that was planned for the time in between is lost.",
                        "EBBTIDE_GRACE <= terminationGracePeriodSeconds",
                        "Set both to the same number.",
                        TerminationRules::graceMismatch),
                new Rule(
                        "grace-unused",
                        Severity.WARNING,
                        "The process assumes a shorter grace than the platform gives.",
                        "The process divides EBBTIDE_GRACE (default 30 s) among its phases and aborts the work that is still in "
                                + "flight when that time is over, although the platform would wait longer.",
                        "EBBTIDE_GRACE >= terminationGracePeriodSeconds",
                        "Set both to the same number.",
                        TerminationRules::graceUnused),
                new Rule(
                        "no-wait-for-endpoints",
                        Severity.WARNING,
                        "The pod stops serving before endpoints and balancers can have removed it.",
                        "The deletion starts the removal of the endpoint and sends SIGTERM at the same time. For a second to a "
                                + "minute, new requests still arrive at a process that has closed its port, and they fail.",
                        "preStop + lameDuck >= endpoint propagation (5 s, or the value of lint.ebbtide.io/propagation), for a "
                                + "workload behind a Service where another pod can take the requests: not for one replica of a "
                                + "StatefulSet, nor with Recreate",
                        "Use a process that continues to serve after the signal (Ebbtide does), or add a preStop sleep. If the "
                                + "process already waits, declare it: lint.ebbtide.io/lame-duck.",
                        TerminationRules::noWait),
                new Rule(
                        "pre-stop-and-lame-duck",
                        Severity.WARNING,
                        "Both preStop and the process wait for the removal of the endpoint.",
                        "One wait is enough. The second one uses grace that the drain needs, and makes every rollout longer.",
                        "preStop = 0 or lameDuck = 0",
                        "Remove the preStop hook: the process detects when traffic has stopped, a sleep does not. Or set "
                                + "EBBTIDE_LAME_DUCK_POLICY=none.",
                        TerminationRules::bothWait),
                new Rule(
                        "pre-stop-untold",
                        Severity.ERROR,
                        "EBBTIDE_PRE_STOP differs from the duration of the preStop hook.",
                        "The process measures its time from SIGTERM, the kubelet from the deletion. The duration of preStop is "
                                + "therefore missing at the end, when components stop.",
                        "EBBTIDE_PRE_STOP = preStop",
                        "Set EBBTIDE_PRE_STOP to the duration of the preStop hook.",
                        TerminationRules::preStopMismatch),
                new Rule(
                        "mesh-sidecar-leaves-first",
                        Severity.WARNING,
                        "The sidecar of the mesh stops before the service has finished.",
                        "Istio's classic sidecar also receives SIGTERM at the deletion, and stops after terminationDrainDuration, "
                                + "5 s by default. After that the service has no network: neither answers nor database connections "
                                + "get through. Since Istio 1.27 the injected sidecar is a native one, which stops after the "
                                + "service, unless sidecar.istio.io/nativeSidecar is \"false\".",
                        "terminationDrainDuration >= preStop + lameDuck + drain, or a native sidecar",
                        "Use a native sidecar (sidecar.istio.io/nativeSidecar: \"true\"), or raise terminationDrainDuration in "
                                + "proxy.istio.io/config.",
                        MeshSidecar::check));
    }

    private static void graceBelowSum(World world, Rule.Found found) {
        for (Workload workload : world.workloads()) {
            Value place = workload.podSpec().field("terminationGracePeriodSeconds");
            for (Timing timing : world.timingsOf(workload)) {
                if (timing.settings() != null && timing.budget() == null && timing.problem() != null) {
                    found.at(
                            workload.manifest(),
                            place,
                            timing.problem(),
                            "raise terminationGracePeriodSeconds and EBBTIDE_GRACE, or lower a share");
                } else if (timing.settings() == null) {
                    declaredSum(workload, timing, place, found);
                } else {
                    hookBeside(workload, timing, place, found);
                }
            }
        }
    }

    /** Reports, for a process whose own sum fits, a hook of any container that outlasts the grace. */
    private static void hookBeside(Workload workload, Timing timing, Value place, Rule.Found found) {
        Sourced<Duration> longest = timing.longestPreStop();
        Duration margin = Durations.max(timing.grace().value().dividedBy(10), Duration.ofSeconds(1));
        Duration sum = longest.value().plus(margin);
        if (!longest.value().isZero() && sum.compareTo(timing.grace().value()) > 0) {
            found.at(
                    workload.manifest(),
                    place,
                    "preStop %s + margin %s (10 %% of the grace) = %s > %s"
                            .formatted(
                                    Timing.text(longest),
                                    Durations.text(margin),
                                    Durations.text(sum),
                                    Timing.text(timing.grace())),
                    "terminationGracePeriodSeconds: " + needed(longest.value()) + ", or a shorter hook");
        }
    }

    /** The minimum grace, in seconds, that holds this duration and a tenth of itself. */
    private static long needed(Duration before) {
        return Math.max(before.toSeconds() + 1, (long) Math.ceil(before.toMillis() / 900.0));
    }

    /** Without Ebbtide's own numbers, adds the declared durations and the preStop hook. */
    private static void declaredSum(Workload workload, Timing timing, Value place, Rule.Found found) {
        if (timing.problem() != null) {
            return;
        }
        Sourced<Duration> preStop = timing.minPreStop();
        Duration grace = timing.grace().value();
        Duration margin = Durations.max(grace.dividedBy(10), Duration.ofSeconds(1));
        Duration sum = preStop.value().plus(margin);
        var addition = new StringBuilder("preStop " + Timing.text(preStop));
        Map<String, Sourced<Duration>> shares = new LinkedHashMap<>();
        if (timing.lameDuck() != null) {
            shares.put("lameDuck", timing.lameDuck());
        }
        if (timing.drain() != null) {
            shares.put("drain", timing.drain());
        }
        if (timing.stop() != null) {
            shares.put("stop", timing.stop());
        }
        for (Map.Entry<String, Sourced<Duration>> each : shares.entrySet()) {
            sum = sum.plus(each.getValue().value());
            addition.append(" + ").append(each.getKey()).append(' ').append(Timing.text(each.getValue()));
        }
        Sourced<Duration> longest = timing.longestPreStop();
        if (longest.value().plus(margin).compareTo(sum) > 0) { // another container outlasts this sum
            sum = longest.value().plus(margin);
            addition = new StringBuilder("preStop " + Timing.text(longest));
        }
        boolean anything = !longest.value().isZero() || !shares.isEmpty();
        if (anything && sum.compareTo(grace) > 0) {
            Duration before = sum.minus(margin);
            found.at(
                    workload.manifest(),
                    place,
                    "%s + margin %s (10 %% of the grace) = %s > %s"
                            .formatted(
                                    addition, Durations.text(margin), Durations.text(sum), Timing.text(timing.grace())),
                    "terminationGracePeriodSeconds: " + needed(before));
        }
    }

    private static void graceMismatch(World world, Rule.Found found) {
        mismatch(world, found, 1, "the process would be killed %s before it ends by itself");
    }

    private static void graceUnused(World world, Rule.Found found) {
        mismatch(world, found, -1, "%s of the grace are never used");
    }

    private static void mismatch(World world, Rule.Found found, int sign, String meaning) {
        for (Workload workload : world.workloads()) {
            for (Timing timing : world.timingsOf(workload)) {
                mismatch(workload, timing, found, sign, meaning);
            }
        }
    }

    private static void mismatch(Workload workload, Timing timing, Rule.Found found, int sign, String meaning) {
        Settings settings = timing.settings();
        if (settings != null && !timing.hides("EBBTIDE_GRACE")) {
            Duration given = settings.grace();
            boolean set = given != null;
            Duration own = given == null ? Orchestrator.KUBERNETES.defaultGrace() : given;
            Duration platform = timing.grace().value();
            if (Integer.signum(own.compareTo(platform)) == sign) {
                Value container = timing.container();
                found.at(
                        workload.manifest(),
                        Workload.placeOf(container, "EBBTIDE_GRACE"),
                        "EBBTIDE_GRACE %s (%s) %s %s; %s"
                                .formatted(
                                        Durations.text(own),
                                        set ? "set" : "Ebbtide's default under Kubernetes, as it is not set",
                                        sign > 0 ? ">" : "<",
                                        Timing.text(timing.grace()),
                                        meaning.formatted(Durations.text(
                                                own.minus(platform).abs()))),
                        sign > 0
                                ? "terminationGracePeriodSeconds: %d, or EBBTIDE_GRACE: %ds"
                                        .formatted(own.toSeconds(), platform.toSeconds())
                                : "EBBTIDE_GRACE: %ds".formatted(platform.toSeconds()));
            }
        }
    }

    private static void noWait(World world, Rule.Found found) {
        for (Workload workload : world.workloads()) {
            Timing timing = world.timing(workload);
            Duration waits = timing.waits();
            Sourced<Duration> propagation =
                    DeclaredNumbers.duration(workload, "propagation").orElse(PROPAGATION);
            if (world.serves(workload)
                    && !workload.idles()
                    && world.hasSuccessor(workload)
                    && waits != null
                    && waits.compareTo(propagation.value()) < 0) {
                found.at(
                        workload.manifest(),
                        workload.podSpec().field("containers"),
                        "%s = %s < propagation %s, behind Service %s"
                                .formatted(
                                        timing.waitsText(),
                                        waits.isZero() ? "0 s" : Durations.text(waits),
                                        Timing.text(propagation),
                                        world.servicesOf(workload).get(0).name()),
                        timing.settings() == null
                                ? "lifecycle: {preStop: {sleep: {seconds: %d}}}, or a process that continues to serve after SIGTERM"
                                        .formatted(
                                                Math.max(15, propagation.value().toSeconds()))
                                : "EBBTIDE_LAME_DUCK: %ds, with a policy that waits and a grace that holds it"
                                        .formatted(propagation.value().toSeconds()));
            }
        }
    }

    private static void bothWait(World world, Rule.Found found) {
        for (Workload workload : world.workloads()) {
            Timing timing = world.timing(workload);
            if (timing.preStop() != null
                    && timing.lameDuck() != null
                    && !timing.preStop().value().isZero()
                    && !timing.lameDuck().value().isZero()) {
                found.at(
                        workload.manifest(),
                        workload.serving().at("lifecycle.preStop"),
                        "preStop %s + lameDuck %s = %s of waiting"
                                .formatted(
                                        Timing.text(timing.preStop()),
                                        Timing.text(timing.lameDuck()),
                                        Durations.text(timing.preStop()
                                                .value()
                                                .plus(timing.lameDuck().value()))),
                        "remove preStop, or set EBBTIDE_LAME_DUCK_POLICY to none");
            }
        }
    }

    private static void preStopMismatch(World world, Rule.Found found) {
        for (Workload workload : world.workloads()) {
            for (Timing timing : world.timingsOf(workload)) {
                preStopMismatch(workload, timing, found);
            }
        }
    }

    private static void preStopMismatch(Workload workload, Timing timing, Rule.Found found) {
        Settings settings = timing.settings();
        if (settings == null || timing.hides("EBBTIDE_PRE_STOP")) {
            return;
        }
        Duration given = settings.shares().preStop();
        Duration own = given == null ? Duration.ZERO : given;
        Sourced<Duration> real = timing.preStop() == null ? timing.minPreStop() : timing.preStop();
        boolean wrong = timing.preStop() == null
                ? own.compareTo(real.value()) < 0 // it takes at least this long
                : !own.equals(real.value());
        if (wrong) {
            found.at(
                    workload.manifest(),
                    Workload.placeOf(timing.container(), "EBBTIDE_PRE_STOP"),
                    "EBBTIDE_PRE_STOP %s (%s), preStop %s"
                            .formatted(Durations.text(own), given == null ? "not set" : "set", Timing.text(real)),
                    "EBBTIDE_PRE_STOP: %ds".formatted(real.value().toSeconds()));
        }
    }
}
