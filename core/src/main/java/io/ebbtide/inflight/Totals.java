package io.ebbtide.inflight;

/**
 * How much work has come and gone since the beginning. Of two readings, what has entered less what has ended is what the
 * number in flight has grown by. Immutable.
 *
 * @param entered how much was ever let in
 * @param inFlight how much of it is waited for
 * @param givenUp how much is not waited for any more, though it has not ended
 */
public record Totals(long entered, long inFlight, long givenUp) {
    /** How much has ended by itself. */
    public long finished() {
        return entered - inFlight - givenUp;
    }
}
