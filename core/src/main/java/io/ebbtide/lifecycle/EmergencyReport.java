package io.ebbtide.lifecycle;

import io.ebbtide.inflight.WorkInFlight;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Last words on standard error, where the logger cannot be trusted. Safe for use by many threads. */
final class EmergencyReport {
    /*
     * Whoever calls this cannot trust the heap, the logger or System.err, whose lock a stuck thread may hold. So the
     * text is put together byte by byte in a buffer that exists since the start, and goes to file descriptor 2. What
     * needs memory (the list, the stacks) comes last, and may fail.
     */
    private static final int MOST_STRAGGLERS = 16;
    private static final int MOST_FRAMES = 12;

    private final byte[] buffer = new byte[16 * 1024];
    private final FileOutputStream standardError = new FileOutputStream(FileDescriptor.err);
    private int length;

    /** The report of a shutdown that the logger did not take. May block for ever, if nobody reads there. */
    synchronized void write(ShutdownReport report) {
        try {
            standardError.write((report.json() + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // nobody is left to tell
        }
    }

    /** What is known of services that have not stopped. May block for ever, if nobody reads there. */
    synchronized void write(List<Lifecycle> lifecycles, String why, int exitCode) {
        length = 0;
        boolean allStopped = true;
        for (Lifecycle lifecycle : lifecycles) {
            if (!lifecycle.isStopped()) {
                headline(lifecycle, why, exitCode);
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
        text("ebbtide: '").text(lifecycle.service()).text("' is halted: ").text(why);
        text("; state ").text(lifecycle.state().name());
        Deadlines deadlines = lifecycle.deadlines();
        if (deadlines != null) {
            text(" after ").number(deadlines.elapsed().toMillis()).text(" ms");
        }
        text(", last step: ").text(lifecycle.step());
        text(", in flight: ").number(lifecycle.inFlight().count());
        text(", exit code ").number(exitCode).text("\n");
    }

    private void stragglers(Lifecycle lifecycle) {
        List<WorkInFlight> work = lifecycle.inFlight().list();
        for (int i = 0; i < Math.min(work.size(), MOST_STRAGGLERS); i++) {
            WorkInFlight each = work.get(i);
            text("  ").text(each.kind().name()).text(" ").text(each.description());
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
                text("\n");
            }
        }
    }

    private void stack(String lead, Thread thread, StackTraceElement[] frames) {
        text(lead).text(thread.getName());
        for (int i = 0; i < Math.min(frames.length, MOST_FRAMES); i++) {
            text("\n    at ").text(frames[i].toString());
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
        try {
            standardError.write(buffer, 0, length);
        } catch (IOException e) {
            // nobody is left to tell
        }
        length = 0;
    }
}
