package io.ebbtide.benchmarks;

import io.ebbtide.benchmarks.SpringOrders.Variant;
import io.ebbtide.jdbc.RealPostgres;
import io.ebbtide.redis.RealRedis;
import io.ebbtide.testkit.StrictLoad;
import io.ebbtide.testkit.WireRequest;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Readiness of an application of Spring Boot, asked at Ebbtide's port, at Actuator's on the application's port, and at a management port
 * of Actuator's own, in turn: how many answers a second; and how long an answer takes while all threads of the server are blocked.
 */
final class SpringProbes {
    private static final int ROUNDS = 10;
    private static final int CONNECTIONS = 8;
    private static final Duration ROUND = Duration.ofSeconds(3);
    private static final Bound THREE_TIMES = Bound.atLeast(3);

    private static final int PROBES = 200;
    private static final int PROBES_IN_VAIN = 3;
    private static final Duration BETWEEN_PROBES = Duration.ofMillis(10);
    private static final double PERCENTILE = 0.99;
    private static final Bound NOT_SLOWER = Bound.below(1);

    /** More than the 200 threads that Tomcat has. */
    private static final int CLIENTS = 260;

    private static final String READINESS = "/actuator/health/readiness";

    private SpringProbes() {}

    static void measure(Results results) throws Exception {
        try (RealPostgres postgres = RealPostgres.start();
                RealRedis redis = RealRedis.start();
                SpringOrders managed = start(Variant.WITH_EBBTIDE, postgres, redis);
                SpringOrders bare = start(Variant.BARE, postgres, redis);
                SpringOrders apart = start(Variant.BARE, postgres, redis, "--management.server.port=0")) {
            var ours = new ProbeTarget("Ebbtide's port", managed.probePort(), "/health/ready");
            var onServer = new ProbeTarget("Actuator on the application's port", bare.port(), READINESS);
            var own = new ProbeTarget("Actuator on its own port", managementPort(apart), READINESS);
            awaitReady(ours);
            awaitReady(onServer);
            awaitReady(own);
            results.attempt("answers per second", () -> throughput(results, ours, onServer, own));
            results.attempt(
                    "blocked threads",
                    () -> blocked(results, postgres, ours, onServer, own, managed.port(), bare.port(), apart.port()));
        }
    }

    private static SpringOrders start(Variant variant, RealPostgres postgres, RealRedis redis, String... more)
            throws Exception {
        return SpringOrders.start(SpringOrders.launcher(variant, postgres, redis)
                .arguments("--spring.datasource.hikari.connection-timeout=600000")
                .arguments(more));
    }

    /** The second server of the process. */
    private static int managementPort(SpringOrders orders) throws InterruptedException {
        return Integer.parseInt(orders.process()
                .awaitLine("Tomcat started on port (?!%d )(\\d+)".formatted(orders.port()), SignalledExit.HANG)
                .group(1));
    }

