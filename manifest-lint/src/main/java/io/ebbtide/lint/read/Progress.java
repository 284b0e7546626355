package io.ebbtide.lint.read;

import io.ebbtide.internal.Ticker;
import java.io.PrintWriter;
import java.io.Writer;

/**
 * Reports the progress of the reading on standard error, first after two seconds and then each second, so that a short run writes
 * nothing. Not thread-safe; confine to one thread.
 */
public final class Progress {
    /** Reports nothing. */
    static final Progress NONE = new Progress(new PrintWriter(Writer.nullWriter()));

    private static final long FIRST_NANOS = 2_000_000_000L;
    private static final long EACH_NANOS = 1_000_000_000L;

    private final PrintWriter err;
    private final Ticker ticker;
    private long next;

    public Progress(PrintWriter err) {
        this(err, Ticker.system());
    }

    Progress(PrintWriter err, Ticker ticker) {
        this.err = err;
        this.ticker = ticker;
        next = ticker.nanos() + FIRST_NANOS;
    }

    /** Updates the numbers of files and objects read so far. */
    void read(int files, int objects) {
        long now = ticker.nanos();
        if (now - next >= 0) {
            next = now + EACH_NANOS;
            err.printf("ebbtide-lint: %,d file(s), %,d object(s) read%n", files, objects);
            err.flush();
        }
    }
}
