package io.ebbtide.spring;

import io.ebbtide.health.Snapshot;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Finds checks of the application when its service is built, and later. For the starters. Called once for each service, by one thread. */
public interface CheckFinder {
    /**
     * Returns the checks.
     *
     * @param snapshot returns all verdicts; null until the service is built
     * @param later adds a check that is found while the service runs; may be called by any thread
     */
    List<FoundCheck> find(Supplier<@Nullable Snapshot> snapshot, Consumer<FoundCheck> later);
}
