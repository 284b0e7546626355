package io.ebbtide.spring;

import io.ebbtide.health.Check;
import io.ebbtide.health.ProbeKind;
import io.ebbtide.health.Snapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The health indicators of the application as background checks. Registries that the starters put around Spring's replace each indicator by
 * one that returns the last result, at whatever time it is registered; composites keep their structure, names and order. A starter adds
 * the types of its line of Spring Boot, which have no common supertypes. Safe for use by many threads.
 *
 * @param <C> a contributor: an indicator or a composite
 * @param <H> the health that an indicator returns
 */
public abstract class HealthChecks<C, H> implements CheckFinder {
    private static final Logger LOG = LoggerFactory.getLogger(HealthChecks.class);

    /** Which probe a check decides, and whether alone. */
    private record Traits(ProbeKind kind, boolean required) {}

    private final EbbtideProperties properties;
    private final Map<String, LastResult<H>> all = new LinkedHashMap<>();
    private volatile Supplier<@Nullable Snapshot> snapshot = () -> null;
    private @Nullable Consumer<FoundCheck> later;

    /** For the starters. */
    protected HealthChecks(EbbtideProperties properties) {
        this.properties = properties;
    }

    /** Returns the names of all health groups. */
    protected abstract Set<String> groups();

    /**
     * Whether the health group exists and has the contributor.
     *
     * @param path names of composites and of the indicator, parted by slashes
     */
    protected abstract boolean isMember(String group, String path);

    /** Returns the parts of a composite, in its order; null if it is none. */
    protected abstract @Nullable Map<String, C> parts(C contributor);

    /** Returns a composite of the parts. */
    protected abstract C composite(Map<String, C> parts);

    /** Whether the indicator only reads a field, and may run on any thread. */
    protected abstract boolean isTrivial(C indicator);

    /** Runs an indicator. */
    protected abstract @Nullable H health(C indicator);

    /** Whether a result keeps the check of that path up. */
    protected abstract boolean passes(String path, H health);

    /** Returns an indicator that returns the last result. */
    protected abstract C background(LastResult<H> result);

    /** Returns the object that knows what the indicator checks, where an adapter hides it: the indicator itself, unless overridden. */
    protected Object unadapted(String path, C indicator) {
        return indicator;
    }

    /**
     * Returns what replaces a contributor; its indicators run in the background from the start of the service on, or from now on if it
     * has started.
     *
     * @param path names of the composites that contain it, and its own, parted by slashes
     */
    public final C inBackground(String path, C contributor) {
        Map<String, C> parts = parts(contributor);
        if (parts != null) {
            var replaced = new LinkedHashMap<String, C>();
            parts.forEach((name, part) -> replaced.put(name, inBackground(path + "/" + name, part)));
            return composite(replaced);
        }
        return isTrivial(contributor)
                ? contributor
                : background(run(path, () -> health(contributor), unadapted(path, contributor)));
    }

    /**
     * Runs an indicator in the background. A second one of the same path replaces the first.
     *
     * @param path names of the composites that contain it, and its own, parted by slashes
     * @param indicator runs it
     * @param knows knows what it checks, which Ebbtide may have a check of its own for
     * @return its last result
     */
    public final LastResult<H> run(String path, Supplier<@Nullable H> indicator, Object knows) {
        LastResult<H> result;
        Consumer<FoundCheck> running;
        synchronized (this) {
            LastResult<H> known = all.get(path);
            if (known != null) {
                known.runs(indicator);
                return known;
            }
            result = new LastResult<>(
                    path.replace('/', '.'), indicator, knows, health -> passes(path, health), () -> snapshot.get());
            all.put(path, result);
            running = later;
        }
        if (running != null) {
            running.accept(found(path, result));
        }
        return result;
    }

    /** Returns the result of the path; null if no indicator of it runs in the background. */
    public final synchronized @Nullable LastResult<H> result(String path) {
        return all.get(path);
    }

    /** Runs the indicators of a contributor no more: it is unregistered. Their checks remain, and are up. */
    public final synchronized void removed(String name) {
        all.forEach((path, result) -> {
            if (path.equals(name) || path.startsWith(name + "/")) {
                result.runs(() -> null);
            }
        });
    }

    @Override
    public final List<FoundCheck> find(Supplier<@Nullable Snapshot> newSnapshot, Consumer<FoundCheck> newLater) {
        Map<String, LastResult<H>> now;
        synchronized (this) {
            snapshot = newSnapshot;
            later = newLater;
            now = new LinkedHashMap<>(all);
        }
        var found = new ArrayList<FoundCheck>();
        now.forEach((path, result) -> found.add(found(path, result)));
        return found;
    }

    private FoundCheck found(String path, LastResult<H> result) {
        Traits traits = traits(path);
        Check own = traits.kind() == ProbeKind.LIVENESS ? null : DependencyChecks.of(result.knows(), properties);
        Check check;
        if (own == null) {
            result.isRun();
            check = Check.of(result::run).timeout(properties.indicatorTimeout()).platformThread();
        } else {
            result.isReplaced();
            check = own;
        }
        check = check.every(properties.indicatorInterval());
        check = traits.required() ? check.required() : check.shared();
        for (String group : groups()) {
            if (isMember(group, path)) {
                check = inGroup(check, group);
            }
        }
        return new FoundCheck(result.name(), traits.kind(), check);
    }

    /** Names that no path of ours can have remain Spring's alone, as those of the probes do. */
    private static Check inGroup(Check check, String group) {
        try {
            return check.group(group);
        } catch (IllegalArgumentException e) {
            LOG.debug("health group '{}' is shown by Actuator alone", group, e);
            return check;
        }
    }

    /** As the groups say that Kubernetes asks; a contributor of no group degrades the service at most. */
    private Traits traits(String path) {
        if (isMember("liveness", path)) {
            return new Traits(ProbeKind.LIVENESS, true);
        }
        return new Traits(ProbeKind.READINESS, isMember("readiness", path));
    }
}
