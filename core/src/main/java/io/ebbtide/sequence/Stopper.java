package io.ebbtide.sequence;

import io.ebbtide.internal.BoundedCall;
import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Redact;
import io.ebbtide.internal.Ticker;
import io.ebbtide.report.ShutdownReport;
import io.ebbtide.spi.TrafficSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Stops components and traffic sources, each within its bound; one failure never skips the rest. One thread only. */
final class Stopper {
    /** The minimum time for each stop, however long those before it hang; taken from the margin if necessary. */
    private static final Duration MIN = Duration.ofMillis(100);

    private final String service;
    private final Ticker ticker;
    private final Supplier<Duration> remaining;
    private final List<ShutdownReport.Stop> stops = new ArrayList<>();
    private volatile String step = "nothing";
    private volatile @Nullable BoundedCall current;

    /** @param remaining returns the remaining time for all stops that are still to come */
    Stopper(String service, Ticker ticker, Supplier<Duration> remaining) {
        this.service = service;
        this.ticker = ticker;
        this.remaining = remaining;
    }

    /**
     * Stops the parts, the last first. Each may use the remaining time except the minimum of those behind it.
     *
     * @param behindAll how many more are to be stopped or closed after all of these
     */
    void stopAll(Deque<NamedComponent> components, int behindAll) {
        while (!components.isEmpty()) {
            NamedComponent component = components.removeLast();
            Duration bound = boundBefore(components.size() + behindAll);
            stop(component.name(), bound, () -> {
                component.component().stop(bound);
                return "";
            });
        }
    }

    /** Closes the sources, one after the other. */
    void closeAll(List<TrafficSource> sources) {
        int behind = sources.size();
        for (TrafficSource source : sources) {
            Duration bound = boundBefore(--behind);
            stop(SourceNames.of(source), bound, () -> {
                source.close(bound);
                return source.summary();
            });
        }
    }

    /** Returns how each stop went, in the order of stopping. */
    List<ShutdownReport.Stop> stops() {
        return stops;
    }

    /** Returns the current stop, or the last one. May be called by any thread. */
    String step() {
        return step;
    }

    /** Stops waiting for a call whose thread never returns. May be called by any thread. */
    void giveUp(Predicate<Thread> lost, String why) {
        BoundedCall call = current;
        if (call != null) {
            call.giveUp(lost, why);
        }
    }

    private Duration boundBefore(int behind) {
        Duration all = remaining.get();
        Duration reserved = Durations.min(all.dividedBy(behind + 1L), MIN).multipliedBy(behind);
        return Durations.max(all.minus(reserved), MIN);
    }

    private void stop(String name, Duration bound, Callable<String> action) {
        step = "stop of '" + name + "'";
        var summary = new AtomicReference<>("");
        var call = BoundedCall.begin("ebbtide-" + service + "-stop-" + name, () -> summary.set(action.call()), ticker);
        current = call;
        var ending = ShutdownReport.Ending.STOPPED;
        String detail = "";
        if (!call.await(bound)) {
            ending = ShutdownReport.Ending.OVERRAN;
            detail = "still at" + call.stack();
        } else if (call.failure() != null) {
            ending = ShutdownReport.Ending.FAILED;
            detail = Redact.oneLine(call.failure());
        } else {
            detail = Redact.oneLine(Objects.requireNonNullElse(summary.get(), ""));
        }
        stops.add(new ShutdownReport.Stop(name, call.took(), ending, detail));
    }
}
