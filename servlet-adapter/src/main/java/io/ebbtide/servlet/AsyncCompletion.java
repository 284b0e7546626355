package io.ebbtide.servlet;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import org.jspecify.annotations.Nullable;

/** Notifies a request of the end of its asynchronous cycle. Safe for use by many threads. */
final class AsyncCompletion implements AsyncListener {
    private final @Nullable CountedRequest request;

    /** For WildFly, which logs a warning at each deployment if a listener class has no such constructor. */
    AsyncCompletion() {
        this(null);
    }

    AsyncCompletion(@Nullable CountedRequest request) {
        this.request = request;
    }

    @Override
    public void onComplete(AsyncEvent event) {
        if (request != null) {
            request.completed(event.getSuppliedResponse());
        }
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        event.getAsyncContext().addListener(this, event.getSuppliedRequest(), event.getSuppliedResponse());
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        // completed or dispatched by the application or the container, which then reports it
    }

    @Override
    public void onError(AsyncEvent event) {
        if (request != null) {
            request.failed(event.getThrowable());
        }
    }
}
