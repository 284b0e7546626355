package io.ebbtide.metrics;

import io.ebbtide.health.Health;
import io.ebbtide.health.Status;
import io.ebbtide.inflight.InFlight;
import io.ebbtide.lifecycle.LifecycleState;
import io.ebbtide.sequence.Lifecycle;
import io.ebbtide.spi.Backlog;
import io.ebbtide.spi.SourceLoad;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** The meters that an autoscaler may rely on. Confined to the meters' thread, except {@link #isInRotation}. */
final class RotationMeters {
    /*
     * An autoscaler takes the mean over all instances that report a value. An instance that starts, is held or shuts
     * down would report no work, and lower the mean just when the others have more to do: Kubernetes excludes such
     * instances by itself for CPU alone. Where a series is absent instead, the autoscaler is careful: it takes the
     * instance for fully loaded before it removes others, and for idle before it adds some. So these series are in the
     * registry only while the instance is in rotation.
     */
    private final MeterGroup meters;
    private final Lifecycle lifecycle;
    private final Health health;
    private final InFlight inFlight;
    private final int inFlightLimit;
    private Map<String, Backlog> backlogs = Map.of();
    private volatile Collection<LastGoodValue<SourceLoad>> loads = List.of();
    private volatile boolean inRotation;
    private boolean begun;
    private boolean over;

    RotationMeters(MeterGroup meters, MeterRules rules, Lifecycle lifecycle, Health health, InFlight inFlight) {
        this.meters = meters;
        this.lifecycle = lifecycle;
        this.health = health;
        this.inFlight = inFlight;
        inFlightLimit = rules.inFlightLimit();
    }

    boolean isInRotation() {
        return inRotation;
    }

    /**
     * The service runs, and its queues are known. Not before: a check that reports a change first would find a running
     * service whose queues have not been read yet, and omit them until the next change.
     */
    void begin(Map<String, Backlog> knownBacklogs, Collection<LastGoodValue<SourceLoad>> knownLoads) {
        backlogs = knownBacklogs;
        loads = knownLoads;
        begun = true;
        refresh();
    }

    /** Updates the meters after a change. Each update reads the present state, so the last update has seen the last change. */
    void refresh() {
        boolean now = begun
                && !over
                && lifecycle.state() == LifecycleState.RUNNING
                && health.snapshot().readiness() != Status.DOWN;
        if (now == inRotation) {
            return;
        }
        if (now) {
            inRotation = true;
            register();
        } else {
            meters.removeAll();
            inRotation = false;
        }
    }

    /** Removes the meters for good. */
    void remove() {
        over = true;
        refresh();
    }

    private void register() {
        meters.gauge(
                "ebbtide.hpa.inflight",
                "Work in flight; only while the instance is in rotation",
                inFlight,
                InFlight::count);
        if (inFlightLimit > 0) {
            meters.gauge(
                    "ebbtide.hpa.utilization",
                    "Work in flight divided by the limit of the instance; only while it is in rotation",
                    inFlight,
                    from -> (double) from.count() / inFlightLimit);
        } else if (workers() > 0) {
            meters.gauge(
                    "ebbtide.hpa.utilization",
                    "Busy workers divided by all workers; only while the instance is in rotation",
                    this,
                    RotationMeters::busyShare);
        }
        backlogs.forEach((name, backlog) -> meters.gauge(
                "ebbtide.hpa.queue.depth",
                "Entries that wait in the queue; only while the instance is in rotation",
                backlog,
                Backlog::depth,
                "queue",
                name));
    }

    private int workers() {
        int workers = 0;
        for (LastGoodValue<SourceLoad> each : loads) {
            SourceLoad load = each.get();
            workers += isKnown(load) ? load.maxWorkers() : 0;
        }
        return workers;
    }

    private double busyShare() {
        int busy = 0;
        int workers = 0;
        for (LastGoodValue<SourceLoad> each : loads) {
            SourceLoad load = each.get();
            busy += isKnown(load) ? load.busyWorkers() : 0;
            workers += isKnown(load) ? load.maxWorkers() : 0;
        }
        return workers == 0 ? 0 : (double) busy / workers;
    }

    private static boolean isKnown(SourceLoad load) {
        return load.busyWorkers() != SourceLoad.UNKNOWN && load.maxWorkers() != SourceLoad.UNKNOWN;
    }
}
