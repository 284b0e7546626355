package io.ebbtide.lifecycle;

import io.ebbtide.inflight.WorkInFlight;
import io.ebbtide.internal.Redact;
import io.ebbtide.internal.Threads;
import io.ebbtide.internal.Ticker;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Last words on standard error, where the logger cannot be trusted. Safe for use by many threads. */
final class EmergencyReport {
    /*
     * Whoever calls this cannot trust the heap, the logger or System.err, whose lock a stuck thread may hold. So the
     * text is put together byte by byte in a buffer that exists since the start, and goes to file descriptor 2. What
     * needs memory (the list, the stacks) comes last, and may fail.
     */
    private static final long MOST_NANOS = 250_000_000;
    private static final int MOST_STRAGGLERS = 16;
    private static final int MOST_FRAMES = 12;

    private final byte[] buffer = new byte[16 * 1024];
    private final TerminationLog terminationLog;
    private final OutputStream standardError;
    private final Ticker ticker = Ticker.system();
    private final Request request = new Request();
    private int length;

    /** What is to be written. */
    private static final class Request {
        @Nullable
        List<Lifecycle> lifecycles;

        String why = "";
        int exitCode;
        boolean done;
    }

    /** @param terminationLog gets what standard error gets, as far as there is room */
    EmergencyReport(TerminationLog terminationLog) {
        this(terminationLog, new FileOutputStream(FileDescriptor.err));
    }

    EmergencyReport(TerminationLog terminationLog, OutputStream standardError) {
        this.terminationLog = terminationLog;
        this.standardError = standardError;
    }

    /**
     * The report of a shutdown that the logger did not take. May block for ever, if nobody reads there: so it holds no lock
     * that the last words need.
     */
    void write(ShutdownReport report) {
        write(ReportText.line(report));
    }

    /** Writes a line; the rest as {@link #write(ShutdownReport)}. */
    void write(String line) {
        try {
            standardError.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // nobody is left to tell
        }
    }

    /** Starts the thread that {@link #writeLast} needs: in an emergency there may be none to be had. */
    void start() {
        Threads.daemon("ebbtide-emergency", this::awaitEmergency).start();
    }

    /** Puts a headline together and forgets it: whatever is loaded or linked at its first use is so from now on. */
    synchronized void rehearse(Lifecycle lifecycle) {
        length = 0;
        headline(lifecycle, "", 0);
        length = 0;
        flush();
    }

    /**
     * Has what is known of services that have not stopped written by the thread that waits for it, and waits for that, but
     * no longer than a moment: standard error may be a pipe without a reader. Allocates nothing.
     *
     * @param maxNanos how long the moment may be at most; it is 250 ms where there is more time
     */
    void writeLast(List<Lifecycle> lifecycles, String why, int exitCode, long maxNanos) {
        synchronized (request) {
            request.lifecycles = lifecycles;
            request.why = why;
            request.exitCode = exitCode;
            request.notifyAll();
            long bound = Math.min(maxNanos, MOST_NANOS);
            long end = ticker.nanos() + bound;
            for (long left = bound; !request.done && left > 0; left = end - ticker.nanos()) {
                try {
                    TimeUnit.NANOSECONDS.timedWait(request, left);
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
            // nobody but us knows this thread
        } finally { // an error, too, must not keep the process
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
            text("ebbtide: every service has stopped, yet the process has not ended, and is halted: ")
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
        for (int i = 0; i < Math.min(work.size(), MOST_STRAGGLERS); i++) {
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

    /** The threads that are no daemons: other hooks, and whoever waits for them. */
    private void holdUps() {
        int count = 0;
        for (Map.Entry<Thread, StackTraceElement[]> each :
                Thread.getAllStackTraces().entrySet()) {
            if (!each.getKey().isDaemon() && each.getValue().length > 0 && count++ < MOST_STRAGGLERS) {
                stack("  thread ", each.getKey(), each.getValue());
                if (Conductor.isStuckInExit(each.getKey(), each.getValue())) {
                    text("\n    waits for ever: it calls System.exit in a shutdown hook; let it return instead");
                }
                text("\n");
            }
        }
    }

    private void stack(String lead, Thread thread, StackTraceElement[] frames) {
        text(lead).name(Redact.text(thread.getName()));
        for (int i = 0; i < Math.min(frames.length, MOST_FRAMES); i++) {
            text("\n    at ").name(frames[i].toString());
        }
    }

    private EmergencyReport text(String text) {
        for (int i = 0; i < text.length() && length < buffer.length; i++) {
            char c = text.charAt(i);
            boolean plain = c == '\n' || (c >= ' ' && c < 127);
            buffer[length++] = (byte) (plain ? c : '?');
        }
        return this;
    }

    /** What others have named must not forge a line. */
    private EmergencyReport name(String name) {
        for (int i = 0; i < name.length() && length < buffer.length; i++) {
            char c = name.charAt(i);
            buffer[length++] = (byte) (c >= ' ' && c < 127 ? c : '?');
        }
        return this;
    }

    private EmergencyReport number(long number) {
        if (number >= 10) {
            number(number / 10);
        }
        if (length < buffer.length) {
            buffer[length++] = (byte) ('0' + Math.max(0, number % 10));
        }
        return this;
    }

    private void flush() {
        terminationLog.write(buffer, length); // first: nothing hinders a file so easily as a pipe that nobody reads
        try {
            standardError.write(buffer, 0, length);
        } catch (IOException e) {
            // nobody is left to tell
        }
        length = 0;
    }
}
