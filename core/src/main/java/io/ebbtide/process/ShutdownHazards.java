package io.ebbtide.process;

import io.ebbtide.internal.Threads;
import io.ebbtide.internal.Ticker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Detects code that may interfere between the signal and the drain, and names the remedy. Confine to one thread at a time. */
final class ShutdownHazards {
    private static final Set<String> SHELLS = Set.of("sh", "bash", "dash", "ash", "zsh", "ksh", "busybox");

    /** By the prefix of a class name. */
    private static final Map<String, String> REMEDIES = Map.of(
            "org.apache.logging.log4j",
                    "set shutdownHook=\"disable\" in Log4j2's configuration; Ebbtide shuts it down last",
            "ch.qos.logback", "remove <shutdownHook/> from Logback's configuration",
            "org.springframework.boot", "call SpringApplication.setRegisterShutdownHook(false)",
            "org.springframework.context", "do not call registerShutdownHook() on the context",
            "org.eclipse.jetty.util.thread.ShutdownThread", "call Server.setStopAtShutdown(false)",
            "org.apache.catalina", "call Catalina.setUseShutdownHook(false)");

    private static final String ANY_REMEDY = "pass what it closes to EbbtideBuilder.component instead";

    private static final Duration MAX_FOR_HOOKS = Duration.ofSeconds(1);

    private Set<Long> before = Set.of();

    /** Records the running threads: hooks do not run yet. */
    void recordRunningThreads() {
        var running = new HashSet<Long>();
        for (Thread thread : Threads.running()) {
            running.add(thread.getId());
        }
        before = running;
    }

    /**
     * Waits until the JVM has started all hooks, one after the other, and joins them; one second at most, which only a machine without
     * a free processor needs. Call it in a hook.
     */
    static void awaitHooks(Ticker ticker) {
        long startNanos = ticker.nanos();
        while (!areAllStarted() && ticker.since(startNanos).compareTo(MAX_FOR_HOOKS) < 0) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static boolean areAllStarted() {
        return Thread.getAllStackTraces().values().stream()
                .map(Arrays::asList)
                .anyMatch(stack ->
                        stack.stream().anyMatch(frame -> isAt(frame, "java.lang.ApplicationShutdownHooks", "runHooks"))
                                && stack.stream().anyMatch(frame -> isAt(frame, "java.lang.Thread", "join")));
    }

    private static boolean isAt(StackTraceElement frame, String type, String method) {
        return frame.getClassName().equals(type) && frame.getMethodName().equals(method);
    }

    /**
     * Returns the other hooks that run now, each with its remedy. Call it in a hook: no other threads start at that moment,
     * so a thread that has just started, and whose id is lower than this thread's, can only be a hook.
     *
     * @param self the calling hook
     */
    List<String> racingHooks(Thread self) {
        List<String> hooks = new ArrayList<>();
        Thread.getAllStackTraces().forEach((thread, stack) -> {
            boolean early = thread.getId() < self.getId();
            String remedy = remedyFor(thread, stack);
            boolean known = remedy != null;
            if (thread != self && thread.isAlive() && !before.contains(thread.getId()) && (early || known)) {
                hooks.add("'%s'%s: %s".formatted(thread.getName(), ownerOf(stack), known ? remedy : ANY_REMEDY));
            }
        });
        return hooks;
    }

    private static @Nullable String remedyFor(Thread thread, StackTraceElement[] stack) {
        if (thread.getName().equals("SpringApplicationShutdownHook")) {
            return REMEDIES.get("org.springframework.boot");
        }
        if (thread.getName().equals("SpringContextShutdownHook")) {
            return REMEDIES.get("org.springframework.context");
        }
        String owner = ownerOf(stack);
        return REMEDIES.entrySet().stream()
                .filter(remedy -> owner.contains(remedy.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }

    /** Returns the class of the outermost frame that is not of the JDK. */
    private static String ownerOf(StackTraceElement[] stack) {
        for (int i = stack.length - 1; i >= 0; i--) {
            String name = stack[i].getClassName();
            if (!name.startsWith("java.") && !name.startsWith("jdk.")) {
                int lambda = name.indexOf("$$Lambda");
                return " of " + (lambda < 0 ? name : name.substring(0, lambda));
            }
        }
        return "";
    }

    /** Returns what is wrong with the way in which the process was started; null if nothing is. */
    static @Nullable String wrongParent() {
        long parent = ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(0L);
        return parent == 1 && ProcessHandle.current().pid() != 1 ? wrongParent(Path.of("/proc/1/cmdline")) : null;
    }

    static @Nullable String wrongParent(Path commandLine) {
        try {
            String all = Files.readString(commandLine, StandardCharsets.UTF_8);
            String command =
                    Path.of(all.substring(0, all.indexOf('\0'))).getFileName().toString();
            if (SHELLS.contains(command)) {
                return ("PID 1 is a shell (%s), which does not forward SIGTERM: when the container is stopped, this process"
                                + " gets no signal, and is killed after the grace; use the exec form of ENTRYPOINT and CMD,"
                                + " or 'exec java ...' in the script")
                        .formatted(command); // without its arguments, which may hold passwords
            }
        } catch (IOException | RuntimeException e) {
            // no Linux, or no permission
        }
        return null;
    }

    /**
     * Whether a thread waits for ever in {@code System.exit}: a hook that calls it while the process is ending already.
     */
    static boolean isStuckInExit(Thread thread, StackTraceElement[] stack) {
        return thread.getState() == Thread.State.BLOCKED
                && stack.length > 0
                && isAt(stack[0], "java.lang.Shutdown", "exit");
    }
}