    private static void awaitReady(ProbeTarget target) {
        long end = System.nanoTime() + SignalledExit.HANG.toNanos();
        while (target.ask().equals(ProbeTarget.TIMEOUT)) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("%s: not ready".formatted(target));
            }
            LockSupport.parkNanos(BETWEEN_PROBES.toNanos());
        }
    }

    private static void throughput(Results results, ProbeTarget ours, ProbeTarget onServer, ProbeTarget own)
            throws Exception {
        var oursCount = count(ours);
        var onServerCount = count(onServer);
        var ownCount = count(own);
        var ratio = new Sample("Ebbtide's divided by Actuator's on the application's port, round by round", Unit.RATIO);
        var ratioOwn = new Sample("Ebbtide's divided by Actuator's on its own port, round by round", Unit.RATIO);
        for (int i = 0; i < results.runs(ROUNDS) + 1; i++) {
            results.progress("answers per second", i, results.runs(ROUNDS) + 1);
            double oursNow = ours.throughput(CONNECTIONS, ROUND);
            double onServerNow = onServer.throughput(CONNECTIONS, ROUND);
            double ownNow = own.throughput(CONNECTIONS, ROUND);
            if (i > 0) { // the first round compiles the code
                oursCount.add(oursNow);
                onServerCount.add(onServerNow);
                ownCount.add(ownNow);
                ratio.add(oursNow / onServerNow);
                ratioOwn.add(oursNow / ownNow);
            }
        }
        results.add(oursCount.median(null));
        results.add(onServerCount.median(null));
        results.add(ownCount.median(null));
        results.add(ratio.median(THREE_TIMES));
        results.add(ratioOwn.median(THREE_TIMES));
    }

    private static Sample count(ProbeTarget target) {
        return new Sample("readiness answers per second, " + target.name(), Unit.COUNT);
    }

    /** Requests wait for a frozen database until the pool's time-out, which is longer than the measurement. */
    private static void blocked(
            Results results,
            RealPostgres postgres,
            ProbeTarget ours,
            ProbeTarget onServer,
            ProbeTarget own,
            int... ports)
            throws InterruptedException {
        StrictLoad[] loads = new StrictLoad[ports.length];
        postgres.freeze();
        try {
            for (int i = 0; i < ports.length; i++) {
                loads[i] = StrictLoad.start(ports[i], CLIENTS, number -> WireRequest.get("/orders/" + (1 + number)));
                awaitBlocked(new ProbeTarget("the application", ports[i], "/orders/0"));
            }
            measureBlocked(results, ours, onServer, own);
        } finally {
            for (StrictLoad load : loads) {
                if (load != null) {
                    load.stop();
                }
            }
            postgres.thaw();
        }
    }

    /** Until no thread is free for one request more. */
    private static void awaitBlocked(ProbeTarget application) {
        long end = System.nanoTime() + SignalledExit.HANG.toNanos();
        int unanswered = 0;
        while (unanswered < PROBES_IN_VAIN) {
            unanswered = application.answersWithin(ProbeTarget.TIMEOUT) ? 0 : unanswered + 1;
            if (System.nanoTime() > end) {
                throw new IllegalStateException(
                        "port %d: answers (expected: no free thread)".formatted(application.port()));
            }
        }
    }

    private static void measureBlocked(Results results, ProbeTarget ours, ProbeTarget onServer, ProbeTarget own) {
        var oursTimes = new Sample("all threads blocked: probe at Ebbtide's port, p99", Unit.MILLIS);
        var ownTimes = new Sample("all threads blocked: probe at Actuator's own port, p99", Unit.MILLIS);
        var ratio = new Sample("the ratio of both p99, round by round", Unit.RATIO);
        int answered = 0;
        int asked = 0;
        for (int i = 0; i < results.runs(ROUNDS) + 1; i++) {
            results.progress("probes while all threads are blocked", i, results.runs(ROUNDS) + 1);
            var oursRound = new Sample("", Unit.MILLIS);
            var ownRound = new Sample("", Unit.MILLIS);
            for (int probe = 0; probe < PROBES; probe++) {
                boolean isOursFirst = probe % 2 == 0;
                Duration first = (isOursFirst ? ours : own).ask();
                Duration second = (isOursFirst ? own : ours).ask();
                oursRound.add(isOursFirst ? first : second);
                ownRound.add(isOursFirst ? second : first);
                LockSupport.parkNanos(BETWEEN_PROBES.toNanos());
            }
            if (i > 0) { // the first round compiles the code
                asked++;
                answered += onServer.ask().equals(ProbeTarget.TIMEOUT) ? 0 : 1;
                for (double each : oursRound.values()) {
                    oursTimes.add(each);
                }
                for (double each : ownRound.values()) {
                    ownTimes.add(each);
                }
                ratio.add(oursRound.quantile(PERCENTILE, null).value()
                        / ownRound.quantile(PERCENTILE, null).value());
            }
        }
        results.add(oursTimes.quantile(PERCENTILE, null));
        results.add(ownTimes.quantile(PERCENTILE, null));
        results.add(ratio.median(NOT_SLOWER));
        results.note("Actuator on the application's port: %d of %d probes answered within %d ms"
                .formatted(answered, asked, ProbeTarget.TIMEOUT.toMillis()));
    }
}
