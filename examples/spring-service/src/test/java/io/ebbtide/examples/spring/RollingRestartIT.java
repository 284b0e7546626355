package io.ebbtide.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.LoadResult;
import io.ebbtide.testkit.ServiceProcess;
import io.ebbtide.testkit.StrictLoad;
import io.ebbtide.testkit.WireRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A rollout as Kubernetes does it: three instances behind HAProxy, which learns late that one shuts down; a new instance is ready before
 * an old one receives SIGTERM. What is asserted is that nothing is lost and why each lame duck ended; the times are printed.
 */
@Tag("full")
final class RollingRestartIT {
    private static final Duration SOON = Duration.ofMinutes(5);
    private static final int INSTANCES = 3;
    private static final int CLIENTS = 14;

    /** As those of a pool do: a client that keeps its connection and is sent elsewhere says nothing to the instance. */
    private static final int REQUESTS_PER_CONNECTION = 5;

    /** Between two instances, so that each has received enough for its silence to prove something. */
    private static final int REQUESTS_BETWEEN = 2_000;

    private static final Duration LONGEST_REQUEST = Duration.ofSeconds(3);
    private static final Duration MIN_LAME_DUCK = Duration.ofSeconds(2);
    private static final Duration END = Duration.ofSeconds(1);

    @BeforeAll
    static void isInstalled() {
        assumeTrue(RealHaProxy.isInstalled(), "HAProxy is not installed (.ci/steps installs it)");
    }

    /** One router is behind the balancer's address: it says so, or its silence is not proven before the lame duck's 15 s. */
    @ParameterizedTest
    @CsvSource({"http, 2", "http, 8", "tcp, 2", "tcp, 8"})
    void rollout_withOneSender_losesNothing_andEachLameDuckEndsOnceTheBalancerHasLearned(String mode, int lagSeconds)
            throws Exception {
        assertThat(rollOut(mode, Duration.ofSeconds(lagSeconds), "1")).containsOnly("QUIET");
    }

    /** How the lame ducks end is printed: several routers may be behind the one address. */
    @ParameterizedTest
    @CsvSource({"http, 2", "tcp, 2", "tcp, 8"})
    void rollout_withDefaults_losesNothing(String mode, int lagSeconds) throws Exception {
        assertThat(rollOut(mode, Duration.ofSeconds(lagSeconds), "0")).isSubsetOf("QUIET", "MAX");
    }

    /** Replaces each instance once; returns why the lame duck of each ended. */
    private static List<String> rollOut(String mode, Duration lag, String senders) throws Exception {
        try (RealStores stores = RealStores.start();
                RealHaProxy balancer = RealHaProxy.start(mode, 2 * INSTANCES)) {
            List<ServiceProcess> started = new ArrayList<>();
            try {
                JavaLauncher launcher = stores.launcher(TimedOrders.class).environment("EBBTIDE_SENDERS", senders);
                for (int i = 0; i < INSTANCES; i++) {
                    started.add(add(launcher.start(), balancer, i));
                }
                StrictLoad load =
                        StrictLoad.start(balancer.port(), CLIENTS, REQUESTS_PER_CONNECTION, RollingRestartIT::mix);
                List<String> ended = new ArrayList<>();
                for (int i = 0; i < INSTANCES; i++) {
                    started.add(add(launcher.start(), balancer, INSTANCES + i));
                    awaitMore(load, REQUESTS_BETWEEN);
                    ended.add(shutDown(started.get(i), balancer, i, lag, mode));
                }
                awaitMore(load, REQUESTS_BETWEEN);
                load.stop();
                LoadResult result = load.await(SOON);

                System.out.printf(
                        "rollout, HAProxy in %s mode, lag %d s, senders %s: sent %d, lost %d, lame ducks ended %s%n",
                        mode,
                        lag.toSeconds(),
                        senders,
                        result.sent(),
                        result.lost().size(),
                        ended);
                assertThat(result.lost()).isEmpty();
                assertThat(result.answered()).isEqualTo(result.sent());
                assertThat(stores.orders("true"))
                        .as("acknowledged orders")
                        .isEqualTo(result.statuses().get(201));
                Awaitility.await().atMost(SOON).until(() -> stores.orders("confirmed IS NULL") == 0);
                return ended;
            } finally {
                started.forEach(ServiceProcess::close);
            }
        }
    }

    /** Adds an instance to the balancer once it is ready. */
    private static ServiceProcess add(ServiceProcess instance, RealHaProxy balancer, int number) throws Exception {
        int port = Integer.parseInt(
                instance.awaitLine("\\bport=(\\d+)", SOON).group(1)); // beside three that are under load
        instance.awaitLine("'orders' is RUNNING", SOON);
        balancer.add(number, port);
        return instance;
    }

    private static void awaitMore(StrictLoad load, int requests) {
        long before = load.answered();
        Awaitility.await().atMost(SOON).until(() -> load.answered() > before + requests);
    }

    /** Returns why the lame duck ended. */
    private static String shutDown(ServiceProcess instance, RealHaProxy balancer, int number, Duration lag, String mode)
            throws Exception {
        instance.signal("TERM");
        TimeUnit.NANOSECONDS.sleep(lag.toNanos()); // what is tested: a balancer that learns late
        balancer.remove(number);
        ServiceProcess.Exit exit = instance.awaitExit(SOON);

        Duration bound = lag.plus(MIN_LAME_DUCK).plus(LONGEST_REQUEST).plus(END);
        String ended = instance.report().get("lameDuck").get("ended").asText();
        System.out.printf(
                "  HAProxy in %s mode, removed after %d s: exit code %d after %.1f s (bound with a known sender: %d s), %s,"
                        + " late %s, the last after %s ms%n",
                mode,
                lag.toSeconds(),
                exit.code(),
                exit.sinceSignal().toMillis() / 1e3,
                bound.toSeconds(),
                instance.report().get("lameDuck"),
                instance.report().get("late").get("count"),
                instance.report().get("late").get("latestMillis"));
        assertThat(exit.code()).as(instance.output()).isZero();
        assertThat(instance.report().get("outcome").asText()).isEqualTo("CLEAN");
        return ended;
    }

    /** 81 % take 20 ms, 9 % take 200 ms, 1 % take 3 s, 9 % create an order. */
    private static WireRequest mix(long number) {
        long hundredth = number % 100;
        if (hundredth % 11 == 1) {
            return new WireRequest("POST", "/orders", "{\"item\":\"tea\",\"quantity\":2}");
        }
        return WireRequest.get(hundredth == 50 ? "/work/3000" : hundredth % 11 == 0 ? "/work/200" : "/work/20");
    }
}
