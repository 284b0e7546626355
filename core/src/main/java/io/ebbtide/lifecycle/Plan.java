package io.ebbtide.lifecycle;

import io.ebbtide.inflight.WorkKind;
import io.ebbtide.internal.Expect;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a service consists of. Immutable.
 *
 * @param service its name
 * @param components started in order, stopped in reverse
 * @param sources listen once the components have started
 * @param tasks run in order once the sources listen
 * @param listeners told of every move
 * @param budget how the time of a shutdown is shared out
 * @param lameDuckRules when the lame duck ends before its whole time
 * @param drainLimits how long work of a kind may take in the drain, of those that may not take all of it
 * @param backlogs what waits, by name, for the meters
 */
public record Plan(
        String service,
        List<Part> components,
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

    /** Without senders nobody has to leave, so there is nothing to go on serving for. */
    Duration lameDuck() {
        boolean none = !hasSenders() || lameDuckRules.policy() == LameDuckPolicy.NONE;
        return none ? Duration.ZERO : budget.lameDuck();
    }

    /** Whether somebody outside chooses to send work here. */
    boolean hasSenders() {
        return haveSenders(sources);
    }

    /** The names of the sources that clients send work to. */
    public List<String> serverNames() {
        return sources.stream().filter(Plan::hasSenders).map(Names::of).toList();
    }

    /** Whether somebody outside chooses to send work to one of these, and so has to learn of the leaving. */
    public static boolean haveSenders(List<TrafficSource> sources) {
        return Expect.list(sources, "sources").stream().anyMatch(Plan::hasSenders);
    }

    /** Whoever cannot say is taken to have some: that costs time at most. */
    private static boolean hasSenders(TrafficSource source) {
        try {
            return source.hasSenders();
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            return true;
        }
    }

    /**
     * Which numbers do not fit what they are for, in words.
     *
     * @param shares those that were set by hand
     * @param orchestrator who was seen
     */
    public List<String> warnings(GraceBudget.Shares shares, Orchestrator orchestrator) {
        return Advice.before(this, shares, orchestrator);
    }
}
