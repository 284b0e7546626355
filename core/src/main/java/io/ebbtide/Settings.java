package io.ebbtide;

import io.ebbtide.internal.Expect;
import io.ebbtide.lifecycle.GraceBudget;
import io.ebbtide.lifecycle.LameDuckRules;
import io.ebbtide.lifecycle.Orchestrator;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can be set. Immutable. What is null is derived, see {@link GraceBudget#of}. Each can be overridden
 * from the environment, by the variable named beside it; durations are written {@code 500ms}, {@code 30s}, {@code 2m} or
 * {@code PT30S}.
 *
 * @param grace {@code EBBTIDE_GRACE}: time from deletion to the kill, {@code > 0}; must be what the platform gives, such
 *     as {@code terminationGracePeriodSeconds}; derived: 30 s under Kubernetes and ECS, 5 s under Nomad, else 10 s
 * @param preStop {@code EBBTIDE_PRE_STOP}: what a preStop hook takes of it before the signal, {@code >= 0}
 * @param lameDuck {@code EBBTIDE_LAME_DUCK}: how long at most to go on serving after the signal, {@code >= 0}
 * @param drain {@code EBBTIDE_DRAIN}: how long work in flight may take after that, {@code >= 0}
 * @param stop {@code EBBTIDE_STOP}: how long all components together may take to stop, {@code >= 0}
 * @param margin {@code EBBTIDE_MARGIN}: what is kept back for the report and the watchdog, {@code > 0}
 * @param managementPort {@code EBBTIDE_MANAGEMENT_PORT}: 1 to 65535, or 0 for any that is free; null for no management
 *     server
 * @param managementAddress {@code EBBTIDE_MANAGEMENT_ADDRESS}: where it binds; derived: every address under an
 *     orchestrator, else loopback
 * @param lameDuckRules {@code EBBTIDE_LAME_DUCK_POLICY}, {@code EBBTIDE_LAME_DUCK_MIN}, {@code EBBTIDE_SENDERS}: when the
 *     lame duck ends before its whole time
 */
public record Settings(
        @Nullable Duration grace,
        @Nullable Duration preStop,
        @Nullable Duration lameDuck,
        @Nullable Duration drain,
        @Nullable Duration stop,
        @Nullable Duration margin,
        @Nullable Integer managementPort,
        @Nullable String managementAddress,
        LameDuckRules lameDuckRules) {
    /** The port of the management server, unless another is set. */
    public static final int DEFAULT_MANAGEMENT_PORT = 8558;

    private static final Settings DERIVED =
            new Settings(null, null, null, null, null, null, null, null, LameDuckRules.defaults());

    public Settings {
        if (grace != null) {
            Expect.positive(grace, "grace");
        }
        if (preStop != null) {
            Expect.notNegative(preStop, "preStop");
        }
        if (lameDuck != null) {
            Expect.notNegative(lameDuck, "lameDuck");
        }
        if (drain != null) {
            Expect.notNegative(drain, "drain");
        }
        if (stop != null) {
            Expect.notNegative(stop, "stop");
        }
        if (margin != null) {
            Expect.positive(margin, "margin");
        }
        if (managementPort != null) {
            Expect.between(0, 65_535, managementPort, "managementPort");
        }
        if (managementAddress != null) {
            Expect.text(managementAddress, "managementAddress");
        }
        Expect.present(lameDuckRules, "lameDuckRules");
    }

    /** Nothing set: all is derived, and there is no management server. */
    public static Settings derived() {
        return DERIVED;
    }

    /** The same with another grace, {@code > 0}. */
    public Settings withGrace(Duration newGrace) {
        return new Settings(
                newGrace, preStop, lameDuck, drain, stop, margin, managementPort, managementAddress, lameDuckRules);
    }

    /** The same with another preStop, {@code >= 0}. */
    public Settings withPreStop(Duration newPreStop) {
        return new Settings(
                grace, newPreStop, lameDuck, drain, stop, margin, managementPort, managementAddress, lameDuckRules);
    }

    /** The same with another lame duck, {@code >= 0}. */
    public Settings withLameDuck(Duration newLameDuck) {
        return new Settings(
                grace, preStop, newLameDuck, drain, stop, margin, managementPort, managementAddress, lameDuckRules);
    }

    /** The same with another drain, {@code >= 0}. */
    public Settings withDrain(Duration newDrain) {
        return new Settings(
                grace, preStop, lameDuck, newDrain, stop, margin, managementPort, managementAddress, lameDuckRules);
    }

    /** The same with another stop, {@code >= 0}. */
    public Settings withStop(Duration newStop) {
        return new Settings(
                grace, preStop, lameDuck, drain, newStop, margin, managementPort, managementAddress, lameDuckRules);
    }

    /** The same with another margin, {@code > 0}. */
    public Settings withMargin(Duration newMargin) {
        return new Settings(
                grace, preStop, lameDuck, drain, stop, newMargin, managementPort, managementAddress, lameDuckRules);
    }

    /** The same with a management server on this port, 0 for any that is free. */
    public Settings withManagementPort(int newPort) {
        return new Settings(grace, preStop, lameDuck, drain, stop, margin, newPort, managementAddress, lameDuckRules);
    }

    /** The same with a management server bound to this address. */
    public Settings withManagementAddress(String newAddress) {
        return new Settings(grace, preStop, lameDuck, drain, stop, margin, managementPort, newAddress, lameDuckRules);
    }

    /** The same with other rules for the end of the lame duck. */
    public Settings withLameDuckRules(LameDuckRules newRules) {
        return new Settings(grace, preStop, lameDuck, drain, stop, margin, managementPort, managementAddress, newRules);
    }

    /** How the time of a shutdown is shared out under this orchestrator. */
    GraceBudget budget(Orchestrator orchestrator) {
        return GraceBudget.of(
                grace == null ? orchestrator.defaultGrace() : grace,
                new GraceBudget.Shares(preStop, lameDuck, drain, stop, margin),
                orchestrator.mostLameDuck());
    }

    /** Where the management server binds under this orchestrator, whose probes come from outside. */
    String managementAddress(Orchestrator orchestrator) {
        if (managementAddress != null) {
            return managementAddress;
        }
        return orchestrator == Orchestrator.NONE ? "127.0.0.1" : "0.0.0.0";
    }

    /** All of it in one line, as it is under this orchestrator. */
    String line(Orchestrator orchestrator) {
        String management = managementPort == null
                ? "no management server"
                : "management " + managementAddress(orchestrator) + ":" + managementPort;
        String who = grace == null ? "assumed from " + orchestrator.label() : "set; " + orchestrator.label();
        return "grace %s (%s); lame duck %s; %s"
                .formatted(budget(orchestrator).addition(), who, lameDuckRules.text(), management);
    }
}
