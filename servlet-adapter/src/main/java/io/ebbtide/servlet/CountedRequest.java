package io.ebbtide.servlet;

import io.ebbtide.inflight.Ticket;
import io.ebbtide.spi.RequestText;
import io.ebbtide.spi.Traffic;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletMapping;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One request in flight, whatever it is dispatched to: counted once, ended once. Safe for use by many threads. */
final class CountedRequest implements Supplier<String> {
    /*
     * A request that was kept open is over when the container reports that its asynchronous cycle is complete, which is
     * the last event also after an error and a time-out (Servlet 6.0, section 2.3.3.3). A dispatch may begin another
     * cycle, which forgets the listeners of the one before; one that begins none completes it. Every other request is
     * over when it has left the filters, and a failed one once its error page was shown.
     */
    private static final String ATTRIBUTE = CountedRequest.class.getName();

    private final String method;
    private final String path;
    private final BooleanSupplier contextStops;
    private final Traffic traffic;
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile int status;
    private volatile boolean thrown;
    private volatile boolean disconnected;
    private volatile boolean open;
    private volatile @Nullable Ticket ticket;

    /**
     * Creates a request that is not yet admitted.
     *
     * @param request only its name is kept, as the container reuses the object
     * @param contextStops whether the container may have closed the connections of the web application
     */
    CountedRequest(HttpServletRequest request, BooleanSupplier contextStops, Traffic traffic) {
        method = request.getMethod();
        path = request.getRequestURI();
        this.contextStops = contextStops;
        this.traffic = traffic;
    }

    static @Nullable CountedRequest of(ServletRequest request) {
        return request.getAttribute(ATTRIBUTE) instanceof CountedRequest counted ? counted : null;
    }

    /** The request has been admitted. */
    void begin(Ticket newTicket, HttpServletRequest request) {
        ticket = newTicket;
        HttpServletMapping mapping = request.getHttpServletMapping();
        String pattern = mapping == null ? null : mapping.getPattern(); // null as Open Liberty's of a static file
        if (pattern != null && !pattern.isEmpty()) {
            newTicket.route(request.getContextPath() + pattern);
        }
        request.setAttribute(ATTRIBUTE, this);
        request.setAttribute(Ticket.REQUEST_ATTRIBUTE, newTicket);
    }

    /** A thread begins to work on it, in a dispatch. */
    void entered() {
        ticket().workedOnBy(Thread.currentThread());
    }

    /** The thread has returned from the dispatch. */
    void paused() {
        ticket().releasedBy(Thread.currentThread());
    }

    /** Returns whether the filter has to flush the answer itself: the container may stop as soon as no request is in flight. */
    boolean mustFlush() {
        return traffic.isShuttingDown();
    }

    /** The client closed the connection before the end of the answer; may be called more than once. */
    void disconnected() {
        disconnected = true;
        if (open) {
            end(); // Grizzly reports no end of an asynchronous request whose client has gone
        }
    }

    /** A filter or servlet behind ours threw, perhaps after it kept the request open; before {@link #returned}. */
    void thrown(Throwable failure) {
        thrown = true;
        if (ClientDisconnect.isCause(failure)) {
            disconnected = true;
        }
    }

    /**
     * The thread that began it has returned from the filters and servlets behind ours.
     *
     * @param answered the status that the answer has, or will get
     * @param pages ends the request later; null if no error page can follow
     */
    void returned(HttpServletRequest request, HttpServletResponse response, int answered, @Nullable ErrorPages pages) {
        status = answered;
        paused();
        if (request.isAsyncStarted()) {
            await(request, response);
        } else if (pages != null && !disconnected) {
            pages.await(this, response);
        } else {
            end();
        }
    }

    /** The request has left the web application, and was not kept open. */
    void end() {
        if (over.compareAndSet(false, true)) {
            if (disconnected && contextStops.getAsBoolean()) {
                traffic.cut(ticket()); // the container may have closed the connection
            }
            traffic.answered(ticket(), method, disconnected ? 0 : status);
        }
    }

    /**
     * The request has left the web application, its error page included.
     *
     * @param shown the status of the page, which the container chose
     */
    void endWith(int shown) {
        if (shown >= HttpServletResponse.SC_BAD_REQUEST) {
            status = shown;
        }
        end();
    }

    private void await(HttpServletRequest request, HttpServletResponse response) {
        open = true;
        if (disconnected) {
            end();
            return;
        }
        try {
            request.getAsyncContext().addListener(new AsyncCompletion(this), request, response);
        } catch (IllegalStateException e) { // completed in between
            end();
        }
    }

    Traffic traffic() {
        return traffic;
    }

    Ticket ticket() {
        return Objects.requireNonNull(ticket, "ticket");
    }

    /** The name of the request: never its query or its path's parameters, which may hold secrets. */
    @Override
    public String get() {
        return RequestText.name(method, path);
    }

    /** Its asynchronous cycle is complete. */
    void completed(@Nullable ServletResponse response) {
        if (response instanceof HttpServletResponse answer) {
            status = answer.getStatus();
        }
        end();
    }

    /**
     * Its asynchronous cycle has failed. The container completes it next, and reports that; but Tomcat 10.1 closes the
     * connection after an exception, and other containers close that of a client that has gone, without a further
     * report.
     */
    void failed(@Nullable Throwable failure) {
        if (failure instanceof IOException || (failure != null && ClientDisconnect.isCause(failure))) {
            disconnected = true; // as the container reports an event of the socket
        }
        if (thrown || disconnected) {
            end();
        }
    }
}
