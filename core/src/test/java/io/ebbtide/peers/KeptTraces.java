package io.ebbtide.peers;

import java.util.List;

/** Persistent connections: of proxies, which choose an instance for each request, and through balancers of connections. */
final class KeptTraces {
    private static final double ANSWER = 0.05;

    private KeptTraces() {}

    static List<TraceScenario> all() {
        return List.of(
                TraceScenario.holds(
                                "proxy that keeps 5 to 20 connections, 20 to 300/s, senders 1",
                                trace -> proxy(trace, 0, RoutersTraces.upTo(trace, 5, 20), trace.rate(20, 300)))
                        .withSenders(1),
                TraceScenario.holds("four such proxies, 10 to 100/s each", KeptTraces::fourProxies),
                TraceScenario.holds(
                                "14 clients that stay, through a balancer; 1 more connection in 3 s",
                                trace -> balanced(trace, 14, 1 / 3.0))
                        .withSenders(1),
                TraceScenario.holds(
                                "50 clients that stay, through a balancer; 2 to 20 more connections a second",
                                trace -> balanced(trace, 50, trace.rate(2, 20)))
                        .withSenders(1),
                TraceScenario.holds(
                                "the same, and the balancer has learnt after 0.2 to 1 s",
                                trace -> balanced(
                                        trace,
                                        50,
                                        trace.rate(2, 20),
                                        trace.random().nextDouble(0.2, 1)))
                        .withSenders(1),
                nodes());
    }

    /** Nodes of a balancer of connections, behind one address. */
    static TraceScenario nodes() {
        return TraceScenario.holds(
                "2 to 16 nodes of a balancer of connections behind one address, 2 to 20 more connections a second, each"
                        + " learns from 0.5 to 14 s",
                trace -> {
                    int nodes = RoutersTraces.upTo(trace, 2, 16);
                    double newConnections = trace.rate(2, 20);
                    for (int i = 0; i < nodes; i++) {
                        balanced(
                                trace,
                                48 / nodes,
                                newConnections / nodes,
                                trace.random().nextDouble(0.5, 14));
                    }
                });
    }

    private static void fourProxies(Trace trace) {
        for (int i = 0; i < 4; i++) {
            proxy(
                    trace,
                    i,
                    RoutersTraces.upTo(trace, 2, 10),
                    trace.rate(10, 100),
                    i == 0 ? trace.late() : trace.early());
        }
    }

    private static void proxy(Trace trace, int peer, int connections, double rate) {
        proxy(trace, peer, connections, rate, trace.late());
    }

    /** Requests at random moments; each late one ends its connection, and the next uses another, or a new one. */
    private static void proxy(Trace trace, int peer, int connections, double rate, double learns) {
        int kept = connections;
        for (int i = 0; i < connections; i++) {
            trace.request(peer, trace.begins());
        }
        double last = Math.min(learns, Trace.MAX);
        for (double at = trace.begins() + trace.pause(1 / rate); at < last; at += trace.pause(1 / rate)) {
            boolean again = at < 0 || kept-- > 0;
            if (again) {
                trace.again(peer, at);
            } else {
                trace.request(peer, at);
            }
        }
        trace.learns(learns);
    }

    private static void balanced(Trace trace, int clients, double newConnections) {
        balanced(trace, clients, newConnections, trace.late());
    }

    /**
     * Two instances. Clients send one request after the other, on persistent connections; asked to disconnect, each reconnects
     * here or moves to the other one for ever. New clients connect at random moments, and disconnect after one request.
     */
    private static void balanced(Trace trace, int clients, double newConnections, double learns) {
        for (int i = 0; i < clients; i++) {
            trace.request(0, trace.begins());
            double at = trace.begins();
            while (at < 0) {
                at += trace.pause(ANSWER);
                trace.again(0, at);
            }
            for (at += ANSWER; at < learns && trace.random().nextBoolean(); at += ANSWER) {
                trace.request(0, at);
            }
        }
        trace.poisson(0, newConnections, learns);
    }
}
