package io.ebbtide.testkit.contract;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Tests promises one after the other; a broken one does not affect the others. Not thread-safe; confine to one thread. */
final class Trials implements AutoCloseable {
    private final ServerFactory servers;
    private @Nullable Stage running;

    Trials(ServerFactory servers) {
        this.servers = servers;
    }

    /**
     * Tests one promise.
     *
     * @param patience how long a trial waits for events that are expected soon
     */
    Outcome on(Promise promise, Duration patience) {
        long beganNanos = System.nanoTime();
        Throwable failure = null;
        try {
            if (promise.needs() == Promise.Needs.RUNNING_SERVICE) {
                onRunning(promise, patience);
            } else {
                onItsOwn(promise, patience);
            }
        } catch (Exception | AssertionError e) {
            failure = e;
        } catch (Throwable e) { // perhaps an error of the server's classes
            failure = e;
        }
        return new Outcome(promise, Duration.ofNanos(System.nanoTime() - beganNanos), failure);
    }

    private void onRunning(Promise promise, Duration patience) throws Exception {
        Stage stage = running == null ? Stage.start(servers) : running;
        running = null; // a failure must not affect the next trial
        boolean fit = false;
        try {
            stage.beginTrial(patience);
            promise.trial().on(stage);
            fit = stage.endTrial();
        } finally {
            if (fit) {
                running = stage;
            } else {
                stage.abandon();
            }
        }
    }

    private void onItsOwn(Promise promise, Duration patience) throws Exception {
        close();
        Stage stage = promise.needs() == Promise.Needs.SHORT_DRAIN ? Stage.startShort(servers) : Stage.start(servers);
        boolean kept = false;
        try {
            stage.beginTrial(patience);
            promise.trial().on(stage);
            kept = true;
        } finally {
            if (kept) {
                stage.close();
            } else {
                stage.abandon();
            }
        }
    }

    /** Ends the service that trials share. */
    @Override
    public void close() throws IOException, InterruptedException {
        Stage stage = running;
        running = null;
        if (stage != null) {
            stage.close();
        }
    }
}
