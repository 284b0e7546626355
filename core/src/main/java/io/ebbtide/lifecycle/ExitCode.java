package io.ebbtide.lifecycle;

/**
 * What the process ends with under {@code run()}, from best to worst. A process that ends in another's shutdown hook
 * keeps the code that it already had, such as 143.
 */
public enum ExitCode {
    /** Nothing was lost, everything stopped. */
    CLEAN(0),
    /** Nothing was lost, but something did not stop as it should: see {@code problems} in the report. */
    STOP_FAILED(80),
    /**
     * Work was cut, a job among it perhaps: see {@code cut} in the report. Or the shutdown itself failed, and nobody
     * knows what was lost: see the log.
     */
    WORK_CUT(81),
    /** The service did not start. */
    START_FAILED(1),
    /** The watchdog had to end the process. */
    OVERRUN(82);

    private final int code;

    ExitCode(int code) {
        this.code = code;
    }

    /** The number that the platform sees. */
    public int code() {
        return code;
    }

    /** The worse of the two. */
    public ExitCode worse(ExitCode other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
