package io.ebbtide.servlet;

import io.ebbtide.inflight.Ticket;
import io.ebbtide.internal.Printable;
import io.ebbtide.lifecycle.Traffic;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One request in flight, whatever it is dispatched to: counted once, over once. Safe for use by many threads. */
final class CountedRequest implements Supplier<String>, AsyncListener {
    /*
     * A request that was left open is over when the container says that its asynchronous cycle is complete, which comes
     * last also after an error and a time-out (Servlet 6.0, section 2.3.3.3). A dispatch may begin another cycle, which
     * forgets the listeners of the one before; one that begins none completes it. Every other request is over when it has
     * left the filters, and one that failed once its error page was shown.
     */
    private static final String ATTRIBUTE = CountedRequest.class.getName();

    private final String method;
    private final String path;
    private final Traffic traffic;
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile int status;
    private volatile boolean thrown;
    private volatile @Nullable Ticket ticket;

    /** @param request of which no more is kept than what it is called, as the container uses it again */
    CountedRequest(HttpServletRequest request, Traffic traffic) {
        method = request.getMethod();
        path = request.getRequestURI();
        this.traffic = traffic;
    }

    static @Nullable CountedRequest of(ServletRequest request) {
        return request.getAttribute(ATTRIBUTE) instanceof CountedRequest counted ? counted : null;
    }

    /** It has been let in. */
    void begin(Ticket newTicket, HttpServletRequest request) {
        ticket = newTicket;
        String pattern = request.getHttpServletMapping().getPattern();
        if (!pattern.isEmpty()) {
            newTicket.route(request.getContextPath() + pattern);
        }
        request.setAttribute(ATTRIBUTE, this);
        request.setAttribute(InFlightFilter.TICKET, newTicket);
    }

    /** A thread works on it, in a dispatch. */
    void entered() {
        ticket().workedOnBy(Thread.currentThread());
    }

    /** The thread has come back from the dispatch. */
    void paused() {
        ticket().leftBy(Thread.currentThread());
    }

    /** What is behind our filter threw, perhaps after it left the request open; before {@link #returned}. */
    void thrown() {
        thrown = true;
    }

    /**
     * The thread that began it has come back from the filters and servlets behind ours.
     *
     * @param answered the status that the answer has, or will get
     * @param pages whom to leave the end to; null if no error page can follow
     */
    void returned(HttpServletRequest request, HttpServletResponse response, int answered, @Nullable ErrorPages pages) {
        status = answered;
        paused();
        if (request.isAsyncStarted()) {
            await(request, response);
        } else if (pages != null) {
            pages.await(this);
        } else {
            left();
        }
    }

    /** It has left the web application, and was not left open. */
    void left() {
        if (over.compareAndSet(false, true)) {
            traffic.answered(ticket(), method, status);
        }
    }

    private void await(HttpServletRequest request, HttpServletResponse response) {
        try {
            request.getAsyncContext().addListener(this, request, response);
        } catch (IllegalStateException e) { // completed meanwhile
            left();
        }
    }

    Ticket ticket() {
        return Objects.requireNonNull(ticket, "ticket");
    }

    /** What the request is called: never its query or its path's parameters, which may hold secrets. */
    @Override
    public String get() {
        return method + " " + Printable.path(path);
    }

    @Override
    public void onComplete(AsyncEvent event) {
        if (event.getSuppliedResponse() instanceof HttpServletResponse response) {
            status = response.getStatus();
        }
        left();
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        event.getAsyncContext().addListener(this, event.getSuppliedRequest(), event.getSuppliedResponse());
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        // completed or dispatched by the application or the container, which then says so
    }

    /** The container completes it next, and says so; but Tomcat 10.1 closes the connection of what threw and says no more. */
    @Override
    public void onError(AsyncEvent event) {
        if (thrown) {
            left();
        }
    }
}
