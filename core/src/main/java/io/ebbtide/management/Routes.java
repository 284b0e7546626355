package io.ebbtide.management;

import io.ebbtide.internal.BackgroundLog;
import io.ebbtide.internal.Redact;
import io.ebbtide.internal.Threads;
import io.ebbtide.probe.ProbeResponse;
import io.ebbtide.probe.Probes;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Probes at once; metrics on a thread of their own, because a gauge may ask who knows what. */
final class Routes implements Route, AutoCloseable {
    static final int MOST_WAITING_SCRAPES = 8;

    private static final Logger LOG = LoggerFactory.getLogger(ManagementServer.class);
    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private final Probes probes;
    private final @Nullable MetricsText metrics;
    private final BackgroundLog log;
    private final ThreadPoolExecutor scraper;

    Routes(Probes probes, @Nullable MetricsText metrics, BackgroundLog log, String threadName) {
        this.log = log;
        this.probes = probes;
        this.metrics = metrics;
        scraper = new ThreadPoolExecutor(
                1, 1, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MOST_WAITING_SCRAPES), Threads.named(threadName));
        scraper.allowCoreThreadTimeOut(true);
    }

    @Override
    public void answer(RequestHead head, Consumer<Reply> answer) {
        ProbeResponse probe = probes.answer(head.method(), head.path());
        if (probe != null) {
            answer.accept(Reply.of(probe));
        } else if (metrics == null || !head.path().equals("/metrics")) {
            answer.accept(Reply.plain(
                    404,
                    "not found; there is /health, /health/live, /health/ready, /health/startup"
                            + (metrics == null ? "" : ", /metrics")));
        } else if (head.isHead() || head.method().equals("GET")) {
            scrape(metrics, head.header("Accept"), answer);
        } else {
            answer.accept(Reply.of(Probes.methodNotAllowed()));
        }
    }

    private void scrape(MetricsText text, String accept, Consumer<Reply> answer) {
        String type = Accept.prefersOpenMetrics(accept) ? OPEN_METRICS : PROMETHEUS_TEXT;
        try {
            scraper.execute(() -> answer.accept(scrapeNow(text, type)));
        } catch (RejectedExecutionException e) {
            answer.accept(Reply.plain(503, "too many scrapes at once"));
        } catch (OutOfMemoryError e) {
            answer.accept(Reply.plain(503, "no thread to be had for a scrape"));
        }
    }

    private Reply scrapeNow(MetricsText text, String type) {
        try {
            return Reply.text(200, type, text.scrape(type));
        } catch (RuntimeException | Error e) { // a gauge may throw anything
            log.write(LOG, to -> to.warn("a scrape of the metrics failed: {}", Redact.trace(e)));
            return Reply.plain(500, "the metrics could not be read; the log says why");
        }
    }

    @Override
    public void close() {
        scraper.shutdownNow();
    }
}
