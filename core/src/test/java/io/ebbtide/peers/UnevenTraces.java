package io.ebbtide.peers;

import java.util.List;
import java.util.function.DoubleSupplier;

/** Traffic that does not arrive at random moments: bursts, pauses, pinned connections, checkers, almost no traffic. */
final class UnevenTraces {
    private UnevenTraces() {}

    static List<TraceScenario> all() {
        return List.of(
                TraceScenario.holds("bursts, 1 s on, 1 s off, even", trace -> evenBursts(trace, 1, 1)),
                TraceScenario.holds("bursts, 0.5 s on, 4 s off, even", trace -> evenBursts(trace, 0.5, 4)),
                TraceScenario.holds("bursts, 0.3 s on, 6 s off, even", trace -> evenBursts(trace, 0.3, 6)),
                TraceScenario.breaks("bursts, 6 s on, 2 s off, both random", trace -> randomBursts(trace, 6, 2)),
                TraceScenario.breaks("a pause of 4 to 10 s about the signal, as none before", UnevenTraces::pause),
                TraceScenario.holds(
                        "fell to a tenth 20 to 60 s before, 10 to 100/s", trace -> changed(trace, 0.1, 20, 60)),
                TraceScenario.breaks(
                        "fell to a tenth 2 to 10 s before, 10 to 100/s", trace -> changed(trace, 0.1, 2, 10)),
                TraceScenario.holds("grew tenfold 2 to 60 s before, 1 to 10/s", trace -> changed(trace, 10, 2, 60)),
                TraceScenario.holds(
                        "one pool of 2 to 4 connections, the least used stays longest", trace -> pool(trace, 0)),
                TraceScenario.breaks("three such pools", UnevenTraces::threePools),
                TraceScenario.breaks("four routers; one keeps a tenth of its connections", UnevenTraces::pinned),
                TraceScenario.holds("two routers, a checker every 10 s", trace -> checked(trace, 10)),
                TraceScenario.waits(
                                "the same every 5 s, and more than 100 s for it to be seen", trace -> checked(trace, 5))
                        .withYoungest(110),
                TraceScenario.waits("one request a minute", trace -> trace.poisson(0, 1 / 60.0, trace.late())),
                TraceScenario.breaks(
                        "one router at 50/s, 40 that send 5 a minute each", trace -> rareBesideBusy(trace, 50)),
                TraceScenario.waits(
                        "one router at 15/s, 40 that send 5 a minute each", trace -> rareBesideBusy(trace, 15)),
                TraceScenario.holds("mixed", UnevenTraces::mixed));
    }

    /** The longest pause is 1.5 times the shortest, which is what the rule allows for. */
    private static void evenBursts(Trace trace, double on, double off) {
        for (int peer = 0; peer < 2; peer++) {
            bursts(trace, peer, () -> on, () -> off * trace.random().nextDouble(0.8, 1.2));
        }
    }

    private static void randomBursts(Trace trace, double on, double off) {
        for (int peer = 0; peer < 2; peer++) {
            bursts(trace, peer, () -> trace.pause(on), () -> trace.pause(off));
        }
    }

    private static void bursts(Trace trace, int peer, DoubleSupplier on, DoubleSupplier off) {
        double learns = peer == 0 ? trace.late() : trace.early();
        double rate = trace.rate(100, 200); // so that none is empty
        double at = trace.begins() + off.getAsDouble();
        while (at < Math.min(learns, Trace.MAX)) {
            double ends = at + on.getAsDouble();
            trace.poisson(peer, rate, at, Math.min(ends, learns));
            at = ends + off.getAsDouble();
        }
        trace.learns(learns);
    }

    private static void pause(Trace trace) {
        double begins = trace.random().nextDouble(-1, 1);
        double ends = begins + trace.random().nextDouble(4, 10);
        double learns = trace.late();
        double rate = trace.rate(20, 200);
        for (int peer = 0; peer < 2; peer++) {
            trace.poisson(peer, rate, trace.begins(), begins);
            trace.poisson(peer, rate, ends, learns);
        }
        trace.learns(learns);
    }

    private static void changed(Trace trace, double factor, double min, double max) {
        double rate = factor < 1 ? trace.rate(10, 100) : trace.rate(1, 10);
        double at = Math.max(trace.begins(), -trace.random().nextDouble(min, max));
        for (int peer = 0; peer < 3; peer++) {
            double learns = peer == 0 ? trace.late() : trace.early();
            trace.poisson(peer, rate, trace.begins(), at);
            trace.poisson(peer, rate * factor, at, learns);
            trace.learns(learns);
        }
    }

    /** The most recently used connection is used first: the second has half the requests of the first. */
    private static void pool(Trace trace, int peer) {
        int connections = RoutersTraces.upTo(trace, 2, 4);
        double shares = RoutersTraces.shares(connections);
        double rate = trace.rate(5, 50);
        for (int i = 1; i <= connections; i++) {
            trace.poisson(peer, rate / i / shares, i == connections ? trace.late() : trace.early());
        }
    }

    private static void threePools(Trace trace) {
        for (int peer = 0; peer < 3; peer++) {
            pool(trace, peer);
        }
    }

    private static void pinned(Trace trace) {
        double rate = trace.rate(5, 50);
        for (int peer = 0; peer < 4; peer++) {
            trace.poisson(peer, 0.9 * rate, trace.early());
            trace.poisson(peer, 0.1 * rate, peer == 0 ? trace.late() : trace.early());
        }
    }

    private static void checked(Trace trace, double period) {
        for (int peer = 0; peer < 2; peer++) {
            trace.poisson(peer, trace.rate(5, 50), peer == 0 ? trace.late() : trace.early());
        }
        trace.checker(2, period);
    }

    private static void rareBesideBusy(Trace trace, double busy) {
        trace.poisson(0, busy, trace.early());
        for (int i = 1; i <= 40; i++) {
            trace.poisson(i, 5 / 60.0, trace.late());
        }
    }

    /** Six peers at random moments, one in bursts, and a checker. */
    private static void mixed(Trace trace) {
        for (int peer = 0; peer < 6; peer++) {
            trace.poisson(peer, trace.rate(2, 100), peer == 0 ? trace.late() : trace.early());
        }
        bursts(trace, 6, () -> 0.5, () -> trace.random().nextDouble(1.5, 2));
        trace.checker(7, 10);
    }
}
