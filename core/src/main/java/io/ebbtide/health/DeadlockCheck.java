package io.ebbtide.health;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/** Checks the JVM for threads that wait for each other. */
final class DeadlockCheck implements Callable<Outcome> {
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

    @Override
    public Outcome call() {
        long[] ids = threads.findDeadlockedThreads();
        if (ids == null) {
            return Outcome.up();
        }
        String names = Arrays.stream(threads.getThreadInfo(ids))
                .filter(Objects::nonNull)
                .map(ThreadInfo::getThreadName)
                .sorted()
                .limit(10)
                .collect(Collectors.joining(", "));
        return Outcome.down("deadlock of " + ids.length + " threads").with("threads", names);
    }
}
