package io.ebbtide.sequence;

import io.ebbtide.budget.GraceBudget;
import io.ebbtide.budget.LameDuckPolicy;
import io.ebbtide.budget.LameDuckRules;
import io.ebbtide.budget.Orchestrator;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.internal.Expect;
import io.ebbtide.lifecycle.StartupTask;
import io.ebbtide.report.LifecycleListener;
import io.ebbtide.spi.Backlog;
import io.ebbtide.spi.TrafficSource;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The parts and settings of a service. Immutable.
 *
 * @param service its name
 * @param components started in order, stopped in reverse
 * @param sources listen once the components have started
 * @param tasks run in order once the sources listen
 * @param listeners notified of every change of state
 * @param budget how the time of a shutdown is divided
 * @param lameDuckRules when the lame duck ends before its whole time
 * @param drainLimits the maximum time in the drain for each kind of work that may not take all of it
 * @param backlogs the work that waits, by name, for the meters
 */
public record Plan(
        String service,
        List<NamedComponent> components,
        List<TrafficSource> sources,
        Map<String, StartupTask> tasks,
        List<LifecycleListener> listeners,
        GraceBudget budget,
        LameDuckRules lameDuckRules,
        Map<WorkKind, Duration> drainLimits,
        Map<String, Backlog> backlogs) {
    public Plan {
        Expect.text(service, "service");
        components = List.copyOf(components);
        sources = List.copyOf(sources);
        tasks = Collections.unmodifiableMap(new LinkedHashMap<>(tasks));
        listeners = List.copyOf(listeners);
        drainLimits = Map.copyOf(drainLimits);
        backlogs = Collections.unmodifiableMap(new LinkedHashMap<>(backlogs));
    }

    /** Returns the lame duck; zero without external clients, as then no client has to stop sending. */
    Duration lameDuck() {
        boolean none = !hasSenders() || lameDuckRules.policy() == LameDuckPolicy.NONE;
        return none ? Duration.ZERO : budget.lameDuck();
    }

    /** Whether clients choose to send work here. */
    boolean hasSenders() {
        return haveSenders(sources);
    }

    /** Returns the names of the sources that clients send work to. */
    public List<String> serverNames() {
        return sources.stream().filter(Plan::hasSenders).map(SourceNames::of).toList();
    }

    /** Whether clients choose to send work to one of these, and so must notice the shutdown. */
    public static boolean haveSenders(List<TrafficSource> sources) {
        for (TrafficSource source : Expect.list(sources, "sources")) {
            if (hasSenders(source)) {
                return true;
            }
        }
        return false;
    }

    /** A source that fails to report is assumed to have external clients: that costs time at most. */
    private static boolean hasSenders(TrafficSource source) {
        try {
            return source.hasSenders();
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            return true;
        }
    }

    /**
     * Returns as text which numbers do not fit their purpose.
     *
     * @param shares those that were explicitly set
     * @param orchestrator the detected one
     */
    public List<String> warnings(GraceBudget.Shares shares, Orchestrator orchestrator) {
        return Advice.before(this, shares, orchestrator);
    }
}
