package io.ebbtide.undertow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
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
import io.undertow.Undertow;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A rollout as it happens: one of two instances behind a balancer receives SIGTERM, under some 300 requests a second, and the
 * balancer learns of it late. What is asserted is why the lame duck ended; how long it took to the tenth of a second is a
 * figure of the benchmarks.
 */
@Execution(ExecutionMode.CONCURRENT) // with other classes: it mostly waits
final class BalancedIT {
    private static final int CLIENTS = 14;
    private static final int ANEW_EACH_TIME = 1;
    private static final int FOR_GOOD = Integer.MAX_VALUE;
    private static final int REQUESTS_BEFORE = 1_500;
    private static final int CONNECTIONS_IN_THE_LAME_DUCK = 100;

    /** Longer than the 2 s that a lame duck takes at least, so that it ends too early unless it sees the requests. */
    private static final Duration LAG = Duration.ofSeconds(3);

    /** Of lame ducks that the silence is to end: used up only by one that does not see it. */
    private static final Duration AMPLE = Duration.ofMinutes(2);

    /** Of lame ducks that nothing is to end before their time. */
    private static final Duration WHOLE = Duration.ofSeconds(15);

    private static final Duration SOON = Duration.ofMinutes(3);

    /** The arguments are the policy, the number of routers behind one address, and the lame duck. */
    static final class Service {
        public static void main(String[] arguments) {
            var listener = Undertow.builder().addHttpListener(0, "127.0.0.1");
            var source = UndertowSource.of(listener, new TimedHandler()).workerThreads(2 * CLIENTS);
            Ebbtide.builder("balanced")
                    .serve(source)
                    .startupTask("print the port", () -> System.out.println("port=" + source.port()))
                    .settings(Settings.derived()
                            .withGrace(Duration.ofMinutes(5))
                            .withLameDuck(Duration.parse(arguments[2]))
                            .withLameDuckRules(LameDuckRules.defaults()
                                    .withPolicy(LameDuckPolicy.valueOf(arguments[0]))
                                    .withSenders(Integer.parseInt(arguments[1]))))
                    .build()
                    .run();
        }
    }

    @Test
    @Tag("extended")
    @Execution(ExecutionMode.SAME_THREAD)
    void balancerThatLearnsLate_isWaitedFor_andNoLonger() throws Exception {
        Duration took = new Rollout(LameDuckPolicy.ADAPTIVE, AMPLE, LAG, ANEW_EACH_TIME, 0, 0).play("QUIET");

        assertThat(took).isGreaterThanOrEqualTo(LAG);
    }

    @Test
    @Execution(ExecutionMode.SAME_THREAD)
    @Tag("full")
    void balancerThatLearnsAfterEightSeconds_isWaitedFor_andNoLonger() throws Exception {
        Duration lag = Duration.ofSeconds(8);

        Duration took = new Rollout(LameDuckPolicy.ADAPTIVE, AMPLE, lag, ANEW_EACH_TIME, 0, 0).play("QUIET");

        assertThat(took).isGreaterThanOrEqualTo(lag);
    }

    /** One connection in five requests is new; that there is but one router has to be said. */
    @Test
    @Execution(ExecutionMode.SAME_THREAD)
    @Tag("full")
    void clientsThatRenewTheirConnections_areWaitedFor_andNoLonger() throws Exception {
        Duration took = new Rollout(LameDuckPolicy.ADAPTIVE, AMPLE, LAG, 5, 1, 0).play("QUIET");

        assertThat(took).isGreaterThanOrEqualTo(LAG);
    }

    /**
     * Once asked to close, they settle on the other instance. One more client connects anew every 1.5 s, here or there:
     * too rarely for its silence to prove anything, and long after all else is silent.
     */
    @Test
    @Execution(ExecutionMode.SAME_THREAD)
    @Tag("full")
    void clientsThatStay_doNotHideTheRareOneThatStillComes() throws Exception {
        Duration took = new Rollout(LameDuckPolicy.ADAPTIVE, WHOLE, Duration.ofSeconds(8), FOR_GOOD, 1, 1).play("MAX");

        assertThat(took).isGreaterThanOrEqualTo(WHOLE);
    }

    @Test
    @Execution(ExecutionMode.SAME_THREAD)
    @Tag("full")
    void fixedLameDuck_takesItsWholeTime() throws Exception {
        Duration took = new Rollout(LameDuckPolicy.FIXED, WHOLE, LAG, ANEW_EACH_TIME, 0, 0).play("MAX");

        assertThat(took).isGreaterThanOrEqualTo(WHOLE);
    }

