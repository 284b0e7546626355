package io.ebbtide.servlet;

import io.ebbtide.internal.Ticker;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The requests that have failed, and whose error page the container may still show. Safe for use by many threads. */
final class ErrorPages {
    /*
     * A container shows an error page after the filters, as a part of the request, and reports the end of the request
     * afterwards. There are two exceptions: Tomcat reports no end any more while the context is being stopped, so nothing is awaited
     * then; Open Liberty reports none if the client has closed the connection, so an old request counts as ended.
     */
    private static final Duration LONGEST_PAGE = Duration.ofMinutes(1);

    private final Map<CountedRequest, Awaited> awaited = new ConcurrentHashMap<>();
    private final Ticker ticker;
    private volatile boolean endIsReported = true;

    private record Awaited(HttpServletResponse response, long sinceNanos) {}

    ErrorPages(Ticker ticker) {
        this.ticker = ticker;
    }

    /** Defers the end of a failed request to {@link #shown}, or to {@link #stop}. */
    void await(CountedRequest request, HttpServletResponse response) {
        awaited.put(request, new Awaited(response, ticker.nanos()));
        if (!endIsReported) {
            stop();
        }
    }

    /** Ends requests that have been awaited for too long; called often. */
    void sweep() {
        if (!awaited.isEmpty()) {
            end(LONGEST_PAGE);
        }
    }

    /** The request has ended, its error page included. */
    void shown(CountedRequest request) {
        Awaited known = awaited.remove(request);
        if (known != null) {
            request.endWith(known.response().getStatus());
        }
    }

    /**
     * The context is being stopped: all failed requests have ended, and later ones will at once. A second call changes
     * nothing.
     */
    void stop() {
        endIsReported = false;
        end(Duration.ZERO);
    }

    /** Ends the requests that have been awaited for at least this long. */
    private void end(Duration atLeast) {
        awaited.forEach((request, known) -> {
            if (ticker.since(known.sinceNanos()).compareTo(atLeast) >= 0 && awaited.remove(request, known)) {
                request.end(); // with its own status: the response may now belong to another request
            }
        });
    }
}
