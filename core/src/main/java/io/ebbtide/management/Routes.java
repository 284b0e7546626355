package io.ebbtide.management;

import io.ebbtide.internal.BackgroundLog;
import io.ebbtide.spi.ProbeResponse;
import io.ebbtide.spi.Probes;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers probes at once, and metrics when their rendering is finished. */
final class Routes implements Route {
    private static final Logger LOG = LoggerFactory.getLogger("io.ebbtide.management.ManagementServer");
    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private final Probes probes;
    private final @Nullable Scrapes scrapes;
    private final BackgroundLog log;

    /** @param scrapes null if there are no metrics */
    Routes(Probes probes, @Nullable Scrapes scrapes, BackgroundLog log) {
        this.log = log;
        this.probes = probes;
        this.scrapes = scrapes;
    }

    @Override
    public void answer(RequestHead head, Consumer<Reply> answer) {
        Reply probe = probe(head);
        if (probe != null) {
            answer.accept(probe);
        } else if (scrapes == null || !head.path().equals("/metrics")) {
            answer.accept(Reply.plain(
                    404,
                    "not found; known paths: /health, /health/live, /health/ready, /health/startup"
                            + (scrapes == null ? "" : ", /metrics")));
        } else if (head.isHead() || head.method().equals("GET")) {
            scrapes.answer(Accept.prefersOpenMetrics(head.header("Accept")) ? OPEN_METRICS : PROMETHEUS_TEXT, answer);
        } else {
            answer.accept(Reply.of(Probes.methodNotAllowed()));
        }
    }

    /** The answer; null if the path is no probe's. */
    private @Nullable Reply probe(RequestHead head) {
        try {
            ProbeResponse response = probes.answer(head.method(), head.path());
            return response == null ? null : Reply.of(response);
        } catch (RuntimeException | Error e) { // e.g. a missing library, which a closed connection would not report
            log.survived(LOG, "the answer to a probe", e);
            return Reply.plain(500, "the answer could not be rendered; see the log");
        }
    }

    @Override
    public void turn() {
        if (scrapes != null) {
            scrapes.turn();
        }
    }

    @Override
    public void close() {
        if (scrapes != null) {
            scrapes.close();
        }
    }
}
