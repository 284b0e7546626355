package io.ebbtide.metrics;

import io.ebbtide.lifecycle.Backlog;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What somebody else tells for a meter, and what he told last where he fails. Safe for use by many threads. */
final class Steady<T> implements Supplier<T> {
    private static final Optional<Duration> UNKNOWN = Optional.empty();

    /*
     * A gauge whose source throws is NaN, which poisons every sum, and which Kubernetes' adapter hands to an autoscaler as 0:
     * instances would be taken away because nobody knows how much waits.
     */
    private final Supplier<T> source;
    private final Consumer<Throwable> failed;
    private final AtomicBoolean told = new AtomicBoolean();
    private volatile T last;

    /**
     * @param first what counts until something is told
     * @param failed given the first failure; must not block
     */
    Steady(Supplier<T> source, T first, Consumer<Throwable> failed) {
        this.source = source;
        this.failed = failed;
        last = first;
    }

    /** The same of a backlog. */
    static Backlog backlog(Backlog backlog, Consumer<Throwable> failed) {
        var depth = new Steady<>(backlog::depth, 0, failed);
        var oldest = new Steady<>(() -> Optional.ofNullable(backlog.oldest()), UNKNOWN, failed);
        return new Backlog() {
            @Override
            public int depth() {
                return depth.get();
            }

            @Override
            public @Nullable Duration oldest() {
                return oldest.get().orElse(null);
            }
        };
    }

    @Override
    public T get() {
        try {
            T now = source.get();
            last = now;
            return now;
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            if (told.compareAndSet(false, true)) {
                failed.accept(e);
            }
            return last;
        }
    }
}
