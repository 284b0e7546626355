package io.ebbtide.servlet;

import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.spi.ConnectionUse;
import io.ebbtide.spi.HealthCheckers;
import io.ebbtide.spi.PeerAddress;
import io.ebbtide.spi.SourceArguments;
import io.ebbtide.spi.Traffic;
import io.ebbtide.spi.WebSocketUpgrade;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletMapping;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The gate of a web application: counts each request once, from here to its end, whatever it is forwarded or dispatched
 * to, and also if it is kept open. Must be the first filter, support asynchronous requests, and be mapped to {@code /*}
 * for {@code REQUEST}, {@code ASYNC} and {@code ERROR}. Registered by the container's scan, by
 * {@link ServletSource#registerIn} or in {@code web.xml}. Safe for use by many threads; never blocks by itself.
 *
 * <p>While the service shuts down, each HTTP/1.1 answer that has not begun has {@code Connection: close} (RFC 9112,
 * section 9.6) and WebSocket upgrades are refused. Once the service is drained, or the time for it is over, requests
 * are refused with 503, {@code Retry-After} and {@code Connection: close}. Probes that {@link HealthServlet} is mapped
 * to are answered here, so that no filter behind this one can delay them, and never counted.
 */
public final class InFlightFilter implements Filter {
    /** The attribute of a request that holds its {@link Ticket}. */
    public static final String TICKET = Ticket.REQUEST_ATTRIBUTE;

    private final boolean endIsReported;
    private final ServiceLifecycle life;
    private @Nullable ServletSource given;
    private Set<String> probeServlets = Set.of();

    /** For containers: uses the source that is registered in the context. */
    public InFlightFilter() {
        endIsReported = false;
        life = ServiceLifecycle.NONE;
    }

    /** For a context in which a listener reports the end of each request. */
    InFlightFilter(ServletSource source, ServiceLifecycle life) {
        given = source;
        endIsReported = true;
        this.life = life;
    }

    /**
     * Returns the ticket of a request in flight, for handlers that run for long: {@link Ticket#remaining()} returns how
     * long they may continue. May be called by any thread until the request is over; the ticket is closed
     * automatically.
     *
     * @throws IllegalArgumentException if the request did not come through an {@code InFlightFilter}
     */
    public static Ticket ticket(ServletRequest request) {
        if (SourceArguments.present(request, "request").getAttribute(TICKET) instanceof Ticket ticket) {
            return ticket;
        }
        String path = request instanceof HttpServletRequest http ? http.getRequestURI() : null;
        throw SourceArguments.withoutTicket("request", path, "an InFlightFilter");
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
        life.begin();
    }

    /** Waits for the requests in flight, at most for the grace. Containers call it before {@code contextDestroyed}. */
    @Override
    public void destroy() {
        life.end();
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
            again(known, http, answer, chain);
            return;
        }
        source.errorPages().sweep();
        if (isProbe(http)) {
            HealthServlet.answer(source, http, answer);
            return;
        }
        var counted = new CountedRequest(http, source::contextStops, traffic);
        Ticket ticket = traffic.isShuttingDown() && wantsWebSocket(http)
                ? null
                : traffic.admit(WorkKind.REQUEST, counted, peer(http), use(http, source));
        if (ticket == null) {
            refuse(answer, traffic);
            return;
        }
        counted.begin(ticket, http);
        boolean failed = true;
        int status = HttpServletResponse.SC_INTERNAL_SERVER_ERROR; // the container's answer to an exception
        try {
            failed = pass(http, answer, chain, counted);
            status = answer.getStatus();
        } catch (Throwable e) {
            failed = !answer.isCommitted(); // else no page can follow
            counted.thrown(e);
            throw e;
        } finally {
            counted.returned(http, answer, status, failed && endIsReported ? source.errorPages() : null);
        }
    }

    /** A dispatch of a request that is counted; or a second filter like this one is in the chain. */
    private static void again(
            CountedRequest counted, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        switch (request.getDispatcherType()) {
            case ASYNC, ERROR -> {
                counted.entered();
                try {
                    pass(request, response, chain, counted);
                } finally {
                    counted.paused();
                }
            }
            case REQUEST, FORWARD, INCLUDE -> chain.doFilter(request, response);
        }
    }

    /** Returns whether an error page may follow. */
    private static boolean pass(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain, CountedRequest counted)
            throws IOException, ServletException {
        DisconnectingResponse known = DisconnectingResponse.in(response);
        DisconnectingResponse asked =
                known == null ? new DisconnectingResponse(response, counted, isHttp1(request)) : known;
        try {
            if (known == null) {
                chain.doFilter(new DisconnectingRequest(request, asked), asked);
            } else {
                chain.doFilter(request, response);
            }
            if (counted.mustFlush() && !asked.isError() && !request.isAsyncStarted()) {
                asked.flush();
            }
            return asked.isError();
        } finally {
            asked.returned();
        }
    }

    /** Open Liberty returns null as the servlet name of a static file. */
    private boolean isProbe(HttpServletRequest request) {
        HttpServletMapping mapping = request.getHttpServletMapping();
        String servlet = mapping == null ? null : mapping.getServletName();
        return servlet != null && probeServlets.contains(servlet);
    }

    private static void refuse(HttpServletResponse response, Traffic traffic) {
        response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
        response.setHeader("Retry-After", Long.toString(traffic.retryAfter().toSeconds()));
        response.setHeader("Connection", "close");
        response.setContentLength(0);
    }

    private static @Nullable InetAddress peer(HttpServletRequest request) {
        return HealthCheckers.isOne(request.getHeader("User-Agent"))
                ? null
                : PeerAddress.parse(request.getRemoteAddr());
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
        return WebSocketUpgrade.isRequestedBy(request.getHeader("Upgrade"));
    }
}
