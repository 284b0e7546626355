package io.ebbtide.servlet;

import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.internal.Printable;
import io.ebbtide.lifecycle.ConnectionUse;
import io.ebbtide.lifecycle.HealthCheckers;
import io.ebbtide.lifecycle.Traffic;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The gate of a web application: counts each request once, from here to its end, whatever it is forwarded, dispatched or
 * left open to. Must be the first filter, support asynchronous requests, and be mapped to {@code /*} for {@code REQUEST},
 * {@code ASYNC} and {@code ERROR}. Registered by the container's scan, by {@link ServletSource#registerIn} or in {@code
 * web.xml}. Safe for use by many threads; never blocks by itself.
 *
 * <p>While the service leaves, each HTTP/1.1 answer that has not begun bears {@code Connection: close} (RFC 9112, section
 * 9.6) and WebSocket upgrades are refused. Once the service is drained, or the time for it is over, requests are refused
 * with 503, {@code Retry-After} and {@code Connection: close}. Probes that {@link HealthServlet} is mapped to are answered
 * here, so that no filter behind this one can delay them, and never counted.
 */
public final class InFlightFilter implements Filter {
    /** The attribute of a request that holds its {@link Ticket}. */
    public static final String TICKET = "io.ebbtide.ticket";

    private final boolean toldOfTheEnd;
    private @Nullable ServletSource given;
    private Set<String> probeServlets = Set.of();

    /** For containers: uses the source that is registered in the context. */
    public InFlightFilter() {
        toldOfTheEnd = false;
    }

    InFlightFilter(ServletSource source, boolean toldOfTheEnd) {
        given = source;
        this.toldOfTheEnd = toldOfTheEnd;
    }

    /**
     * The ticket of a request in flight, for handlers that work for long: {@link Ticket#remaining()} tells how long they may.
     * May be called by any thread until the request is over; the ticket is closed by itself.
     *
     * @throws IllegalArgumentException if the request did not come by an {@code InFlightFilter}
     */
    public static Ticket ticket(ServletRequest request) {
        if (request.getAttribute(TICKET) instanceof Ticket ticket) {
            return ticket;
        }
        String what = request instanceof HttpServletRequest http
                ? Printable.path(http.getRequestURI())
                : request.getProtocol();
        throw new IllegalArgumentException(
                "request: %s (expected: one that came by an InFlightFilter)".formatted(what));
    }

    @Override
    public void init(FilterConfig config) throws ServletException {
        ServletContext context = config.getServletContext();
        if (given == null) {
            given = HealthServlet.sourceIn(context, "filter '" + config.getFilterName() + "'");
        }
        probeServlets = context.getServletRegistrations().values().stream()
                .filter(servlet -> HealthServlet.class.getName().equals(servlet.getClassName()))
                .map(servlet -> servlet.getName())
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        ServletSource source = Objects.requireNonNull(given, "source");
        Traffic traffic = source.traffic();
        if (traffic == null
                || !(request instanceof HttpServletRequest http)
                || !(response instanceof HttpServletResponse answer)) {
            chain.doFilter(request, response);
            return;
        }
        CountedRequest known = CountedRequest.of(request);
        if (known != null) {
            again(known, http, answer, chain, traffic);
            return;
        }
        if (probeServlets.contains(http.getHttpServletMapping().getServletName())) {
            HealthServlet.answer(source, http, answer);
            return;
        }
        var counted = new CountedRequest(http, traffic);
        Ticket ticket = traffic.leaving() && wantsWebSocket(http)
                ? null
                : traffic.admit(WorkKind.REQUEST, counted, peer(http), use(http, source));
        if (ticket == null) {
            refuse(answer, traffic);
            return;
        }
        counted.begin(ticket, http);
        boolean failed = true;
        boolean thrown = true;
        int status = HttpServletResponse.SC_INTERNAL_SERVER_ERROR; // of what is thrown, the container's answer
        try {
            failed = pass(http, answer, chain, traffic);
            thrown = false;
            status = answer.getStatus();
        } finally {
            if (thrown) {
                counted.thrown();
            }
            counted.returned(http, answer, status, failed && toldOfTheEnd ? source.errorPages() : null);
        }
    }

    /** A dispatch of a request that is counted; or a filter like this one stands in the chain twice. */
    private static void again(
            CountedRequest counted,
            HttpServletRequest request,
            HttpServletResponse response,
            FilterChain chain,
            Traffic traffic)
            throws IOException, ServletException {
        switch (request.getDispatcherType()) {
            case ASYNC, ERROR -> {
                counted.entered();
                try {
                    pass(request, response, chain, traffic);
                } finally {
                    counted.paused();
                }
            }
            case REQUEST, FORWARD, INCLUDE -> chain.doFilter(request, response);
        }
    }

    /** Returns whether an error page may follow. */
    private static boolean pass(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain, Traffic traffic)
            throws IOException, ServletException {
        LeavingResponse known = LeavingResponse.in(response);
        LeavingResponse asked = known == null ? new LeavingResponse(response, traffic, isHttp1(request)) : known;
        try {
            if (known == null) {
                chain.doFilter(new LeavingRequest(request, asked), asked);
            } else {
                chain.doFilter(request, response);
            }
            return asked.isError();
        } finally {
            asked.returned();
        }
    }

    private static void refuse(HttpServletResponse response, Traffic traffic) {
        response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
        response.setHeader("Retry-After", Long.toString(traffic.retryAfter().toSeconds()));
        response.setHeader("Connection", "close");
        response.setContentLength(0);
    }

    private static @Nullable InetAddress peer(HttpServletRequest request) {
        return HealthCheckers.isOne(request.getHeader("User-Agent")) ? null : Address.of(request.getRemoteAddr());
    }

    private static ConnectionUse use(HttpServletRequest request, ServletSource source) {
        return isHttp1(request)
                ? source.connections().use(request.getServletConnection().getConnectionId())
                : ConnectionUse.SHARED;
    }

    static boolean isHttp1(HttpServletRequest request) {
        return request.getProtocol().startsWith("HTTP/1");
    }

    private static boolean wantsWebSocket(HttpServletRequest request) {
        return "websocket".equalsIgnoreCase(request.getHeader("Upgrade"));
    }
}
