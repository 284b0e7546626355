package io.ebbtide.servlet;

import io.ebbtide.inflight.Ticket;
import io.ebbtide.internal.Printable;
import io.ebbtide.lifecycle.Traffic;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletMapping;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One request in flight, whatever it is dispatched to: counted once, over once. Safe for use by many threads. */
final class CountedRequest implements Supplier<String> {
    /*
     * A request that was left open is over when the container says that its asynchronous cycle is complete, which comes
     * last also after an error and a time-out (Servlet 6.0, section 2.3.3.3). A dispatch may begin another cycle, which
     * forgets the listeners of the one before; one that begins none completes it. Every other request is over when it has
     * left the filters, and one that failed once its error page was shown.
     */
    private static final String ATTRIBUTE = CountedRequest.class.getName();

    private final String method;
    private final String path;
    private final ServletSource source;
    private final Traffic traffic;
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile int status;
    private volatile boolean thrown;
    private volatile boolean disconnected;
    private volatile boolean open;
    private volatile @Nullable Ticket ticket;

    /** @param request of which no more is kept than what it is called, as the container uses it again */
    CountedRequest(HttpServletRequest request, ServletSource source, Traffic traffic) {
        method = request.getMethod();
        path = request.getRequestURI();
        this.source = source;
        this.traffic = traffic;
    }

    static @Nullable CountedRequest of(ServletRequest request) {
        return request.getAttribute(ATTRIBUTE) instanceof CountedRequest counted ? counted : null;
    }

    /** It has been let in. */
    void begin(Ticket newTicket, HttpServletRequest request) {
        ticket = newTicket;
        HttpServletMapping mapping = request.getHttpServletMapping();
        String pattern = mapping == null ? null : mapping.getPattern(); // null as Open Liberty's of a static file
        if (pattern != null && !pattern.isEmpty()) {
            newTicket.route(request.getContextPath() + pattern);
        }
        request.setAttribute(ATTRIBUTE, this);
        request.setAttribute(InFlightFilter.TICKET, newTicket);
    }

    /** What the application is to answer with. */
    LeavingResponse leaving(HttpServletResponse response, boolean http1) {
        return new LeavingResponse(response, this, traffic, http1);
    }

    /** A thread works on it, in a dispatch. */
    void entered() {
        ticket().workedOnBy(Thread.currentThread());
    }

    /** The thread has come back from the dispatch. */
    void paused() {
        ticket().leftBy(Thread.currentThread());
    }

    /** Returns whether the filter has to flush the answer itself: the container may stop as soon as no request is in flight. */
    boolean mustFlush() {
        return traffic.leaving();
    }

    /** The client closed the connection before the end of the answer; may be called more than once. */
    void disconnected() {
        disconnected = true;
        if (open) {
            left(); // Grizzly reports no end of an asynchronous request whose client has gone
        }
    }

    /** What is behind our filter threw, perhaps after it left the request open; before {@link #returned}. */
    void thrown(Throwable failure) {
        thrown = true;
        if (ClientDisconnect.isCause(failure)) {
            disconnected = true;
        }
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
        } else if (pages != null && !disconnected) {
            pages.await(this, response);
        } else {
            left();
        }
    }

    /** It has left the web application, and was not left open. */
    void left() {
        if (over.compareAndSet(false, true)) {
            if (disconnected && source.contextStops()) {
                traffic.cut(ticket()); // the container may have closed the connection
            }
            traffic.answered(ticket(), method, disconnected ? 0 : status);
        }
    }

    /**
     * It has left the web application, its error page included.
     *
     * @param shown the status of the page, which the container chose
     */
    void leftWith(int shown) {
        if (shown >= HttpServletResponse.SC_BAD_REQUEST) {
            status = shown;
        }
        left();
    }

    private void await(HttpServletRequest request, HttpServletResponse response) {
        open = true;
        if (disconnected) {
            left();
            return;
        }
        try {
            request.getAsyncContext().addListener(new AsyncCompletion(this), request, response);
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

    /** Its asynchronous cycle is complete. */
    void completed(@Nullable ServletResponse response) {
        if (response instanceof HttpServletResponse answer) {
            status = answer.getStatus();
        }
        left();
    }

    /**
     * Its asynchronous cycle has failed. The container completes it next, and says so; but Tomcat 10.1 closes the connection of
     * what threw, and others that of a client that has gone, and say no more.
     */
    void failed(@Nullable Throwable failure) {
        if (failure instanceof IOException || (failure != null && ClientDisconnect.isCause(failure))) {
            disconnected = true; // as the container reports what happened to the socket
        }
        if (thrown || disconnected) {
            left();
        }
    }
}
