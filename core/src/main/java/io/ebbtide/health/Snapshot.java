package io.ebbtide.health;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All verdicts at one moment. Immutable. Got from {@link Health#snapshot()}.
 *
 * @param checks in the order of their registration
 * @param holds the reasons for which the service is held out of rotation, oldest first
 * @param broken why the service asks to be restarted; null if it does not
 * @param started whether every startup check has been up at some moment, all at once
 */
public record Snapshot(
        List<CheckStatus> checks,
        List<String> holds,
        @Nullable String broken,
        boolean started) {
    public Snapshot {
        checks = List.copyOf(checks);
        holds = List.copyOf(holds);
    }

    /** {@link Status#DOWN} if the process should be killed and started anew. */
    public Status liveness() {
        return broken == null ? worst(ProbeKind.LIVENESS) : Status.DOWN;
    }

    /** {@link Status#DOWN} if the service should get no traffic. */
    public Status readiness() {
        return holds.isEmpty() ? worst(ProbeKind.READINESS) : Status.DOWN;
    }

    /** {@link Status#DOWN} until the startup checks have passed once. */
    public Status startup() {
        return started ? Status.UP : Status.DOWN;
    }

    private Status worst(ProbeKind kind) {
        return checks.stream()
                .filter(check -> check.kind() == kind)
                .map(CheckStatus::status)
                .reduce(Status.UP, Status::worse);
    }
}
