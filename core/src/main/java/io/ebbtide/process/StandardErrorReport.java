package io.ebbtide.process;

import io.ebbtide.inflight.WorkInFlight;
import io.ebbtide.internal.Redact;
import io.ebbtide.internal.Threads;
import io.ebbtide.internal.Ticker;
import io.ebbtide.report.ShutdownReport;
import io.ebbtide.sequence.Deadlines;
import io.ebbtide.sequence.Lifecycle;
import io.ebbtide.sequence.ReportLine;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The final report on standard error, for when the logger cannot be trusted. Safe for use by many threads. */
final class StandardErrorReport {
    /*
     * The caller cannot trust the heap, the logger or System.err, whose lock a stuck thread may hold. So the text is
     * assembled byte by byte in a buffer that exists since the start, and goes to file descriptor 2. The parts that need
     * memory (the list, the stacks) come last, and may fail.
     */
    private static final long MAX_NANOS = 250_000_000;
    private static final int MAX_STRAGGLERS = 16;
    private static final int MAX_FRAMES = 12;

    private final byte[] buffer = new byte[16 * 1024];
    private final TerminationLog terminationLog;
    private final OutputStream standardError;
    private final Ticker ticker;
    private final Request request = new Request();
    private int length;

    /** The content to write. */
    private static final class Request {
        @Nullable
        List<Lifecycle> lifecycles;

        String why = "";
        int exitCode;
        boolean done;
    }

    /** @param terminationLog receives the same text as standard error, as far as there is room */
    StandardErrorReport(TerminationLog terminationLog, Ticker ticker) {
        this(terminationLog, new FileOutputStream(FileDescriptor.err), ticker);
    }

    StandardErrorReport(TerminationLog terminationLog, OutputStream standardError, Ticker ticker) {
        this.terminationLog = terminationLog;
        this.standardError = standardError;
        this.ticker = ticker;
    }

    /**
     * Writes the report of a shutdown that the logger did not accept. May block for ever, if standard error is a pipe without
     * a reader: so it holds no lock that {@link #writeLast} needs.
     */
    void write(ShutdownReport report) {
        write(ReportLine.of(report));
    }

    /** Writes a line, under the conditions of {@link #write(ShutdownReport)}. */
    void write(String line) {
        try {
            standardError.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // no other place to report it
        }
    }

    /** Starts the thread that {@link #writeLast} needs: in an emergency none may be available. */
    void start() {
        Threads.daemon("ebbtide-emergency", this::awaitEmergency).start();
    }

    /** Assembles a headline and discards it: all that loads or links at its first use does so now. */
    synchronized void rehearse(Lifecycle lifecycle) {
        length = 0;
        headline(lifecycle, "", 0);
        length = 0;
        flush();
    }

    /**
     * Lets the waiting thread write what is known of services that have not stopped, and waits for it, but only for a short
     * time: standard error may be a pipe without a reader. Allocates nothing.
     *
     * @param maxNanos the maximum of that time; at most 250 ms are used
     */
    void writeLast(List<Lifecycle> lifecycles, String why, int exitCode, long maxNanos) {
        synchronized (request) {
            request.lifecycles = lifecycles;
            request.why = why;
            request.exitCode = exitCode;
            request.notifyAll();
            long bound = Math.min(maxNanos, MAX_NANOS);
            long end = ticker.nanos() + bound;
            for (long remaining = bound; !request.done && remaining > 0; remaining = end - ticker.nanos()) {
                try {
                    TimeUnit.NANOSECONDS.timedWait(request, remaining);
                } catch (InterruptedException e) {
                    return; // the process ends all the same
                }
            }
        }
    }

    private void awaitEmergency() {
        try {
            synchronized (request) {
                while (request.lifecycles == null) {
                    request.wait();
                }
            }
            write(request.lifecycles, request.why, request.exitCode);
        } catch (InterruptedException e) {
            // only this class knows this thread
        } finally { // an error, too, must not keep the process alive
            synchronized (request) {
                request.done = true;
                request.notifyAll();
            }
        }
    }

