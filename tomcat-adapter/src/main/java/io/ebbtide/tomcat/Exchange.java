package io.ebbtide.tomcat;

import io.ebbtide.inflight.Ticket;
import io.ebbtide.spi.RequestText;
import io.ebbtide.spi.Traffic;
import jakarta.servlet.RequestDispatcher;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.apache.catalina.connector.CoyoteAdapter;
import org.apache.coyote.ActionCode;
import org.apache.coyote.ActionHook;
import org.apache.coyote.Processor;
import org.apache.coyote.Request;
import org.apache.coyote.Response;
import org.apache.coyote.http11.Http11Processor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request in flight: an action hook between Coyote's request and response and their processor. A processor serves
 * many requests one after the other, and so does this object. Used by one thread at a time, except for the
 * application's own.
 */
final class Exchange implements ActionHook {
    /** The class that users know. */
    private static final Logger LOG = LoggerFactory.getLogger("io.ebbtide.tomcat.TomcatSource");

    private static final int SWITCHING_PROTOCOLS = 101;

    /** Passed to {@link Processor#timeoutAsync}: expires whatever the time-out is. */
    private static final long NOW = -1;

    private final ActionHook processor;
    private final Request request;
    private final Response response;
    private final Traffic traffic;
    private volatile @Nullable Ticket ticket;

    /** Whether a thread of Tomcat's is in the handler, and the exception that a task has thrown during that time. */
    private boolean handled;

    private @Nullable Throwable failure;

    private volatile Supplier<String> name = () -> "a request";
    private volatile String method = "";

    private Exchange(ActionHook processor, Request request, Response response, Traffic traffic) {
        this.processor = processor;
        this.request = request;
        this.response = response;
        this.traffic = traffic;
    }

    /** Returns the exchange of this request and response, created if there is none. */
    static Exchange of(Request request, Response response, Traffic traffic) {
        ActionHook hook = Internals.hook(response);
        if (hook instanceof Exchange known) {
            return known;
        }
        var exchange = new Exchange(hook, request, response, traffic);
        Internals.hook(request, response, exchange);
        return exchange;
    }

    /** @param requestName method and path; read when a log line needs it */
    synchronized void begin(Ticket admitted, String requestMethod, Supplier<String> requestName) {
        ticket = admitted;
        method = requestMethod;
        name = requestName;
        handled = true;
        failure = null;
        request.setAttribute(Ticket.REQUEST_ATTRIBUTE, admitted);
    }

    /** The thread resumes work on the request. */
    synchronized void workedOnHere() {
        handled = true;
        Ticket mine = ticket;
        if (mine != null) {
            mine.workedOnBy(Thread.currentThread());
        }
    }

    /** The thread stops working on the request, which is over unless another thread continues it later. */
    void returned(boolean ended) {
        Ticket mine = ticket;
        if (mine == null) {
            return;
        }
        mine.releasedBy(Thread.currentThread());
        if (ended || !isAsync()) {
            end();
        } else {
            handlerReturned();
        }
    }

    /** Ends the request, in every case. A second call does nothing. */
    void end() {
        Ticket mine = takeTicket();
        if (mine != null) {
            traffic.answered(mine, method, response.isCommitted() ? response.getStatus() : 0);
        }
    }

    private synchronized @Nullable Ticket takeTicket() {
        Ticket mine = ticket;
        ticket = null;
        return mine;
    }

    /**
     * Reports the answer's status, and the route as the container has mapped it, unless the application has set a
     * better one.
     */
    private void reportAnswer() {
        Ticket mine = ticket;
        if (mine == null) {
            return;
        }
        if (!response.isCommitted()) {
            traffic.answering(mine, response.getContentType());
        }
        if (mine.route() == null // at the end Tomcat has cleared it
                && request.getNote(CoyoteAdapter.ADAPTER_NOTES) instanceof org.apache.catalina.connector.Request mapped
                && mapped.getMappingData().wrapper != null) {
            mine.route(mapped.getContextPath() + mapped.getHttpServletMapping().getPattern());
        }
    }

    private boolean isAsync() {
        var async = new AtomicBoolean();
        processor.action(ActionCode.ASYNC_IS_ASYNC, async);
        return async.get();
    }

    @Override
    public void action(ActionCode code, Object parameter) {
        if (code == ActionCode.COMMIT || code == ActionCode.CLOSE || code == ActionCode.CLIENT_FLUSH) {
            askToDisconnect();
            reportAnswer();
            processor.action(code, parameter);
        } else if (code == ActionCode.ASYNC_RUN && parameter instanceof Runnable task) {
            Ticket mine = ticket; // read now: a task may begin once the connection has brought its next request
            Supplier<String> requestName = name;
            Internals.around(task, given -> mine == null ? given : () -> work(given, mine, requestName));
            processor.action(code, task);
        } else {
            processor.action(code, parameter);
        }
    }

    /** Runs a task that the application passes to {@code AsyncContext.start}, so that its thread and its failure are known. */
    private void work(Runnable task, Ticket mine, Supplier<String> requestName) {
        mine.workedOnBy(Thread.currentThread());
        try {
            task.run();
        } catch (Throwable e) {
            String failed = RequestText.line(requestName.get());
            taskFailed(mine, e);
            LOG.error("{} failed: {}", failed, RequestText.trace(e));
        } finally {
            mine.releasedBy(Thread.currentThread());
        }
    }

    /*
     * Tomcat catches a task's exception, stores it as the request's exception, and keeps the request open until its
     * time-out, which may be never. Here the time-out comes at once, as no other code would answer. And it comes after
     * the handler that began the task has returned: if Tomcat finds the exception before, it ends the connection
     * without an answer ("Calling [asyncPostProcess()] is not valid for a request with Async state [MUST_ERROR]").
     */
    private synchronized void taskFailed(Ticket mine, Throwable thrown) {
        if (mine != ticket) {
            return; // completed before it failed
        }
        if (handled) {
            failure = thrown;
        } else {
            timeOut(thrown);
        }
    }

    private synchronized void handlerReturned() {
        handled = false;
        Throwable remembered = failure;
        failure = null;
        if (remembered != null) {
            timeOut(remembered);
        }
    }

    private void timeOut(Throwable thrown) {
        request.setAttribute(RequestDispatcher.ERROR_EXCEPTION, thrown);
        ((Processor) processor).timeoutAsync(NOW);
    }

    /**
     * Asks the client to disconnect, as late as possible, so that requests that began before the signal are included.
     * An answer that has already begun is not changed: closing a connection without notifying its client would race
     * with its next request.
     */
    private void askToDisconnect() {
        if (traffic.isShuttingDown()
                && !response.isCommitted()
                && response.getStatus() != SWITCHING_PROTOCOLS
                && processor instanceof Http11Processor http11) {
            response.getMimeHeaders().removeHeader("Connection");
            Internals.endAfterAnswer(http11);
        }
    }
}
