package io.ebbtide.inflight;

/**
 * How much work was admitted and has ended since the start. Admitted work is in flight, finished, given up or cut: each
 * unit counts as one of the four. Immutable.
 *
 * @param entered how much was ever admitted
 * @param inFlight how much of it is waited for
 * @param finished how much has ended by itself
 * @param givenUp how much is not waited for any more, though it has not ended
 * @param cut how much was still in flight when its time was over; whether it has ended since is not counted
 */
public record Totals(long entered, long inFlight, long finished, long givenUp, long cut) {
    static final Totals NONE = new Totals(0, 0, 0, 0, 0);

    Totals plus(Totals other) {
        return new Totals(
                entered + other.entered,
                inFlight + other.inFlight,
                finished + other.finished,
                givenUp + other.givenUp,
                cut + other.cut);
    }
}