    /**
     * One rollout.
     *
     * @param lag when the balancer learns of it, from the beginning of the lame duck on
     * @param requestsPerConnection how many each client sends before it connects anew
     * @param senders 0 to have it derived
     * @param rareClients clients that connect anew every 1.5 s
     */
    private record Rollout(
            LameDuckPolicy policy,
            Duration lameDuck,
            Duration lag,
            int requestsPerConnection,
            int senders,
            int rareClients) {
        /** Returns how long after the signal the process was gone. */
        Duration play(String ended) throws Exception {
            JavaLauncher launcher = JavaLauncher.of(Service.class)
                    .arguments(policy.name(), String.valueOf(senders), lameDuck.toString());
            try (ServiceProcess stopping = launcher.start();
                    ServiceProcess staying = launcher.start();
                    TcpBalancer balancer = TcpBalancer.start()) {
                int stoppingPort = stopping.awaitPort();
                balancer.add(stoppingPort);
                balancer.add(staying.awaitPort());
                stopping.awaitLine("'balanced' is RUNNING", SOON);
                StrictLoad load = StrictLoad.start(balancer.port(), CLIENTS, requestsPerConnection, BalancedIT::mix);
                StrictLoad rare =
                        StrictLoad.start(balancer.port(), rareClients, 1, number -> WireRequest.get("/work/1500"));
                Awaitility.await().atMost(SOON).until(() -> load.sent() >= REQUESTS_BEFORE);

                stopping.signal("TERM");
                stopping.awaitLine("'balanced' is LAME_DUCK", SOON);
                long removedNanos = System.nanoTime() + lag.toNanos();
                if (requestsPerConnection != FOR_GOOD) { // requests still arrive here, however slow the machine
                    long openedBefore = balancer.opened(stoppingPort);
                    Awaitility.await()
                            .atMost(SOON)
                            .until(() -> balancer.opened(stoppingPort) > openedBefore + CONNECTIONS_IN_THE_LAME_DUCK);
                }
                balancer.removeAfter(stoppingPort, Duration.ofNanos(Math.max(0, removedNanos - System.nanoTime())));
                ServiceProcess.Exit exit = stopping.awaitExit(SOON);
                long sentUntilExit = load.sent();
                Awaitility.await() // the other instance serves on; clients of one that exits too early are refused
                        .atMost(SOON)
                        .until(() -> load.sent() > sentUntilExit + 200 && System.nanoTime() - removedNanos > 0);
                load.stop();
                rare.stop();

                print(stopping.report(), load.await(SOON), exit);
                verify(load.await(SOON));
                verify(rare.await(SOON));
                assertThat(balancer.refused())
                        .as("clients whose connection was refused")
                        .isZero();
                assertThat(exit.code()).isZero();
                assertThat(stopping.report().get("outcome").asText()).isEqualTo("CLEAN");
                assertThat(stopping.report().get("lameDuck").get("ended").asText())
                        .isEqualTo(ended);
                assertThat(stopping.report().get("late").get("latestMillis").asLong())
                        .as("new requests came until the endpoint was removed")
                        .isGreaterThan(lag.toMillis() / 2);
                assertThat(staying.isAlive()).isTrue();
                return exit.sinceSignal();
            }
        }

        private static void verify(LoadResult result) {
            assertThat(result.lost()).isEmpty();
            assertThat(result.answered()).isEqualTo(result.sent());
            assertThat(result.gone()).isZero();
        }

        private void print(JsonNode report, LoadResult result, ServiceProcess.Exit exit) {
            System.out.printf(
                    "lame duck %s, endpoint removed after %d ms: sent %d, lost %d, late %d (latest after %d ms), exit after"
                            + " %d ms%n",
                    policy,
                    lag.toMillis(),
                    result.sent(),
                    result.lost().size(),
                    report.get("late").get("count").asLong(),
                    report.get("late").get("latestMillis").asLong(),
                    exit.sinceSignal().toMillis());
        }
    }

    /** 90 % take 20 ms, 9 % 200 ms, 1 % a second. */
    private static WireRequest mix(long number) {
        long hundredth = number % 100;
        return WireRequest.get(hundredth == 50 ? "/work/1000" : hundredth % 11 == 1 ? "/work/200" : "/work/20");
    }
}
