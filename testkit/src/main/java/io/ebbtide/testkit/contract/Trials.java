package io.ebbtide.testkit.contract;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Tries promises one after the other; one that is not kept is in nobody's way. Not thread-safe; confine to one thread. */
final class Trials implements AutoCloseable {
    private final HttpContract contract;
    private @Nullable Stage running;

    Trials(HttpContract contract) {
        this.contract = contract;
    }

    /**
     * Tries one.
     *
     * @param patience how long a trial waits for whatever is to happen soon
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
        } catch (Throwable e) { // of the server's classes, perhaps
            failure = e;
        }
        return new Outcome(promise, Duration.ofNanos(System.nanoTime() - beganNanos), failure);
    }

    private void onRunning(Promise promise, Duration patience) throws Exception {
        Stage stage = running;
        if (stage == null) {
            stage = Stage.start(contract);
            running = stage;
        }
        boolean fit = false;
        try {
            stage.beginTrial(patience);
            promise.trial().on(stage);
            fit = true;
        } finally {
            if (!stage.endTrial() || !fit) {
                close(); // whatever went wrong is not to go on with the next
            }
        }
    }

    private void onItsOwn(Promise promise, Duration patience) throws Exception {
        close();
        try (Stage stage =
                promise.needs() == Promise.Needs.SHORT_DRAIN ? Stage.startShort(contract) : Stage.start(contract)) {
            stage.beginTrial(patience);
            promise.trial().on(stage);
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
