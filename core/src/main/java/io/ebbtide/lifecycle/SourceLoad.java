package io.ebbtide.lifecycle;

/**
 * How much of its capacity a traffic source uses at one moment. Immutable.
 *
 * @param openConnections connections that are open, idle ones too; {@link #UNKNOWN} if the source cannot tell
 * @param busyWorkers threads of its worker pool that are at work; {@link #UNKNOWN} likewise, as in the next two
 * @param maxWorkers the most that there can be
 * @param queued units of work that wait for a worker
 */
public record SourceLoad(int openConnections, int busyWorkers, int maxWorkers, int queued) {
    /** For a number that the source cannot tell. */
    public static final int UNKNOWN = -1;

    private static final SourceLoad NOTHING_KNOWN = new SourceLoad(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN);

    /** Of a source that can tell none of these. */
    public static SourceLoad nothingKnown() {
        return NOTHING_KNOWN;
    }
}
