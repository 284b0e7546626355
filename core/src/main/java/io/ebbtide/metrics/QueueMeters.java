package io.ebbtide.metrics;

import io.ebbtide.spi.Backlog;
import io.micrometer.core.instrument.Meter;
import org.jspecify.annotations.Nullable;

/** The meters of one queue's waiting work. Registered, and changed, on the thread of the meters; read by any. */
final class QueueMeters {
    private final MeterGroup meters;
    private final MetersThread thread;
    private final String name;
    private final Backlog backlog;
    private @Nullable Meter age;
    private volatile boolean hasAge;

    QueueMeters(MeterGroup meters, MetersThread thread, String name, Backlog backlog) {
        this.meters = meters;
        this.thread = thread;
        this.name = name;
        this.backlog = backlog;
    }

    void register() {
        meters.gauge("ebbtide.queue.depth", "Entries that wait in the queue", this, QueueMeters::depth, "queue", name);
        followAge();
    }

    /** Reading the depth also detects whether the age has become known, and adds or removes its series: absent, not zero. */
    private int depth() {
        if (hasAge != (backlog.oldest() != null)) {
            thread.execute(this::followAge);
        }
        return backlog.depth();
    }

    private void followAge() {
        boolean known = backlog.oldest() != null;
        if (known == hasAge) {
            return;
        }
        hasAge = known;
        if (known) {
            age = meters.seconds(
                    "ebbtide.queue.age",
                    "Waiting time of the oldest entry in the queue",
                    backlog,
                    Backlog::oldest,
                    "queue",
                    name);
        } else if (age != null) {
            meters.remove(age);
        }
    }
}
