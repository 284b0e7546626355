package io.ebbtide.internal;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Daemon threads whose names identify their owner. */
public final class Threads {
    /** For virtual threads, which are in no list of threads. */
    private static final int MAX_ONE_BY_ONE = 8;

    private Threads() {}

    /** A daemon thread, not yet started. */
    public static Thread daemon(String name, Runnable body) {
        Thread thread = new Thread(body, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Creates daemon threads that all have one name. */
    public static ThreadFactory named(String name) {
        return body -> daemon(name, body);
    }

    /** Creates daemon threads named {@code prefix-1}, {@code prefix-2} and so on. */
    public static ThreadFactory numbered(String prefix) {
        AtomicInteger count = new AtomicInteger();
        return body -> daemon(prefix + "-" + count.incrementAndGet(), body);
    }

    /**
     * Creates virtual threads that all have one name; null before Java 24, where one that blocks inside
     * {@code synchronized} keeps its carrier thread from all others (JEP 491).
     */
    public static @Nullable ThreadFactory virtual(String name) {
        if (Runtime.version().feature() < 24) {
            return null;
        }
        try { // the baseline is 17, which does not have them
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            Class<?> type = Class.forName("java.lang.Thread$Builder");
            Object named = type.getMethod("name", String.class).invoke(builder, name);
            return (ThreadFactory) type.getMethod("factory").invoke(named);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("no virtual threads on Java " + Runtime.version(), e);
        }
    }

    /**
     * The stacks of threads, all at one moment; a thread that has ended, or that cannot be seen, is omitted. Reading
     * one thread's stack stops all threads, which on a busy machine takes a tenth of a second: so they are stopped once
     * for all.
     */
    public static Map<Thread, List<String>> frames(Collection<Thread> threads, int maximum) {
        Set<Thread> wanted = new LinkedHashSet<>(threads);
        Map<Thread, List<String>> frames = new HashMap<>();
        if (wanted.size() > 1) {
            Thread.getAllStackTraces().forEach((thread, stack) -> {
                if (wanted.remove(thread)) {
                    frames.put(thread, frames(stack, maximum));
                }
            });
        }
        wanted.removeIf(thread -> !thread.isAlive());
        wanted.stream().limit(MAX_ONE_BY_ONE).forEach(thread -> frames.put(thread, frames(thread, maximum)));
        return frames;
    }

    private static List<String> frames(StackTraceElement[] stack, int maximum) {
        return Arrays.stream(stack)
                .limit(maximum)
                .map(frame -> Printable.escape(frame.toString()))
                .toList();
    }

    /** The stack of a thread: its top frames, the topmost first; none if it has ended. */
    public static List<String> frames(Thread thread, int maximum) {
        return frames(thread.getStackTrace(), maximum);
    }

    /** The stack of a thread as text: each frame on a line of its own, preceded by a line break. */
    public static Lines stack(Thread thread, int maximumFrames) {
        return new Lines(frames(thread, maximumFrames).stream()
                .map(frame -> "\n    at " + frame)
                .collect(Collectors.joining()));
    }

    /** All platform threads that run, without their stacks: reading those would stop the threads. */
    public static List<Thread> running() {
        ThreadGroup all = Thread.currentThread().getThreadGroup();
        while (all.getParent() != null) {
            all = all.getParent();
        }
        Thread[] threads = new Thread[2 * all.activeCount() + 16];
        int count = all.enumerate(threads);
        while (count == threads.length) { // perhaps there were more
            threads = new Thread[2 * count];
            count = all.enumerate(threads);
        }
        return List.of(Arrays.copyOf(threads, count));
    }

    /** Whether a thread is in exit: that waits for the hooks, so a drain in a hook must not wait for the thread. */
    public static boolean isInExit(Thread thread) {
        return isInExit(thread.getStackTrace());
    }

    /**
     * A test for threads that are in exit, as of now. For the owners of much work: all stacks are read at once, and not one
     * for each question, which stops all threads.
     */
    public static Predicate<Thread> inExit() {
        Map<Thread, Boolean> known = new HashMap<>();
        Thread.getAllStackTraces().forEach((thread, stack) -> known.put(thread, isInExit(stack)));
        return thread -> known.computeIfAbsent(thread, Threads::isInExit); // a virtual one is in no list
    }

    private static boolean isInExit(StackTraceElement[] stack) {
        for (StackTraceElement frame : stack) {
            if (frame.getClassName().equals("java.lang.Shutdown")
                    && frame.getMethodName().equals("exit")) {
                return true;
            }
        }
        return false;
    }
}
