package io.ebbtide.lint;

import io.ebbtide.Settings;
import io.ebbtide.internal.Durations;
import io.ebbtide.lifecycle.Orchestrator;
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
                        "The grace is shorter than what has to happen in it.",
                        "At the end of the grace comes SIGKILL: whatever is still in flight is lost, and nobody reports it. The "
                                + "preStop hook runs inside the grace, not before it.",
                        "grace >= preStop + lameDuck + drain + stop + margin (margin: 10 % of the grace, at least 1 s)",
                        "Raise terminationGracePeriodSeconds, and EBBTIDE_GRACE with it, or lower a share.",
                        TerminationRules::graceBelowSum),
                new Rule(
                        "grace-mismatch",
                        Severity.ERROR,
                        "The process believes that it has more time than the platform gives.",
                        "The process shares out EBBTIDE_GRACE; the kubelet kills after terminationGracePeriodSeconds. What was "
                                + "planned for the time between is lost.",
                        "EBBTIDE_GRACE <= terminationGracePeriodSeconds",
                        "Write the same number in both places.",
                        TerminationRules::graceMismatch),
                new Rule(
                        "grace-unused",
                        Severity.WARNING,
                        "The process does not know how much time the platform gives.",
                        "The process shares out EBBTIDE_GRACE, 30 s unless it is set, and cuts what is still in flight when that "
                                + "is over, although the platform would wait longer.",
                        "EBBTIDE_GRACE >= terminationGracePeriodSeconds",
                        "Write the same number in both places.",
                        TerminationRules::graceUnused),
                new Rule(
                        "no-wait-for-endpoints",
                        Severity.WARNING,
                        "The pod stops serving before endpoints and balancers can have learnt that it leaves.",
                        "Deletion starts the removal of the endpoint and SIGTERM at the same time. For a second, or a minute, new "
                                + "requests still come to a process that has closed its port: they fail.",
                        "preStop + lameDuck >= endpoint propagation (5 s, or what lint.ebbtide.io/propagation says), for a workload behind a "
                                + "Service",
                        "Let the process serve on after the signal (Ebbtide does), or add a preStop sleep; if the process does "
                                + "wait, say so: lint.ebbtide.io/lame-duck.",
                        TerminationRules::noWait),
                new Rule(
                        "pre-stop-and-lame-duck",
                        Severity.WARNING,
                        "Both preStop and the process wait for the same thing.",
                        "The wait belongs in one of the two. Twice, it uses up the grace that the drain needs, and makes every "
                                + "rollout longer.",
                        "preStop = 0 or lameDuck = 0",
                        "Take the preStop out: the process knows when traffic has stopped, a sleep does not. Or set "
                                + "EBBTIDE_LAME_DUCK_POLICY=none.",
                        TerminationRules::bothWait),
                new Rule(
                        "pre-stop-untold",
                        Severity.ERROR,
                        "The process does not know how long preStop takes.",
                        "Its clock starts at SIGTERM, the kubelet's at the deletion. What preStop takes is missing at the end, when "
                                + "components stop.",
                        "EBBTIDE_PRE_STOP = preStop",
                        "Set EBBTIDE_PRE_STOP to what preStop takes.",
                        TerminationRules::preStopUntold),
                new Rule(
                        "mesh-sidecar-leaves-first",
                        Severity.WARNING,
                        "The mesh's sidecar stops before the service has finished.",
                        "Istio's classic sidecar gets SIGTERM at the deletion, too, and closes after terminationDrainDuration, 5 s "
                                + "by default. From then on the service has no network: neither answers nor the database get through. "
                                + "Since Istio 1.27 the sidecar that is injected is a native one, which stops after the service, unless "
                                + "sidecar.istio.io/nativeSidecar is \"false\".",
                        "terminationDrainDuration >= preStop + lameDuck + drain, or a native sidecar",
                        "Make it a native sidecar (sidecar.istio.io/nativeSidecar: \"true\"), or raise terminationDrainDuration in "
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
        Sourced<Duration> preStop = timing.leastPreStop();
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
        mismatch(world, found, 1, "the process would be killed %s before its own end");
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
                                ? "lifecycle: {preStop: {sleep: {seconds: %d}}}, or a process that serves on after SIGTERM"
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
                        "take preStop out, or set EBBTIDE_LAME_DUCK_POLICY to none");
            }
        }
    }

    private static void preStopUntold(World world, Rule.Found found) {
        for (Workload workload : world.workloads()) {
            for (Timing timing : world.timingsOf(workload)) {
                preStopUntold(workload, timing, found);
            }
        }
    }

    private static void preStopUntold(Workload workload, Timing timing, Rule.Found found) {
        Settings settings = timing.settings();
        if (settings == null || timing.hides("EBBTIDE_PRE_STOP")) {
            return;
        }
        Duration given = settings.shares().preStop();
        Duration own = given == null ? Duration.ZERO : given;
        Sourced<Duration> real = timing.preStop() == null ? timing.leastPreStop() : timing.preStop();
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
