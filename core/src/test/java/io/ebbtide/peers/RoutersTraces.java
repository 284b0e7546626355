package io.ebbtide.peers;

import java.math.BigDecimal;
import java.util.List;

/** Requests at random moments, from one or many addresses, with one or many routers behind each. */
final class RoutersTraces {
    private RoutersTraces() {}

    static List<TraceScenario> all() {
        return List.of(
                TraceScenario.holds("one router, 0.5 to 500/s", trace -> oneAddress(trace, 0, 1, rate(trace))),
                TraceScenario.holds("the same, senders set to 1", trace -> oneAddress(trace, 0, 1, rate(trace)))
                        .withSenders(1),
                TraceScenario.holds(
                        "one address, 1 to 16 routers, 0.5 to 500/s",
                        trace -> oneAddress(trace, 0, upTo(trace, 1, 16), rate(trace))),
                TraceScenario.breaks(
                        "the same, 16 of unequal shares, the least one stays",
                        trace -> unequalRouters(trace, 16, rate(trace))),
                TraceScenario.breaks(
                        "one address, 17 to 64 routers, 20 to 200/s",
                        trace -> oneAddress(trace, 0, upTo(trace, 17, 64), trace.rate(20, 200))),
                TraceScenario.holds(
                                "the same, senders set to 64",
                                trace -> oneAddress(trace, 0, upTo(trace, 17, 64), trace.rate(20, 200)))
                        .withSenders(64),
                TraceScenario.breaks(
                        "two addresses, 16 routers behind each, 5 to 50/s each", RoutersTraces::twoAddresses),
                TraceScenario.holds("the same, senders set to 16", RoutersTraces::twoAddresses)
                        .withSenders(16),
                TraceScenario.holds(
                        "2 to 50 peers of equal share, 1 to 5/s each",
                        trace -> equalPeers(trace, upTo(trace, 2, 50), trace.rate(1, 5))),
                TraceScenario.holds(
                        "1 to 50 peers of unequal share, the least 1.5 to 3/s", RoutersTraces::unequalPeers),
                TraceScenario.holds("100 peers, 2/s each", trace -> equalPeers(trace, 100, 2)),
                independent(0.5, 500),
                straggler(0.5, 500));
    }

    /** The rate of an address falls in steps. */
    static TraceScenario independent(double min, double max) {
        return TraceScenario.holds(
                "one address, 2 to 16 routers that each learn at a random time from 0.5 to 14 s, " + text(min, max),
                trace -> {
                    int routers = upTo(trace, 2, 16);
                    double rate = trace.rate(min, max);
                    for (int i = 0; i < routers; i++) {
                        trace.poisson(0, rate / routers, trace.random().nextDouble(0.5, 14));
                    }
                });
    }

    /** The rate of an address is whole, and then next to nothing. */
    static TraceScenario straggler(double min, double max) {
        return straggler(2, min, max);
    }

    /** With 16 workers at most. */
    static TraceScenario straggler(int minWorkers, double min, double max) {
        return TraceScenario.holds(
                "one proxy, %s16 workers that learn within a second, but for a straggler, %s"
                        .formatted(minWorkers == 16 ? "" : minWorkers + " to ", text(min, max)),
                trace -> {
                    int workers = upTo(trace, minWorkers, 16);
                    double rate = trace.rate(min, max);
                    double first = trace.early();
                    double within = trace.random().nextDouble();
                    for (int i = 0; i < workers; i++) {
                        double others = first + within * trace.random().nextDouble();
                        trace.poisson(0, rate / workers, i == 0 ? trace.late() : others);
                    }
                });
    }

    private static String text(double min, double max) {
        return BigDecimal.valueOf(min).stripTrailingZeros().toPlainString()
                + " to "
                + BigDecimal.valueOf(max).stripTrailingZeros().toPlainString()
                + "/s";
    }

    private static double rate(Trace trace) {
        return trace.rate(0.5, 500);
    }

    static int upTo(Trace trace, int min, int max) {
        return trace.random().nextInt(min, max + 1);
    }

    /** The worst case: all routers behind it except one have stopped, and that one is late. */
    static void oneAddress(Trace trace, int peer, int routers, double rate) {
        for (int i = 0; i < routers; i++) {
            trace.poisson(peer, rate / routers, i == 0 ? trace.late() : trace.early());
        }
    }

    private static void unequalRouters(Trace trace, int routers, double rate) {
        double shares = shares(routers);
        for (int i = 1; i <= routers; i++) {
            trace.poisson(0, rate / i / shares, i == routers ? trace.late() : trace.early());
        }
    }

    private static void twoAddresses(Trace trace) {
        double rate = trace.rate(5, 50);
        oneAddress(trace, 0, 16, rate);
        oneAddress(trace, 1, 16, rate);
    }

    private static void equalPeers(Trace trace, int peers, double rate) {
        int last = trace.random().nextInt(peers);
        for (int i = 0; i < peers; i++) {
            trace.poisson(i, rate, i == last ? trace.late() : trace.early());
        }
    }

    /** The second sends half as much as the first, the third a third, and so on. */
    private static void unequalPeers(Trace trace) {
        int peers = upTo(trace, 1, 50);
        double min = trace.rate(1.5, 3);
        int last = trace.random().nextInt(peers);
        for (int i = 0; i < peers; i++) {
            trace.poisson(i, min * peers / (i + 1), i == last ? trace.late() : trace.early());
        }
    }

    static double shares(int count) {
        double sum = 0;
        for (int i = 1; i <= count; i++) {
            sum += 1.0 / i;
        }
        return sum;
    }
}
