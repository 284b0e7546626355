package io.ebbtide.spi;

/**
 * How much of its capacity a traffic source uses at one moment. Immutable.
 *
 * @param openConnections connections that are open, idle ones too; {@link #UNKNOWN} if the source cannot report it
 * @param busyWorkers busy threads of its worker pool; {@link #UNKNOWN} likewise, as in the next two
 * @param maxWorkers the maximum number of these threads
 * @param queued units of work that wait for a worker
 */
public record SourceLoad(int openConnections, int busyWorkers, int maxWorkers, int queued) {
    /** For a number that the source cannot report. */
    public static final int UNKNOWN = -1;

    private static final SourceLoad NOTHING_KNOWN = new SourceLoad(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN);

    /** Returns the load of a source that can report none of these. */
    public static SourceLoad nothingKnown() {
        return NOTHING_KNOWN;
    }
}
