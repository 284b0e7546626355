package io.ebbtide.servlet;

import jakarta.servlet.ServletRequestEvent;
import jakarta.servlet.ServletRequestListener;

/** Reports that a failed request has left the web application, its error page included. Safe for use by many threads. */
final class EndOfRequest implements ServletRequestListener {
    private final ErrorPages pages;

    EndOfRequest(ErrorPages pages) {
        this.pages = pages;
    }

    @Override
    public void requestDestroyed(ServletRequestEvent event) {
        CountedRequest request = CountedRequest.of(event.getServletRequest());
        if (request != null) {
            pages.shown(request);
        }
    }
}
