package io.ebbtide.jetty;

import io.ebbtide.inflight.Ticket;
import io.ebbtide.spi.Traffic;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;
import org.jspecify.annotations.Nullable;

/** One request, from the gate to its end: all its callbacks, in one object. */
final class Visit implements Supplier<String> {
    private final Request request;
    private final Response response;
    private final Callback callback;
    private final String method;
    private final String description;
    private final Traffic traffic;
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile int status;
    private volatile @Nullable Ticket ticket;

    Visit(Request request, Response response, Callback callback, String path, Traffic traffic) {
        this.request = request;
        this.response = response;
        this.callback = callback;
        method = request.getMethod();
        description = method + " " + path;
        this.traffic = traffic;
    }

    @Override
    public String get() {
        return description;
    }

    /** Passes the request to the application: on this thread if that never blocks, else on a thread of the server's pool. */
    void begin(Ticket newTicket, Handler application, Server server) {
        ticket = newTicket;
        request.setAttribute(Ticket.REQUEST_ATTRIBUTE, newTicket);
        boolean mayBlock = application.getInvocationType() == Invocable.InvocationType.BLOCKING;
        if (!mayBlock || server.getInvocationType() == Invocable.InvocationType.BLOCKING) {
            run(newTicket, application, server);
            return;
        }
        newTicket.workedOnBy(null);
        try {
            request.getComponents().getExecutor().execute(() -> run(newTicket, application, server));
        } catch (RejectedExecutionException e) {
            Response.writeError(request, response, callback, HttpStatus.SERVICE_UNAVAILABLE_503);
        }
    }

    private void run(Ticket mine, Handler application, Server server) {
        mine.workedOnBy(Thread.currentThread());
        try {
            Handler fallback = server.getDefaultHandler();
            if (!application.handle(request, response, callback)
                    && (fallback == null || !fallback.handle(request, response, callback))) {
                Response.writeError(request, response, callback, HttpStatus.NOT_FOUND_404);
            }
        } catch (Throwable e) { // Jetty does the same with all exceptions of its handlers
            callback.failed(e);
        } finally {
            mine.releasedBy(Thread.currentThread());
        }
    }

    /** The head of the answer is about to be sent. */
    void answering(@Nullable String contentType) {
        Ticket mine = ticket;
        if (mine != null) {
            traffic.answering(mine, contentType);
        }
    }

    /** The head of an answer is sent; interim answers (RFC 9110, section 15.2) are followed by another. */
    void answeredWith(int newStatus) {
        status = newStatus;
    }

    /** The request is over. A second call does nothing. */
    void end() {
        Ticket mine = ticket;
        if (mine != null && over.compareAndSet(false, true)) {
            traffic.answered(mine, method, status);
        }
    }
}
