package io.ebbtide.testkit.contract;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;

/**
 * The application behind the server under test: the test of an adapter passes every request except probes to it. Safe
 * for use by many threads.
 */
public final class Application {
    /** How a request that was left open is ended. */
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
     * Handles one request; may block, so call it on a thread that may block. Pass its exceptions on to the server,
     * unless that is impossible.
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

    /** The number of requests received. */
    long handled() {
        return handled.sum();
    }

    /** Releases all waiting requests, now and until the next trial. */
    void release() {
        release.countDown();
    }

    void beginTrial() {
        release = new CountDownLatch(1);
    }

    /** Releases all waiting requests and ends those left open. */
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
            // the server has ended it before; the client sees the result
        }
    }
}
