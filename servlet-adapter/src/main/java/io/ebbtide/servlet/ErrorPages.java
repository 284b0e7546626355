package io.ebbtide.servlet;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The requests that have failed, and whose error page the container may still show. Safe for use by many threads. */
final class ErrorPages {
    /*
     * A container shows an error page after the filters, as a part of the request. It tells of the request's end after that,
     * unless the context is being stopped: then Tomcat tells of no end any more. So nothing is awaited once it is.
     */
    private final Set<CountedRequest> awaited = ConcurrentHashMap.newKeySet();
    private volatile boolean told = true;

    /** Leaves the end of a failed request to {@link #shown}, or to {@link #stop}. */
    void await(CountedRequest request) {
        awaited.add(request);
        if (!told) {
            stop();
        }
    }

    /** The request has left the web application. */
    void shown(CountedRequest request) {
        if (awaited.remove(request)) {
            request.left();
        }
    }

    /** The context is being stopped: all that failed are over, and all that will. A second call changes nothing more. */
    void stop() {
        told = false;
        for (CountedRequest each : awaited) {
            shown(each);
        }
    }
}