    private synchronized void write(List<Lifecycle> lifecycles, String why, int exitCode) {
        length = 0;
        boolean allStopped = true;
        int count = lifecycles.size();
        for (int i = 0; i < count; i++) { // without an iterator
            if (!lifecycles.get(i).isStopped()) {
                headline(lifecycles.get(i), why, exitCode);
                allStopped = false;
            }
        }
        if (allStopped) {
            text("ebbtide: all services have stopped, but the process has not ended, and is halted: ")
                    .text(why);
            text(", exit code ").number(exitCode).text("\n");
        }
        flush();
        if (allStopped) {
            holdUps();
            flush();
        }
        for (Lifecycle lifecycle : lifecycles) {
            if (!lifecycle.isStopped()) {
                stragglers(lifecycle);
            }
        }
        flush();
    }

    private void headline(Lifecycle lifecycle, String why, int exitCode) {
        text("ebbtide: '").name(lifecycle.service()).text("' is halted: ").text(why);
        text("; state ").text(lifecycle.state().name());
        Deadlines deadlines = lifecycle.deadlines();
        if (deadlines != null) {
            text(" after ").number(deadlines.elapsedMillis()).text(" ms");
        }
        text(", last step: ").name(lifecycle.step());
        text(", in flight: ").number(lifecycle.inFlight().count());
        text(", exit code ").number(exitCode).text("\n");
    }

    private void stragglers(Lifecycle lifecycle) {
        List<WorkInFlight> work = lifecycle.inFlight().list();
        for (int i = 0; i < Math.min(work.size(), MAX_STRAGGLERS); i++) {
            WorkInFlight each = work.get(i);
            text("  ").text(each.kind().name()).text(" ").name(Redact.text(each.description()));
            text(", ").number(each.age().toMillis()).text(" ms");
            Thread thread = each.thread();
            if (thread != null) {
                stack(", thread ", thread, thread.getStackTrace());
            }
            text("\n");
        }
    }

    /** Lists the threads that are no daemons: other hooks, and the threads that wait for them. */
    private void holdUps() {
        int count = 0;
        for (Map.Entry<Thread, StackTraceElement[]> each :
                Thread.getAllStackTraces().entrySet()) {
            if (!each.getKey().isDaemon() && each.getValue().length > 0 && count++ < MAX_STRAGGLERS) {
                stack("  thread ", each.getKey(), each.getValue());
                if (ShutdownHazards.isStuckInExit(each.getKey(), each.getValue())) {
                    text("\n    waits forever: it calls System.exit in a shutdown hook; let it return instead");
                }
                text("\n");
            }
        }
    }

    private void stack(String lead, Thread thread, StackTraceElement[] frames) {
        text(lead).name(Redact.text(thread.getName()));
        for (int i = 0; i < Math.min(frames.length, MAX_FRAMES); i++) {
            text("\n    at ").name(frames[i].toString());
        }
    }

    private StandardErrorReport text(String text) {
        for (int i = 0; i < text.length() && length < buffer.length; i++) {
            char c = text.charAt(i);
            boolean plain = c == '\n' || (c >= ' ' && c < 127);
            buffer[length++] = (byte) (plain ? c : '?');
        }
        return this;
    }

    /** User-supplied names must not forge a line. */
    private StandardErrorReport name(String name) {
        for (int i = 0; i < name.length() && length < buffer.length; i++) {
            char c = name.charAt(i);
            buffer[length++] = (byte) (c >= ' ' && c < 127 ? c : '?');
        }
        return this;
    }

    private StandardErrorReport number(long number) {
        if (number >= 10) {
            number(number / 10);
        }
        if (length < buffer.length) {
            buffer[length++] = (byte) ('0' + Math.max(0, number % 10));
        }
        return this;
    }

    private void flush() {
        terminationLog.write(buffer, length); // first: a file rarely blocks, a pipe without a reader does
        try {
            standardError.write(buffer, 0, length);
        } catch (IOException e) {
            // no other place to report it
        }
        length = 0;
    }
}
