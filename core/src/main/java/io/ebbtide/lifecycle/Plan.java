package io.ebbtide.lifecycle;

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
 */
public record Plan(
        String service,
        List<Part> components,
        List<TrafficSource> sources,
        Map<String, StartupTask> tasks,
        List<LifecycleListener> listeners,
        GraceBudget budget) {
    public Plan {
        Expect.text(service, "service");
        components = List.copyOf(components);
        sources = List.copyOf(sources);
        tasks = Collections.unmodifiableMap(new LinkedHashMap<>(tasks));
        listeners = List.copyOf(listeners);
    }

    /** Without traffic nobody has to leave, so there is nothing to go on serving for. */
    Duration lameDuck() {
        return sources.isEmpty() ? Duration.ZERO : budget.lameDuck();
    }
}
