package io.ebbtide.spring.work;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The name of one run of a task in lists and reports: what an executor runs may turn out, once it runs, to be a {@code @Scheduled}
 * method. Safe for use by many threads.
 */
final class Naming implements Supplier<String> {
    private static final ThreadLocal<@Nullable Naming> CURRENT = new ThreadLocal<>();

    private volatile String name;

    Naming(String name) {
        this.name = name;
    }

    /** Names a task by its class, without calling code of the application. */
    static Naming of(Object task) {
        String type = task.getClass().getName();
        int lambda = type.indexOf("$$Lambda");
        if (lambda >= 0) {
            return new Naming(type.substring(0, lambda) + " (lambda)");
        }
        return new Naming(type.startsWith("java.util.concurrent.") ? "task" : type);
    }

    /** Returns the name of the counted run on this thread; null if there is none. */
    static @Nullable Naming current() {
        return CURRENT.get();
    }

    void rename(String newName) {
        name = newName;
    }

    /** Runs the task under this name. */
    void run(Runnable task) {
        Naming outer = CURRENT.get();
        CURRENT.set(this);
        try {
            task.run();
        } finally {
            if (outer == null) {
                CURRENT.remove();
            } else {
                CURRENT.set(outer);
            }
        }
    }

    @Override
    public String get() {
        return name;
    }
}
