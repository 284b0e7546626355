package io.ebbtide.lifecycle;

import io.ebbtide.internal.Await;
import io.ebbtide.internal.BackgroundLog;
import io.ebbtide.internal.Redact;
import io.ebbtide.internal.SerialExecutor;
import io.ebbtide.internal.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Notifies the listeners, in order, on a thread of its own that ends when idle. Safe for use by many threads. */
final class Herald {
    private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);

    private final List<LifecycleListener> listeners;
    private final BackgroundLog log;
    private final Queue<String> problems = new ConcurrentLinkedQueue<>();
    private final SerialExecutor thread;
    private volatile @Nullable String telling;
    private volatile @Nullable Thread callingThread;

    Herald(String service, List<LifecycleListener> listeners, BackgroundLog log) {
        this.listeners = List.copyOf(listeners);
        this.log = log;
        thread = new SerialExecutor("ebbtide-" + service + "-listeners", Integer.MAX_VALUE, Duration.ofSeconds(1));
    }

    void entered(LifecycleState state) {
        tell("entered(" + state + ")", listener -> listener.entered(state));
    }

    void stopped(ShutdownReport report) {
        tell("stopped", listener -> listener.stopped(report));
    }

    /** Waits until all listeners have been notified; returns the call that has not returned in time, or null. */
    @Nullable
    String await(Duration bound) {
        if (listeners.isEmpty()) {
            return null;
        }
        var all = new CompletableFuture<Void>();
        execute("the listeners' thread", () -> all.complete(null));
        if (!thread.hasThread()) {
            problems.add("the listeners could not be called: no thread can be started");
            return null;
        }
        long beganNanos = Ticker.system().nanos();
        if (Await.done(all, bound)
                || Await.afterPause(all, Ticker.system().since(beganNanos).minus(bound))) {
            return null;
        }
        Thread caller = callingThread;
        return caller != null && Conductor.isInExit(caller) ? telling + ", which called System.exit," : telling;
    }

    List<String> problems() {
        return List.copyOf(problems);
    }

    void close() {
        thread.closeNow();
    }

    private void execute(String who, Runnable call) {
        try {
            thread.execute(call);
        } catch (RuntimeException | Error e) { // closed, or no memory
            problems.add(who + " could not be called: " + Redact.oneLine(e));
        }
    }

    private void tell(String what, Consumer<LifecycleListener> call) {
        for (LifecycleListener listener : listeners) {
            String who = "listener " + listener.getClass().getName() + "." + what;
            execute(who, () -> {
                callingThread = Thread.currentThread();
                telling = who;
                try {
                    call.accept(listener);
                } catch (Throwable e) { // whatever a listener throws, the next one is notified
                    problems.add(who + " failed: " + Redact.oneLine(e));
                    log.write(LOG, to -> to.warn("{} failed: {}", who, Redact.trace(e)));
                } finally {
                    telling = null;
                }
            });
        }
    }
}
