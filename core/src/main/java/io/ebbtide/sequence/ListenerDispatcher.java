package io.ebbtide.sequence;

import io.ebbtide.internal.BackgroundLog;
import io.ebbtide.internal.Redact;
import io.ebbtide.internal.SerialExecutor;
import io.ebbtide.internal.Threads;
import io.ebbtide.internal.Ticker;
import io.ebbtide.lifecycle.LifecycleState;
import io.ebbtide.report.LifecycleListener;
import io.ebbtide.report.ShutdownReport;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** Notifies the listeners, in order, on a thread of its own that ends when idle. Safe for use by many threads. */
final class ListenerDispatcher {
    private static final Logger LOG = ServiceLog.LOG;

    private final List<LifecycleListener> listeners;
    private final BackgroundLog log;
    private final Ticker ticker;
    private final Queue<String> problems = new ConcurrentLinkedQueue<>();
    private final SerialExecutor thread;
    private volatile @Nullable String currentCall;
    private volatile @Nullable Thread callingThread;

    ListenerDispatcher(String service, List<LifecycleListener> listeners, BackgroundLog log, Ticker ticker) {
        this.listeners = List.copyOf(listeners);
        this.log = log;
        this.ticker = ticker;
        thread = new SerialExecutor(
                "ebbtide-" + service + "-listeners", Integer.MAX_VALUE, Duration.ofSeconds(1), ticker);
    }

    void entered(LifecycleState state) {
        notifyListeners("entered(" + state + ")", listener -> listener.entered(state));
    }

    void stopped(ShutdownReport report) {
        notifyListeners("stopped", listener -> listener.stopped(report));
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
        long beganNanos = ticker.nanos();
        if (ticker.await(all, bound)
                || ticker.awaitAfterPause(all, ticker.since(beganNanos).minus(bound))) {
            return null;
        }
        Thread caller = callingThread;
        return caller != null && Threads.isInExit(caller) ? currentCall + ", which called System.exit," : currentCall;
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

    private void notifyListeners(String what, Consumer<LifecycleListener> call) {
        for (LifecycleListener listener : listeners) {
            String who = "listener " + listener.getClass().getName() + "." + what;
            execute(who, () -> {
                callingThread = Thread.currentThread();
                currentCall = who;
                try {
                    call.accept(listener);
                } catch (Throwable e) { // whatever a listener throws, the next one is notified
                    problems.add(who + " failed: " + Redact.oneLine(e));
                    log.write(LOG, to -> to.warn("{} failed: {}", who, Redact.trace(e)));
                } finally {
                    currentCall = null;
                }
            });
        }
    }
}
