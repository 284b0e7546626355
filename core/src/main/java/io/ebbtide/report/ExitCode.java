package io.ebbtide.report;

/**
 * The exit codes of the process under {@code run()}, from best to worst. A process that was shutting down already keeps
 * the code that it had, such as 143.
 */
public enum ExitCode {
    /** No work was lost, and everything stopped. */
    CLEAN(0),
    /** No work was lost, but something did not stop as expected: see {@code problems} in the report. */
    STOP_FAILED(80),
    /**
     * Work was cut: it was aborted because its time was over. Jobs may be among it: see {@code cut} in the report. Or the
     * shutdown itself failed, and the loss is unknown: see the log.
     */
    WORK_CUT(81),
    /** The service did not start. */
    START_FAILED(1),
    /** The watchdog had to halt the process. */
    OVERRUN(82);

    private final int code;

    ExitCode(int code) {
        this.code = code;
    }

    /** Returns the number that the platform sees. */
    public int code() {
        return code;
    }

    /** Returns the worse of the two. */
    public ExitCode worse(ExitCode other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
