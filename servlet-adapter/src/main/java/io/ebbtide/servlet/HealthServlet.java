package io.ebbtide.servlet;

import io.ebbtide.spi.ProbeResponse;
import io.ebbtide.spi.Probes;
import io.ebbtide.spi.Traffic;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.MappingMatch;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Answers the probes of a web application: {@code /health}, {@code /health/live}, {@code /health/ready},
 * {@code /health/startup} and {@code /health/<group>}, below the context's path. Registered by the container's scan, by
 * {@link ServletSource#registerIn}, or under any mapping: the path mapped with {@code /*} replaces {@code /health}.
 * Safe for use by many threads; answering takes no lock and never waits.
 */
public final class HealthServlet extends HttpServlet {
    private static final long serialVersionUID = 1;

    /** By its name, because the listener makes the source of which this class is a part. */
    private static final String LISTENER = "io.ebbtide.servlet.EbbtideListener";

    @SuppressWarnings("serial") // never written, see below
    private final ServiceLifecycle life;

    @SuppressWarnings("serial")
    private @Nullable ServletSource source;

    /** For containers: uses the source that is registered in the context. */
    public HealthServlet() {
        life = ServiceLifecycle.NONE;
    }

    /** Answers for the service that this source was passed to; 503 until then. */
    public HealthServlet(ServletSource source) {
        this(source, ServiceLifecycle.NONE);
    }

    HealthServlet(ServletSource source, ServiceLifecycle life) {
        this.source = source;
        this.life = life;
    }

    @Override
    public void init() throws ServletException {
        if (source == null) {
            source = sourceIn(getServletContext(), "servlet '" + getServletName() + "'");
        }
        life.begin(); // if the filter is not initialized yet: Undertow does that at the first request
    }

    /**
     * Some containers hold locks that requests need, or refuse them, while they destroy filters; so the first destroyed
     * of the two ends the service.
     */
    @Override
    public void destroy() {
        life.end();
    }

    static ServletSource sourceIn(ServletContext context, String who) throws ServletException {
        ServletSource source = ServletSource.in(context);
        if (source == null) {
            throw new ServletException("%s: no service in this web application (expected: %s as a listener, or a %s)"
                    .formatted(who, LISTENER, ServletSource.class.getName()));
        }
        return source;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        ServletSource mine = source;
        if (mine != null) {
            answer(mine, request, response);
        }
    }

    static void answer(ServletSource source, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Probes probes = source.probes();
        if (probes == null) {
            response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
            return;
        }
        Traffic traffic = source.traffic();
        if (traffic != null && traffic.isShuttingDown() && InFlightFilter.isHttp1(request)) {
            response.setHeader("Connection", "close");
        }
        String path = path(request);
        ProbeResponse probe = probes.answer(request.getMethod(), path);
        if (probe == null && path.equals("/health/started")) { // as in MicroProfile Health, section "Protocol"
            probe = probes.answer(request.getMethod(), "/health/startup");
        }
        if (probe == null) {
            response.setStatus(HttpServletResponse.SC_NOT_FOUND);
            return;
        }
        response.setStatus(probe.status());
        probe.headers().forEach(response::setHeader);
        ByteBuffer body = probe.body();
        response.setContentLength(body.remaining());
        if (!request.getMethod().equals("HEAD")) {
            byte[] bytes = new byte[body.remaining()];
            body.get(bytes);
            response.getOutputStream().write(bytes);
        }
    }

    private static String path(HttpServletRequest request) {
        if (request.getHttpServletMapping().getMappingMatch() == MappingMatch.PATH) {
            String below = request.getPathInfo();
            return below == null ? "/health" : "/health" + below;
        }
        return request.getServletPath();
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
        throw new NotSerializableException(HealthServlet.class.getName());
    }
}
