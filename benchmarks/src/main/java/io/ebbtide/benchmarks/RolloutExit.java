package io.ebbtide.benchmarks;

import io.ebbtide.Ebbtide;
import io.ebbtide.Settings;
import io.ebbtide.budget.LameDuckPolicy;
import io.ebbtide.budget.LameDuckRules;
import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.LoadResult;
import io.ebbtide.testkit.ServiceProcess;
import io.ebbtide.testkit.StrictLoad;
import io.ebbtide.testkit.TcpBalancer;
import io.ebbtide.testkit.WireRequest;
import io.ebbtide.undertow.UndertowSource;
import io.undertow.Undertow;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The time from SIGTERM to the end of one of two instances behind a balancer, which learns late that the instance shuts down,
 * under up to 300 requests per second.
 */
final class RolloutExit {
    private static final int RUNS = 6; // the minimum for an interval: one run takes 15 to 30 s
    private static final int CLIENTS = 14;
    private static final int REQUESTS_BEFORE = 1_500;
    private static final int EVERY_REQUEST = 1;
    private static final int UNLIMITED = Integer.MAX_VALUE;
    private static final Duration TWO_SECONDS = Duration.ofSeconds(2);
    private static final Duration EIGHT_SECONDS = Duration.ofSeconds(8);
    private static final Duration LAME_DUCK = Duration.ofSeconds(15);
    private static final Duration FLOOR = Duration.ofSeconds(2);
    private static final Duration LONGEST_REQUEST = Duration.ofSeconds(1);
    private static final Duration RARE_REQUEST = Duration.ofMillis(1_500);
    private static final Duration END = Duration.ofMillis(300);

    private RolloutExit() {}

    /** The arguments are the policy and the number of routers behind one address. */
    static final class Service {
        public static void main(String[] arguments) {
            var listener = Undertow.builder().addHttpListener(0, "127.0.0.1");
            var source = UndertowSource.of(listener, new WorkHandler()).workerThreads(2 * CLIENTS);
            Ebbtide.builder("balanced")
                    .serve(source)
                    .startupTask("print the port", () -> System.out.println("port=" + source.port()))
                    .settings(Settings.derived()
                            .withGrace(Duration.ofSeconds(40))
                            .withLameDuck(LAME_DUCK)
                            .withLameDuckRules(LameDuckRules.defaults()
                                    .withPolicy(LameDuckPolicy.valueOf(arguments[0]))
                                    .withSenders(Integer.parseInt(arguments[1]))))
                    .build()
                    .run();
        }
    }

    static void measure(Results results) {
        add(
                results,
                "removed after 2 s",
                afterLag(TWO_SECONDS),
                new Rollout(LameDuckPolicy.ADAPTIVE, TWO_SECONDS, EVERY_REQUEST, 0, 0));
        add(
                results,
                "removed after 8 s",
                afterLag(EIGHT_SECONDS),
                new Rollout(LameDuckPolicy.ADAPTIVE, EIGHT_SECONDS, EVERY_REQUEST, 0, 0));
        add(
                results,
                "removed after 2 s, five requests a connection",
                afterLag(TWO_SECONDS),
                new Rollout(LameDuckPolicy.ADAPTIVE, TWO_SECONDS, 5, 1, 0));
        add(
                results,
                "removed after 8 s, a rare client until the lame duck's 15 s",
                LAME_DUCK.plus(RARE_REQUEST).plus(END),
                new Rollout(LameDuckPolicy.ADAPTIVE, EIGHT_SECONDS, UNLIMITED, 1, 1));
        add(
                results,
                "removed after 2 s, fixed lame duck of 15 s",
                LAME_DUCK.plus(LONGEST_REQUEST).plus(END),
                new Rollout(LameDuckPolicy.FIXED, TWO_SECONDS, EVERY_REQUEST, 0, 0));
    }

    private static void add(Results results, String what, Duration bound, Rollout rollout) {
        results.repeat("SIGTERM to exit, " + what, RUNS, Bound.below(bound), rollout::play);
    }

    private static Duration afterLag(Duration lag) {
        return lag.plus(FLOOR).plus(LONGEST_REQUEST).plus(END);
    }

    /** 90 % take 20 ms, 9 % take 200 ms, 1 % take one second. */
    private static WireRequest mix(long number) {
        long hundredth = number % 100;
        return WireRequest.get(hundredth == 50 ? "/work/1000" : hundredth % 11 == 1 ? "/work/200" : "/work/20");
    }

    /**
     * One rollout.
     *
     * @param lag how long after the signal the balancer stops sending new connections
     * @param requestsPerConnection how many each client sends before it reconnects
     * @param senders 0 if it is derived
     * @param rareClients the number of clients that reconnect every 1.5 s
     */
    private record Rollout(
            LameDuckPolicy policy, Duration lag, int requestsPerConnection, int senders, int rareClients) {
        /** Returns the time from SIGTERM to exit. */
        Duration play() throws InterruptedException {
            JavaLauncher launcher = JavaLauncher.of(Service.class).arguments(policy.name(), String.valueOf(senders));
            try (ServiceProcess signalled = launcher.start();
                    ServiceProcess remaining = launcher.start();
                    TcpBalancer balancer = TcpBalancer.start()) {
                int port = signalled.awaitPort();
                balancer.add(port);
                balancer.add(remaining.awaitPort());
                signalled.awaitLine("'balanced' is RUNNING", SignalledExit.HANG);
                var enough = new CountDownLatch(1);
                StrictLoad load = StrictLoad.start(balancer.port(), CLIENTS, requestsPerConnection, number -> {
                    if (number == REQUESTS_BEFORE) {
                        enough.countDown();
                    }
                    return mix(number);
                });
                StrictLoad rare = StrictLoad.start(
                        balancer.port(), rareClients, 1, number -> WireRequest.get("/work/" + RARE_REQUEST.toMillis()));
                if (!enough.await(SignalledExit.HANG.toSeconds(), TimeUnit.SECONDS)) {
                    throw new IllegalStateException("requests: %d sent, %d answered in %s (expected: %d)"
                            .formatted(load.sent(), load.answered(), SignalledExit.HANG, REQUESTS_BEFORE));
                }

                balancer.removeAfter(port, lag); // before the signal, because sending it takes a moment
                signalled.signal("TERM");
                Duration took = SignalledExit.awaitExit(signalled, Set.of(0));
                load.stop();
                rare.stop();
                expectNoneLost(load);
                expectNoneLost(rare);
                return took;
            }
        }

        /** An exit that is early because requests were dropped is not a valid figure. */
        private static void expectNoneLost(StrictLoad load) throws InterruptedException {
            LoadResult result = load.await(SignalledExit.HANG);
            if (!result.lost().isEmpty()) {
                throw new IllegalStateException("requests: %d of %d lost (expected: 0): %s"
                        .formatted(
                                result.lost().size(),
                                result.sent(),
                                result.lost().get(0)));
            }
        }
    }
}
