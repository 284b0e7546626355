package io.ebbtide.metrics;

import io.ebbtide.spi.Backlog;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The value of a source for a meter, or its last good value when the source fails. Safe for use by many threads. */
final class LastGoodValue<T> implements Supplier<T> {
    private static final Optional<Duration> UNKNOWN = Optional.empty();

    /*
     * A gauge whose source throws is NaN, which makes every sum NaN, and which Kubernetes' adapter passes to an
     * autoscaler as 0: instances would be removed because the number of waiting tasks is unknown.
     */
    private final Supplier<T> source;
    private final Consumer<Throwable> failed;
    private final AtomicBoolean reported = new AtomicBoolean();
    private volatile T last;

    /**
     * @param first the value until the source has returned one
     * @param failed given the first failure; must not block
     */
    LastGoodValue(Supplier<T> source, T first, Consumer<Throwable> failed) {
        this.source = source;
        this.failed = failed;
        last = first;
    }

    /** Wraps a backlog. */
    static Backlog backlog(Backlog backlog, Consumer<Throwable> failed) {
        var depth = new LastGoodValue<>(backlog::depth, 0, failed);
        var oldest = new LastGoodValue<>(() -> Optional.ofNullable(backlog.oldest()), UNKNOWN, failed);
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
            if (reported.compareAndSet(false, true)) {
                failed.accept(e);
            }
            return last;
        }
    }
}
