package io.ebbtide;

import io.ebbtide.budget.GraceBudget;
import io.ebbtide.budget.GraceBudget.Shares;
import io.ebbtide.budget.LameDuckPolicy;
import io.ebbtide.budget.LameDuckRules;
import io.ebbtide.budget.Orchestrator;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Expect;
import io.ebbtide.probe.ProbeDetails;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All settings of a service.
 *
 * <p>The grace is the time from the deletion of an instance to its kill. It is divided into five shares: preStop (what
 * a hook of the platform uses before the signal), lame duck, drain, stop and margin. A value that is not set, and so is
 * null, is derived, see {@link GraceBudget#of}: of a grace of 30 s, 15 s are lame duck at most, 6 s drain, 6 s stop and
 * 3 s margin. Only the management port is not derived: null means none. Shares that are set and do not fit the grace
 * are an error when the service is built.
 *
 * <pre>{@code
 * Settings settings = Settings.derived()
 *         .withGrace(Duration.ofSeconds(60))
 *         .withDrain(Duration.ofSeconds(20))
 *         .withDrainLimit(WorkKind.STREAM, Duration.ofSeconds(5));
 * Ebbtide.builder("orders").settings(settings).serve(http).run();
 * }</pre>
 *
 * <p>Each setting can be overridden by the environment variable named beside it; durations are written {@code 500ms},
 * {@code 30s}, {@code 2m} or {@code PT30S}. Obtained from {@link #derived}; each {@code with} method returns a copy.
 * Immutable.
 *
 * @param grace {@code EBBTIDE_GRACE}: time from deletion to the kill, {@code > 0}; must equal the platform's, such
 *     as {@code terminationGracePeriodSeconds}; derived: 30 s under Kubernetes and ECS, 5 s under Nomad, else 10 s
 * @param shares {@code EBBTIDE_PRE_STOP}, {@code EBBTIDE_LAME_DUCK}, {@code EBBTIDE_DRAIN}, {@code EBBTIDE_STOP}, {@code
 *     EBBTIDE_MARGIN}: how it is divided
 * @param drainLimits {@code EBBTIDE_DRAIN_REQUEST}, {@code ..._WEBSOCKET}, {@code ..._STREAM}, {@code ..._JOB}, {@code
 *     ..._MESSAGE}: the maximum time for work of a kind once the lame duck is over, {@code >= 0} and at most 365 days; a kind
 *     without one may take as long as the drain
 * @param lameDuckRules {@code EBBTIDE_LAME_DUCK_POLICY}, {@code EBBTIDE_LAME_DUCK_MIN}, {@code EBBTIDE_SENDERS}, {@code
 *     EBBTIDE_LAME_DUCK_READINESS}: how the lame duck behaves, and when it ends before its whole time
 * @param managementPort {@code EBBTIDE_MANAGEMENT_PORT}: 1 to 65535, or 0 for any free one; null for no management
 *     server
 * @param managementAddress {@code EBBTIDE_MANAGEMENT_ADDRESS}: the address that it binds to; derived: every address under an
 *     orchestrator, else loopback
 * @param terminationLog {@code EBBTIDE_TERMINATION_LOG}: the file for a short text about the end of a service under
 *     {@code run()}; derived: {@code /dev/termination-log} where that is writable (Kubernetes' {@code
 *     terminationMessagePath})
 * @param probeDetails {@code EBBTIDE_PROBE_DETAILS}: {@code none}, {@code management} or {@code everywhere}: the ports on which
 *     probe responses contain more than the status; {@code management} unless set
 */
public record Settings(
        @Nullable Duration grace,
        Shares shares,
        Map<WorkKind, Duration> drainLimits,
        LameDuckRules lameDuckRules,
        @Nullable Integer managementPort,
        @Nullable String managementAddress,
        @Nullable String terminationLog,
        ProbeDetails probeDetails) {
    /** The default port of the management server. */
    public static final int DEFAULT_MANAGEMENT_PORT = 8558;

    private static final Settings DERIVED = new Settings(
            null, Shares.DERIVED, Map.of(), LameDuckRules.defaults(), null, null, null, ProbeDetails.MANAGEMENT);

    public Settings {
        if (grace != null) {
            Expect.positive(grace, "grace");
        }
        Expect.present(shares, "shares");
        drainLimits = Expect.map(drainLimits, "drainLimits");
        for (Map.Entry<WorkKind, Duration> limit : drainLimits.entrySet()) {
            Expect.notNegative(limit.getValue(), "drain of " + limit.getKey());
        }
        Expect.present(lameDuckRules, "lameDuckRules");
        if (managementPort != null) {
            Expect.between(0, 65_535, managementPort, "managementPort");
        }
        if (managementAddress != null) {
            Expect.text(managementAddress, "managementAddress");
        }
        if (terminationLog != null) {
            Expect.text(terminationLog, "terminationLog");
        }
        Expect.present(probeDetails, "probeDetails");
    }

    /** Returns settings in which all is derived, and there is no management server. */
    public static Settings derived() {
        return DERIVED;
    }

    /**
     * Returns a copy with one setting replaced by a configured value.
     *
     * @param name the name of its environment variable, in lower case, with dashes and without the prefix, such as {@code
     *     lame-duck} for {@code EBBTIDE_LAME_DUCK}
     * @param value written as in the environment
     * @throws IllegalArgumentException if no setting has this name, or the value is wrong; the message states what was
     *     expected
     */
    public Settings with(String name, String value) {
        return EnvironmentSettings.set(this, Expect.text(name, "name"), Expect.present(value, "value"));
    }

    /** Returns a copy with the given grace, {@code > 0}. */
    public Settings withGrace(Duration newGrace) {
        return with(draft -> draft.grace = newGrace);
    }

    /** Returns a copy with the given preStop, {@code >= 0}. */
    public Settings withPreStop(Duration newPreStop) {
        return with(draft -> draft.shares = shares.withPreStop(newPreStop));
    }

    /** Returns a copy with the given lame duck, {@code >= 0}. */
    public Settings withLameDuck(Duration newLameDuck) {
        return with(draft -> draft.shares = shares.withLameDuck(newLameDuck));
    }

    /** Returns a copy with the given drain, {@code >= 0}. */
    public Settings withDrain(Duration newDrain) {
        return with(draft -> draft.shares = shares.withDrain(newDrain));
    }

    /** Returns a copy with the given stop, {@code >= 0}. */
    public Settings withStop(Duration newStop) {
        return with(draft -> draft.shares = shares.withStop(newStop));
    }

    /** Returns a copy with the given margin, {@code > 0}. */
    public Settings withMargin(Duration newMargin) {
        return with(draft -> draft.shares = shares.withMargin(newMargin));
    }

    /** Returns a copy with the given limit for work of one kind, {@code >= 0}; the work is aborted once that is over. */
    public Settings withDrainLimit(WorkKind kind, Duration limit) {
        var limits = new EnumMap<WorkKind, Duration>(WorkKind.class);
        limits.putAll(drainLimits);
        limits.put(Expect.present(kind, "kind"), Expect.notNegative(limit, "drain of " + kind));
        return with(draft -> draft.drainLimits = limits);
    }

    /** Returns a copy with the given rules for the lame duck. */
    public Settings withLameDuckRules(LameDuckRules newRules) {
        return with(draft -> draft.lameDuckRules = newRules);
    }

    /** Returns a copy with a management server on the given port, 0 for any free one. */
    public Settings withManagementPort(int newPort) {
        return with(draft -> draft.managementPort = newPort);
    }

    /** Returns a copy with a management server bound to the given address. */
    public Settings withManagementAddress(String newAddress) {
        return with(draft -> draft.managementAddress = newAddress);
    }

    /** Returns a copy with the given file for the short text about the end. */
    public Settings withTerminationLog(String newFile) {
        return with(draft -> draft.terminationLog = newFile);
    }

    /** Returns a copy whose probe responses contain more than the status on the given ports. */
    public Settings withProbeDetails(ProbeDetails newDetails) {
        return with(draft -> draft.probeDetails = newDetails);
    }

    private Settings with(Consumer<Draft> change) {
        var draft = new Draft(this);
        change.accept(draft);
        return draft.build();
    }

    /**
     * Returns a copy overridden by these environment variables, as the process itself does at its start, and as a tool does
     * that checks a deployment. Unknown variables are ignored, see {@link #unknownVariables}.
     *
     * @throws IllegalArgumentException if a value is wrong; the message names the variable, its value, and what was
     *     expected
     */
    public Settings withEnvironment(Map<String, String> environment) {
        return EnvironmentSettings.override(this, Expect.map(environment, "environment"));
    }

    /** Returns the names of these that begin with {@code EBBTIDE_} and are no settings, sorted. */
    public static List<String> unknownVariables(Map<String, String> environment) {
        return EnvironmentSettings.unknown(Expect.map(environment, "environment"));
    }

    /**
     * Returns how the time of a shutdown is divided under this orchestrator.
     *
     * @throws IllegalArgumentException if explicitly set shares do not fit; the message shows the addition
     */
    public GraceBudget budget(Orchestrator orchestrator) {
        Expect.present(orchestrator, "orchestrator");
        return GraceBudget.of(grace == null ? orchestrator.defaultGrace() : grace, shares, orchestrator.maxLameDuck());
    }

    /**
     * Returns a copy without time for a lame duck where none is possible: the drain gets that time, unless the drain is set.
     *
     * @param serves whether clients send work to the service
     * @param warn gets a line if a lame duck was set
     */
    Settings withoutUnusedLameDuck(boolean serves, Consumer<String> warn) {
        if (serves && lameDuckRules.policy() != LameDuckPolicy.NONE) {
            return this;
        }
        Duration unused = shares.lameDuck();
        if (unused != null && !unused.isZero()) {
            warn.accept("the lame duck of %s is not used, because %s; no time is reserved for it"
                    .formatted(
                            Durations.text(unused),
                            serves
                                    ? "its policy is none"
                                    : "the service has no server (expected: one passed to EbbtideBuilder.serve)"));
        }
        return withLameDuck(Duration.ZERO);
    }

    /** Returns the address that the management server binds to; an orchestrator's probes come from outside. */
    String managementAddress(Orchestrator orchestrator) {
        if (managementAddress != null) {
            return managementAddress;
        }
        return orchestrator == Orchestrator.NONE ? "127.0.0.1" : "0.0.0.0";
    }

    /** Returns all settings in one line, as they are under this orchestrator, with the assumptions and their reasons. */
    String line(Orchestrator orchestrator, boolean terminal) {
        String management = managementPort == null
                ? "no management server"
                : "management " + managementAddress(orchestrator) + ":" + managementPort;
        String who = grace == null ? "assumed: " + orchestrator.why() : "set; " + orchestrator.seen();
        String limits = drainLimits.isEmpty()
                ? ""
                : drainLimits.entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(each -> each.getKey() + " " + Durations.text(each.getValue()))
                        .collect(Collectors.joining(", ", "; drain of ", " at most"));
        String lameDuck =
                Duration.ZERO.equals(shares.lameDuck()) ? "no lame duck" : "lame duck " + lameDuckRules.text();
        return "grace %s (%s%s); %s%s; %s"
                .formatted(
                        budget(orchestrator).addition(),
                        who,
                        terminal ? ", at a terminal" : "",
                        lameDuck,
                        limits,
                        management);
    }

    /** Settings to change by name, so that no two arguments of one type can be swapped. Confine to one thread. */
    private static final class Draft {
        private @Nullable Duration grace;
        private Shares shares;
        private Map<WorkKind, Duration> drainLimits;
        private LameDuckRules lameDuckRules;
        private @Nullable Integer managementPort;
        private @Nullable String managementAddress;
        private @Nullable String terminationLog;
        private ProbeDetails probeDetails;

        Draft(Settings from) {
            grace = from.grace;
            shares = from.shares;
            drainLimits = from.drainLimits;
            lameDuckRules = from.lameDuckRules;
            managementPort = from.managementPort;
            managementAddress = from.managementAddress;
            terminationLog = from.terminationLog;
            probeDetails = from.probeDetails;
        }

        Settings build() {
            return new Settings(
                    grace,
                    shares,
                    drainLimits,
                    lameDuckRules,
                    managementPort,
                    managementAddress,
                    terminationLog,
                    probeDetails);
        }
    }
}
