package io.ebbtide.peers;

import io.ebbtide.internal.Durations;
import io.ebbtide.testing.FakeTicker;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Plays a trace to the classes that decide, on a clock that advances from one event to the next. Confine to one thread. */
final class TracePlayer {
    private static final Duration MIN = Duration.ofSeconds(2);
    private static final Duration MAX = Duration.ofSeconds((long) Trace.MAX);

    private final FakeTicker ticker = new FakeTicker();
    private final Peers peers = new Peers(ticker);
    private final Trace trace;
    private final long signalNanos;
    private int next;

    private TracePlayer(Trace trace) {
        this.trace = trace;
        signalNanos = ticker.nanos() + nanos(-trace.begins());
    }

    /**
     * The result of a shutdown. The end of a lame duck is <em>false</em> if it is before the whole time, and a router would still
     * have sent a request within that time: a fixed wait would have served it. A router that has not learned and would not
     * have sent does not make it false, nor does a request that would have arrived after the whole time.
     *
     * @param seconds time after the signal
     * @param whole whether the service waited for the whole time
     */
    record Ending(double seconds, boolean whole, boolean isFalse) {}

    static Ending play(Trace trace, int senders) {
        return play(trace, senders, null);
    }

    /** @param candidate decides in place of today's rule; null for today's */
    static Ending play(Trace trace, int senders, @Nullable CandidateRule candidate) {
        trace.sort();
        return new TracePlayer(trace).play(senders, candidate);
    }

    /** Waits like a shutdown in its lame duck. */
    private Ending play(int senders, @Nullable CandidateRule candidate) {
        advance(0);
        peers.beginShutdown();
        var watch = new LameDuck(peers, MIN, MAX, senders);
        Duration remaining = MAX;
        while (!remaining.isZero()) {
            Duration untilSilent =
                    candidate == null ? watch.untilSilent() : candidate.untilSilent(watch, trace, next, now());
            if (untilSilent.isZero()) {
                return new Ending(now(), false, aRouterStillSends());
            }
            Duration wait = Durations.min(remaining, untilSilent);
            advance(now() + wait.toNanos() / 1e9);
            remaining = Durations.max(Duration.ZERO, MAX.minus(Duration.ofNanos(ticker.nanos() - signalNanos)));
        }
        return new Ending(now(), true, false);
    }

    private boolean aRouterStillSends() {
        for (int i = next; i < trace.size(); i++) {
            if (trace.byRouter(i)) {
                return true;
            }
        }
        return false;
    }

    /** Delivers the requests until the given time, and advances the clock to it. */
    private void advance(double until) {
        for (; next < trace.size() && trace.at(next) <= until; next++) {
            moveTo(trace.at(next));
            peers.arrived(trace.peer(next), trace.endsConnection(next));
        }
        moveTo(until);
    }

    private void moveTo(double at) {
        long ahead = signalNanos + nanos(at) - ticker.nanos();
        ticker.advance(Duration.ofNanos(Math.max(0, ahead)));
    }

    private double now() {
        return (ticker.nanos() - signalNanos) / 1e9;
    }

    private static long nanos(double seconds) {
        return Math.round(seconds * 1e9);
    }
}
