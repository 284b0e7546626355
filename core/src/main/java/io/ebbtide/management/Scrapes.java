package io.ebbtide.management;

import io.ebbtide.internal.BackgroundLog;
import io.ebbtide.internal.Redact;
import io.ebbtide.internal.Threads;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renders the metrics, on a thread of its own, because a gauge may block. Confined to the loop's thread except
 * {@link #close}.
 */
final class Scrapes {
    /*
     * One rendering at a time. Requests that come while one runs wait for the next, which all of them share if they
     * want the same format: it begins after each of them has come, so none receives values older than its request. The
     * next one begins only if there is room for it: answers that no client reads must not fill the heap.
     *
     * The scrape thread passes its result through a field of an object that exists before it begins, so that a heap
     * that is full for a moment cannot lose the end of a rendering.
     */
    /** The maximum number of waiting requests; a further one is refused. */
    static final int MAX_WAITING = 128;

    private static final Logger LOG = LoggerFactory.getLogger("io.ebbtide.management.ManagementServer");
    private static final Reply FAILED = Reply.plain(500, "the metrics could not be read; see the log");

    private record Request(String type, Consumer<Reply> answer) {}

    private static final class Rendering {
        private final List<Request> sharing = new ArrayList<>();
        private volatile @Nullable Reply reply;
    }

    private final MetricsText metrics;
    private final BooleanSupplier hasRoom;
    private final Runnable wakeup;
    private final BackgroundLog log;
    private final ThreadPoolExecutor scraper;
    private final List<Request> waiting = new ArrayList<>();
    private @Nullable Rendering running;

    /**
     * @param hasRoom whether a rendering may begin; called on the loop's thread
     * @param wakeup makes the loop call {@link #turn} soon; called by the scrape thread
     */
    Scrapes(MetricsText metrics, BooleanSupplier hasRoom, Runnable wakeup, BackgroundLog log, String threadName) {
        this.metrics = metrics;
        this.hasRoom = hasRoom;
        this.wakeup = wakeup;
        this.log = log;
        scraper = new ThreadPoolExecutor(
                1, 1, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), Threads.named(threadName));
        scraper.allowCoreThreadTimeOut(true);
    }

    /** Answers with a rendering that begins now or later. */
    void answer(String type, Consumer<Reply> answer) {
        if (waiting.size() >= MAX_WAITING) {
            answer.accept(Reply.plain(503, "too many scrapes at once"));
            return;
        }
        waiting.add(new Request(type, answer));
        renderNext();
    }

    /** Delivers a finished rendering, and begins the next if requests wait for it and there is room. */
    void turn() {
        Rendering now = running;
        Reply reply = now == null ? null : now.reply;
        if (now != null && reply != null) {
            running = null;
            for (Request each : now.sharing) {
                each.answer().accept(reply);
            }
        }
        renderNext();
    }

    /** Begins nothing more. Safe for use by many threads. */
    void close() {
        scraper.shutdownNow();
    }

    private void renderNext() {
        if (running != null || waiting.isEmpty() || !hasRoom.getAsBoolean()) {
            return;
        }
        String type = waiting.get(0).type();
        var next = new Rendering();
        for (Iterator<Request> each = waiting.iterator(); each.hasNext(); ) {
            Request request = each.next();
            if (request.type().equals(type)) {
                next.sharing.add(request);
                each.remove();
            }
        }
        try {
            scraper.execute(() -> render(next, type));
            running = next;
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            for (Request each : next.sharing) {
                each.answer().accept(Reply.plain(503, "no thread is available for a scrape"));
            }
        }
    }

    /** Runs on the scrape thread. */
    private void render(Rendering rendering, String type) {
        Reply reply = FAILED;
        try {
            reply = Reply.text(200, type, metrics.scrape(type));
        } catch (RuntimeException | Error e) { // a gauge may throw anything
            log.write(LOG, to -> to.warn("a scrape of the metrics failed: {}", Redact.trace(e)));
        } finally {
            rendering.reply = reply;
            wakeup.run();
        }
    }
}
