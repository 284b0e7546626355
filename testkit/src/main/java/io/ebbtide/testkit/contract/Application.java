package io.ebbtide.testkit.contract;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;

/**
 * The application behind the server under test: the test of an adapter has every request that is no probe come here. Safe
 * for use by many threads.
 */
public final class Application {
    /** What is done with a request that was left open. */
    @FunctionalInterface
    interface Ending {
        void of(OpenExchange open) throws Exception;
    }

    private record Parked(OpenExchange open, Ending ending) {}

    private final Queue<Parked> parked = new ConcurrentLinkedQueue<>();
    private final LongAdder handled = new LongAdder();
    private volatile CountDownLatch release = new CountDownLatch(1);

    Application() {}

    /**
     * Handles one request; may block, so it is to be called on a thread that may. What it throws is to reach the server,
     * unless nothing that is thrown can.
     */
    public void handle(Exchange exchange) throws Exception {
        handled.increment();
        Scenario scenario = Scenario.at(exchange.path());
        if (scenario == null) {
            exchange.status(404);
        } else {
            scenario.play(exchange, this);
        }
    }

    /** How many requests have come. */
    long handled() {
        return handled.sum();
    }

    /** Lets everybody go on who waits, now and until the next trial. */
    void release() {
        release.countDown();
    }

    void beginTrial() {
        release = new CountDownLatch(1);
    }

    /** Lets everybody go who is still there. */
    void endTrial() {
        release();
        for (Parked each = parked.poll(); each != null; each = parked.poll()) {
            end(each);
        }
    }

    void awaitRelease() throws InterruptedException {
        release.await();
    }

    void awaitReleaseWhateverComes() {
        CountDownLatch awaited = release;
        boolean interrupted = false;
        while (true) {
            try {
                awaited.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    void whenReleased(OpenExchange open, Ending ending) {
        CountDownLatch awaited = release;
        var thread = new Thread(
                () -> {
                    try {
                        awaited.await();
                        end(new Parked(open, ending));
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "contract-async");
        thread.setDaemon(true);
        thread.start();
    }

    void atTheEnd(OpenExchange open, Ending ending) {
        parked.add(new Parked(open, ending));
    }

    private static void end(Parked each) {
        try {
            each.ending().of(each.open());
        } catch (Exception e) {
            // the server has ended it before; what came of it is seen by the client
        }
    }
}
