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
    @Override
    public Outcome call() {
        ThreadMXBean threads =
                ManagementFactory.getThreadMXBean(); // takes long the first time, and not on the caller's thread
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
