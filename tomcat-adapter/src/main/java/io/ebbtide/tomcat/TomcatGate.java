package io.ebbtide.tomcat;

import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.spi.HealthCheckers;
import io.ebbtide.spi.ProbeResponse;
import io.ebbtide.spi.Probes;
import io.ebbtide.spi.RequestText;
import io.ebbtide.spi.Traffic;
import io.ebbtide.spi.WebSocketUpgrade;
import java.io.IOException;
import java.util.function.Supplier;
import org.apache.coyote.ActionCode;
import org.apache.coyote.Adapter;
import org.apache.coyote.Request;
import org.apache.coyote.Response;
import org.apache.tomcat.util.net.SocketEvent;
import org.jspecify.annotations.Nullable;

/**
 * The adapter between Tomcat's connector and its container, called before hosts and contexts are known: probes first,
 * then the gate, then the application. Safe for use by many threads.
 */
final class TomcatGate implements Adapter {
    /*
     * The container is called once for each request, and again for each turn of an asynchronous one. When it returns,
     * and the request was not kept open, its answer has been written to the connection: Tomcat's last flush blocks. A
     * request that is kept open and never called again, as when its connection ends, is detected when its processor is
     * recycled.
     *
     * A request that Coyote has refused by then, because of the request line, a header or the missing host, has its
     * status; if Coyote could not read the request line, the request has neither a path nor, perhaps, a method. The
     * container alone answers it, by its valves and without the application; so no probe, no gate and no count is
     * involved, as with servers that answer it earlier.
     */
    /** Tomcat answers 501 and ends the connection; otherwise the client may take it for a tunnel. */
    private static final String CONNECT = "CONNECT";

    private static final int NO_CONTENT = 204;
    private static final int SERVICE_UNAVAILABLE = 503;

    private final Adapter container;
    private final Traffic traffic;
    private final @Nullable Probes probes;

    /** The name of a request: never its query or its path's parameters, which may hold secrets. */
    private record Name(String method, String path) implements Supplier<String> {
        @Override
        public String get() {
            return RequestText.name(method, path);
        }
    }

    TomcatGate(Adapter container, Traffic traffic, @Nullable Probes probes) {
        this.container = container;
        this.traffic = traffic;
        this.probes = probes;
    }

    /** Returns the adapter without our gate, if it has one. */
    static Adapter guarded(Adapter adapter) {
        return adapter instanceof TomcatGate gate ? gate.container : adapter;
    }

    @Override
    public void service(Request request, Response response) throws Exception {
        Exchange exchange = Exchange.of(request, response, traffic);
        String method = method(request);
        String path = request.requestURI().toString();
        if (path == null || isRefusedByTomcat(response)) {
            container.service(request, response);
            return;
        }
        ProbeResponse probe = probes == null || method.equals(CONNECT) ? null : probes.answer(method, path);
        if (probe != null) {
            answer(response, probe);
        } else if (path.equals(LastInLine.PATH)) {
            answer(response, NO_CONTENT);
        } else if (traffic.isShuttingDown() && wantsWebSocket(request)) {
            refuse(response);
        } else {
            var name = new Name(method, path);
            Ticket ticket = admit(request, name);
            if (ticket == null) {
                refuse(response);
            } else {
                exchange.begin(ticket, method, name);
                serve(exchange, request, response);
            }
        }
    }

    /**
     * Whether Coyote has chosen the status. Its 503 is excluded: a paused connector answers 503, which is the gate's
     * own answer.
     */
    private static boolean isRefusedByTomcat(Response response) {
        return response.isError() && response.getStatus() != SERVICE_UNAVAILABLE;
    }

    private void serve(Exchange exchange, Request request, Response response) throws Exception {
        boolean thrown = true;
        try {
            container.service(request, response);
            thrown = false;
        } finally {
            exchange.returned(thrown);
        }
    }

    @Override
    public boolean asyncDispatch(Request request, Response response, SocketEvent event) throws Exception {
        Exchange exchange = Exchange.of(request, response, traffic);
        boolean goesOn = false;
        exchange.workedOnHere();
        try {
            goesOn = container.asyncDispatch(request, response, event);
            return goesOn;
        } finally {
            exchange.returned(!goesOn);
        }
    }

    @Override
    public void checkRecycled(Request request, Response response) {
        container.checkRecycled(request, response);
        Exchange.of(request, response, traffic).end();
    }

    @Override
    public boolean prepare(Request request, Response response) throws Exception {
        return container.prepare(request, response);
    }

    @Override
    public void log(Request request, Response response, long nanos) {
        container.log(request, response, nanos);
    }

    @Override
    public String getDomain() {
        return container.getDomain();
    }

    private @Nullable Ticket admit(Request request, Name name) {
        Connections.Arrival arrival = Connections.arrival(request);
        boolean healthChecker = HealthCheckers.isOne(request.getHeader("User-Agent"));
        return traffic.admit(WorkKind.REQUEST, name, healthChecker ? null : arrival.peer(), arrival.use());
    }

    private static void answer(Response response, ProbeResponse probe) throws IOException {
        response.setStatus(probe.status());
        probe.headers().forEach(response::setHeader);
        response.setContentLength(probe.body().remaining());
        response.doWrite(probe.body());
        response.action(ActionCode.CLOSE, null);
    }

    private static void answer(Response response, int status) {
        response.setStatus(status);
        response.setContentLength(0);
        response.action(ActionCode.CLOSE, null);
    }

    /** Tomcat adds {@code Connection: close} to each 503, and reads the rest of the body, up to its maxSwallowSize. */
    private void refuse(Response response) {
        response.setHeader("Retry-After", String.valueOf(traffic.retryAfter().toSeconds()));
        answer(response, SERVICE_UNAVAILABLE);
    }

    @SuppressWarnings("deprecation") // its replacement came late in 10.1
    private static String method(Request request) {
        return request.method().toString();
    }

    private static boolean wantsWebSocket(Request request) {
        return WebSocketUpgrade.isRequestedBy(request.getHeader("Upgrade"));
    }
}
