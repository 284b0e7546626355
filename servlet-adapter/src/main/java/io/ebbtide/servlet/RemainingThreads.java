package io.ebbtide.servlet;

import java.time.Duration;
import java.util.List;

/** Waits for the threads of a stopped service, so that a container finds none when it searches for leaked threads. */
final class RemainingThreads {
    private static final String PREFIX = "ebbtide-";

    private RemainingThreads() {}

    /**
     * Waits until no thread of ours that belongs to a web application is running. An interrupt ends the waiting and
     * stays set.
     *
     * @param webApplication its class loader, which all threads have inherited
     * @param atMost for each of them
     */
    static void await(ClassLoader webApplication, Duration atMost) {
        try {
            for (Thread thread : of(webApplication)) {
                thread.join(atMost.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static List<Thread> of(ClassLoader webApplication) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith(PREFIX)
                        && thread.getContextClassLoader() == webApplication
                        && thread != Thread.currentThread())
                .toList();
    }
}
