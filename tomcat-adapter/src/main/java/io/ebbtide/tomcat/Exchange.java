package io.ebbtide.tomcat;

import io.ebbtide.inflight.Ticket;
import io.ebbtide.internal.Printable;
import io.ebbtide.internal.Redact;
import io.ebbtide.lifecycle.Traffic;
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
    private static final Logger LOG = LoggerFactory.getLogger(TomcatSource.class);

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

    /** @param called the name of the request; read when a log line needs it */
    synchronized void begin(Ticket admitted, String calledBy, Supplier<String> called) {
        ticket = admitted;
        method = calledBy;
        name = called;
        handled = true;
        failure = null;
        request.setAttribute(TomcatSource.TICKET, admitted);
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
    void left(boolean ended) {
        Ticket mine = ticket;
        if (mine == null) {
            return;
        }
        mine.leftBy(Thread.currentThread());
        if (ended || !isAsync()) {
            end();
        } else {
            nobodyHandles();
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
    private void tell() {
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
            askToLeave();
            tell();
            processor.action(code, parameter);
        } else if (code == ActionCode.ASYNC_RUN && parameter instanceof Runnable task) {
            Ticket mine = ticket; // read now: a task may begin once the connection has brought its next request
            Supplier<String> called = name;
            Internals.around(task, given -> mine == null ? given : () -> work(given, mine, called));
            processor.action(code, task);
        } else {
            processor.action(code, parameter);
        }
    }

    /** Runs a task that the application passes to {@code AsyncContext.start}, so that its thread and its failure are known. */
    private void work(Runnable task, Ticket mine, Supplier<String> called) {
        mine.workedOnBy(Thread.currentThread());
        try {
            task.run();
        } catch (Throwable e) {
            String failed = Printable.line(Redact.text(called.get()));
            taskFailed(mine, e);
            LOG.error("{} failed: {}", failed, Redact.trace(e));
        } finally {
            mine.leftBy(Thread.currentThread());
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

    private synchronized void nobodyHandles() {
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
    private void askToLeave() {
        if (traffic.leaving()
                && !response.isCommitted()
                && response.getStatus() != SWITCHING_PROTOCOLS
                && processor instanceof Http11Processor http11) {
            response.getMimeHeaders().removeHeader("Connection");
            Internals.endAfterAnswer(http11);
        }
    }
}
