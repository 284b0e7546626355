package io.ebbtide.peers;

import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A kind of traffic, and its promise. Immutable.
 *
 * @param traffic the traffic as text
 * @param senders the setting; 0 if it is derived
 * @param youngest the minimum of seconds between the start of the process and the signal
 * @param writer writes the requests of one shutdown
 */
record TraceScenario(String traffic, Promise promise, int senders, double youngest, Consumer<Trace> writer) {
    private static final double YOUNGEST = 20;
    private static final double YOUNGER_THAN = 140;

    /** The promises. */
    enum Promise {
        /** False ends of a lame duck are as rare as the formula states. */
        HOLDS,
        /** They are more frequent. */
        BREAKS,
        /** Such traffic allows no decision; the service waits for the whole time. */
        WAITS
    }

    static TraceScenario holds(String traffic, Consumer<Trace> writer) {
        return new TraceScenario(traffic, Promise.HOLDS, 0, YOUNGEST, writer);
    }

    static TraceScenario breaks(String traffic, Consumer<Trace> writer) {
        return new TraceScenario(traffic, Promise.BREAKS, 0, YOUNGEST, writer);
    }

    static TraceScenario waits(String traffic, Consumer<Trace> writer) {
        return new TraceScenario(traffic, Promise.WAITS, 0, YOUNGEST, writer);
    }

    TraceScenario withSenders(int newSenders) {
        return new TraceScenario(traffic, promise, newSenders, youngest, writer);
    }

    TraceScenario withYoungest(double newYoungest) {
        return new TraceScenario(traffic, promise, senders, newYoungest, writer);
    }

    TraceTally play(int shutdowns) {
        return play(shutdowns, null);
    }

    TraceTally play(int shutdowns, @Nullable CandidateRule candidate) {
        var random = new SplittableRandom(traffic.hashCode());
        var tally = new TraceTally(shutdowns);
        for (int i = 0; i < shutdowns; i++) {
            var trace = new Trace(random, -random.nextDouble(youngest, YOUNGER_THAN));
            writer.accept(trace);
            tally.add(TracePlayer.play(trace, senders, candidate), trace.lastLearns());
        }
        return tally;
    }

    @Override
    public String toString() {
        return traffic;
    }
}
