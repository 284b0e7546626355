package io.ebbtide.health;

import io.ebbtide.internal.Expect;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All verdicts at one moment. Immutable. Obtained from {@link Health#snapshot()}.
 *
 * @param checks in the order of their registration
 * @param holds the reasons for which the service is held out of rotation, oldest first
 * @param brokenReason why the service asks to be restarted; null if it does not
 * @param started whether every startup check has been up at some moment, all at once
 */
public record Snapshot(
        List<CheckStatus> checks,
        List<String> holds,
        @Nullable String brokenReason,
        boolean started) {
    public Snapshot {
        checks = Expect.list(checks, "checks");
        holds = Expect.list(holds, "holds");
    }

    /** Returns {@link Status#DOWN} if the process should be killed and started anew. */
    public Status liveness() {
        return brokenReason == null ? worst(ProbeKind.LIVENESS) : Status.DOWN;
    }

    /**
     * Returns {@link Status#DOWN} if the service should get no traffic, which includes the time until its startup
     * checks have passed.
     */
    public Status readiness() {
        boolean inTheWay = !holds.isEmpty() || isStartupAwaited();
        return inTheWay ? Status.DOWN : worst(ProbeKind.READINESS);
    }

    /** Whether there are startup checks that have not passed yet. */
    public boolean isStartupAwaited() {
        return !started && checks.stream().anyMatch(check -> check.kind() == ProbeKind.STARTUP);
    }

    /** Returns {@link Status#DOWN} until the startup checks have passed once. */
    public Status startup() {
        return started ? Status.UP : Status.DOWN;
    }

    /** The names of all groups, in order. */
    public SortedSet<String> groups() {
        return checks.stream().flatMap(check -> check.groups().stream()).collect(Collectors.toCollection(TreeSet::new));
    }

    /** The checks of one group; none if there is no such group. */
    public List<CheckStatus> group(String name) {
        Expect.present(name, "name");
        return checks.stream().filter(check -> check.groups().contains(name)).toList();
    }

    /** Returns {@link Status#DOWN} if a required check of the group is down or not yet known. */
    public Status groupStatus(String name) {
        return group(name).stream().map(CheckStatus::inGroup).reduce(Status.UP, Status::worse);
    }

    /** Returns the snapshot as it is once checks are no longer run. */
    Snapshot stale() {
        return new Snapshot(checks.stream().map(CheckStatus::whenNothingRuns).toList(), holds, brokenReason, started);
    }

    private Status worst(ProbeKind kind) {
        Status worst = Status.UP;
        for (CheckStatus check : checks) { // read by each probe
            if (check.kind() == kind) {
                worst = worst.worse(check.status());
            }
        }
        return worst;
    }
}
