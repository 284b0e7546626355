package io.ebbtide.undertow;

import io.ebbtide.inflight.Ticket;
import io.ebbtide.spi.RequestText;
import io.ebbtide.spi.Traffic;
import io.undertow.server.ConduitWrapper;
import io.undertow.server.DefaultResponseListener;
import io.undertow.server.ExchangeCompletionListener;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.ResponseCommitListener;
import io.undertow.util.AttachmentKey;
import io.undertow.util.Headers;
import io.undertow.util.PathTemplateMatch;
import io.undertow.util.Protocols;
import io.undertow.util.StatusCodes;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.conduits.StreamSinkConduit;

/** One request in flight: everything that Undertow calls back for it, in one object. */
final class Request implements Supplier<String>, Executor, ResponseCommitListener, ExchangeCompletionListener {
    private static final Logger LOG = LoggerFactory.getLogger(UndertowSource.class);

    private static final AttachmentKey<Ticket> TICKET = AttachmentKey.create(Ticket.class);

    private static final ConduitWrapper<StreamSinkConduit> ANSWER_END =
            (factory, exchange) -> new AnswerEnd(factory.create(), exchange);

    private final HttpServerExchange exchange;
    private final Traffic traffic;
    private final Workers workers;
    private volatile @Nullable Ticket ticket;

    Request(HttpServerExchange exchange, Traffic traffic, Workers workers) {
        this.exchange = exchange;
        this.traffic = traffic;
        this.workers = workers;
    }

    /** Returns the ticket of the request; null if it bypassed the gate. */
    static @Nullable Ticket ticketOf(HttpServerExchange exchange) {
        return exchange.getAttachment(TICKET);
    }

    /** Passes the request to the application. Undertow's completion closes the ticket in every case. */
    void run(Ticket newTicket, HttpHandler application) throws Exception {
        ticket = newTicket;
        exchange.putAttachment(TICKET, newTicket);
        exchange.addExchangeCompleteListener(this);
        exchange.addResponseCommitListener(this);
        exchange.addResponseWrapper(ANSWER_END);
        exchange.setDispatchExecutor(this);
        try {
            application.handleRequest(exchange);
        } finally {
            newTicket.releasedBy(Thread.currentThread());
        }
    }

    /** The name of the request: never its query, which may hold secrets. */
    @Override
    public String get() {
        return exchange.getRequestMethod() + " " + exchange.getRequestPath();
    }

    /** Runs the tasks that the application dispatches to the worker, so that their thread is known. */
    @Override
    public void execute(Runnable task) {
        workers.execute(exchange.getConnection().getWorker(), () -> work(task));
    }

    /*
     * Undertow handles exceptions of a handler, but not those of a dispatched Runnable: its exchange would stay open
     * for ever, and with it the connection and the ticket. A Runnable that is dispatched from within another one, or to
     * an executor of the application's, bypasses this; if it throws, the report names its request at the deadline.
     */
    private void work(Runnable task) {
        Ticket mine = ticket;
        if (mine != null) {
            mine.workedOnBy(Thread.currentThread());
        }
        exchange.setDispatchExecutor(this); // Undertow clears it at each dispatch
        try {
            task.run();
        } catch (Throwable e) {
            exchange.putAttachment(DefaultResponseListener.EXCEPTION, e); // as Undertow does
            if (!exchange.isResponseStarted()) {
                exchange.setStatusCode(StatusCodes.INTERNAL_SERVER_ERROR);
            }
            exchange.endExchange(); // before logging, which may block for ever
            LOG.error("{} failed: {}", RequestText.line(get()), RequestText.trace(e));
        } finally {
            if (mine != null) {
                mine.releasedBy(Thread.currentThread());
            }
        }
    }

    /**
     * Asks the client to disconnect, as late as possible, so that requests that began before the signal are included.
     * An answer that has already begun is not changed: closing a connection without notifying its client would race
     * with its next request.
     */
    @Override
    public void beforeCommit(HttpServerExchange committing) {
        Ticket mine = ticket;
        if (mine != null) {
            traffic.answering(mine, committing.getResponseHeaders().getFirst(Headers.CONTENT_TYPE));
        }
        if (!traffic.isShuttingDown()
                || committing.isUpgrade()
                || committing.getProtocol().equals(Protocols.HTTP_2_0)) {
            return;
        }
        committing.setPersistent(false);
        if (!committing.isHttp11()) {
            return; // for an HTTP/1.0 client, an answer without keep-alive is the last
        }
        committing.getResponseHeaders().put(Headers.CONNECTION, "close"); // Undertow omits it with 204 and 304
        if (!committing.getResponseHeaders().contains(Headers.CONTENT_LENGTH)) {
            // else Undertow ends the body by closing, and the client cannot distinguish a whole answer from half of one
            committing.getResponseHeaders().put(Headers.TRANSFER_ENCODING, "chunked");
        }
    }

    @Override
    public void exchangeEvent(HttpServerExchange completed, NextListener next) {
        try {
            Ticket mine = ticket;
            if (mine != null) {
                setRoute(completed, mine);
                int status = completed.isResponseStarted() ? completed.getStatusCode() : 0;
                traffic.answered(mine, completed.getRequestMethod().toString(), status);
            }
        } finally {
            next.proceed();
        }
    }

    /** Sets the route that Undertow's own routing has found, unless the application has set a better one. */
    private static void setRoute(HttpServerExchange exchange, Ticket ticket) {
        PathTemplateMatch match = exchange.getAttachment(PathTemplateMatch.ATTACHMENT_KEY);
        if (match != null && ticket.route() == null) {
            ticket.route(match.getMatchedTemplate());
        }
    }
}
