package io.ebbtide.undertow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.ebbtide.Ebbtide;
import io.ebbtide.Settings;
import io.ebbtide.lifecycle.LameDuckPolicy;
import io.ebbtide.lifecycle.LameDuckRules;
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

/**
 * A rollout as it happens: one of two instances behind a balancer is told to stop, under some 300 requests a second, and the
 * balancer learns of it late.
 */
final class BalancedIT {
    private static final int CLIENTS = 14;
    private static final int ANEW_EACH_TIME = 1;
    private static final int FOR_GOOD = Integer.MAX_VALUE;
    private static final int REQUESTS_BEFORE = 1_500;
    private static final Duration LAME_DUCK = Duration.ofSeconds(15);
    private static final Duration FLOOR = Duration.ofSeconds(2);
    private static final Duration LONGEST_REQUEST = Duration.ofSeconds(1);
    private static final Duration END = Duration.ofMillis(300);
    private static final Duration NOISE_OF_THE_MACHINE = Duration.ofSeconds(1);

    /** The arguments are the policy and the number of routers behind one address. */
    static final class Service {
        public static void main(String[] arguments) {
            var listener = Undertow.builder().addHttpListener(0, "127.0.0.1");
            var source = UndertowSource.of(listener, new TimedHandler()).workerThreads(2 * CLIENTS);
            Ebbtide.builder("balanced")
                    .serve(source)
                    .startupTask("tell the port", () -> System.out.println("port=" + source.port()))
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

    @Test
    void balancerThatLearnsAfterTwoSeconds_isWaitedFor_andNoLonger() throws Exception {
        Duration lag = Duration.ofSeconds(2);

        Duration took = new Rollout(LameDuckPolicy.ADAPTIVE, lag, ANEW_EACH_TIME, 0, 0).play("QUIET");

        assertThat(took).isBetween(lag, promised(lag).plus(NOISE_OF_THE_MACHINE));
    }

    @Test
    @Tag("full")
    void balancerThatLearnsAfterEightSeconds_isWaitedFor_andNoLonger() throws Exception {
        Duration lag = Duration.ofSeconds(8);

        Duration took = new Rollout(LameDuckPolicy.ADAPTIVE, lag, ANEW_EACH_TIME, 0, 0).play("QUIET");

        assertThat(took).isBetween(lag, promised(lag).plus(NOISE_OF_THE_MACHINE));
    }

    /** One connection in five requests is new; that there is but one router has to be said. */
    @Test
    @Tag("full")
    void clientsThatRenewTheirConnections_areWaitedFor_andNoLonger() throws Exception {
        Duration lag = Duration.ofSeconds(2);

        Duration took = new Rollout(LameDuckPolicy.ADAPTIVE, lag, 5, 1, 0).play("QUIET");

        assertThat(took).isBetween(lag, promised(lag).plus(NOISE_OF_THE_MACHINE));
    }

    /**
     * Told to leave, they settle on the other instance at once. One more client connects anew every 1.5 s, here or there:
     * too rarely for its silence to prove anything, and long after all else is silent.
     */
    @Test
    @Tag("full")
    void clientsThatStay_doNotHideTheRareOneThatStillComes() throws Exception {
        Duration took = new Rollout(LameDuckPolicy.ADAPTIVE, Duration.ofSeconds(8), FOR_GOOD, 1, 1).play("MAX");

        assertThat(took).isBetween(LAME_DUCK, LAME_DUCK.plusSeconds(2).plus(NOISE_OF_THE_MACHINE));
    }

    @Test
    @Tag("full")
    void fixedLameDuck_takesItsWholeTime() throws Exception {
        Duration took = new Rollout(LameDuckPolicy.FIXED, Duration.ofSeconds(2), ANEW_EACH_TIME, 0, 0).play("MAX");

        assertThat(took).isBetween(LAME_DUCK, LAME_DUCK.plus(LONGEST_REQUEST).plus(NOISE_OF_THE_MACHINE));
    }

    private static Duration promised(Duration lag) {
        return lag.plus(FLOOR).plus(LONGEST_REQUEST).plus(END);
    }

    /**
     * One rollout.
     *
     * @param lag when the balancer learns of it
     * @param requestsPerConnection how many each client sends before it connects anew
     * @param senders 0 to have it derived
     * @param rareClients who connect anew every 1.5 s
     */
    private record Rollout(
            LameDuckPolicy policy, Duration lag, int requestsPerConnection, int senders, int rareClients) {
        /** Returns how long after the signal the process was gone. */
        Duration play(String ended) throws Exception {
            JavaLauncher launcher = JavaLauncher.of(Service.class).arguments(policy.name(), String.valueOf(senders));
            try (ServiceProcess leaving = launcher.start();
                    ServiceProcess staying = launcher.start();
                    TcpBalancer balancer = TcpBalancer.start()) {
                int leavingPort = leaving.awaitPort();
                balancer.add(leavingPort);
                balancer.add(staying.awaitPort());
                long begunNanos = System.nanoTime();
                StrictLoad load = StrictLoad.start(balancer.port(), CLIENTS, requestsPerConnection, BalancedIT::mix);
                StrictLoad rare =
                        StrictLoad.start(balancer.port(), rareClients, 1, number -> WireRequest.get("/work/1500"));
                Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> load.sent() >= REQUESTS_BEFORE);
                double perSecond = load.sent() * 1e9 / (System.nanoTime() - begunNanos);

                long removedNanos = System.nanoTime() + lag.toNanos();
                balancer.removeAfter(leavingPort, lag); // before the signal, which takes a moment to send
                leaving.signal("TERM");
                ServiceProcess.Exit exit = leaving.awaitExit(Duration.ofSeconds(60));
                long sentUntilExit = load.sent();
                Awaitility.await() // those who stay are served all the same; an exit that came too early is found out
                        .atMost(Duration.ofSeconds(30))
                        .until(() -> load.sent() > sentUntilExit + 200 && System.nanoTime() - removedNanos > 0);
                load.stop();
                rare.stop();

                print(perSecond, leaving.report(), load.await(Duration.ofSeconds(60)), exit);
                verify(load.await(Duration.ofSeconds(60)));
                verify(rare.await(Duration.ofSeconds(60)));
                assertThat(balancer.refused()).as("who found nobody listening").isZero();
                assertThat(exit.code()).isZero();
                assertThat(leaving.report().get("outcome").asText()).isEqualTo("CLEAN");
                assertThat(leaving.report().get("lameDuck").get("ended").asText())
                        .isEqualTo(ended);
                assertThat(leaving.report().get("late").get("latestMillis").asLong())
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

        private void print(double perSecond, JsonNode report, LoadResult result, ServiceProcess.Exit exit) {
            System.out.printf(
                    "lame duck %s, endpoint removed after %d ms: %.0f requests/s, sent %d, lost %d, late %d (latest after"
                            + " %d ms), exit after %d ms (lag + floor + longest request + 0.3 s: %d ms)%n",
                    policy,
                    lag.toMillis(),
                    perSecond,
                    result.sent(),
                    result.lost().size(),
                    report.get("late").get("count").asLong(),
                    report.get("late").get("latestMillis").asLong(),
                    exit.sinceSignal().toMillis(),
                    promised(lag).toMillis());
        }
    }

    /** 90 % take 20 ms, 9 % 200 ms, 1 % a second. */
    private static WireRequest mix(long number) {
        long hundredth = number % 100;
        return WireRequest.get(hundredth == 50 ? "/work/1000" : hundredth % 11 == 1 ? "/work/200" : "/work/20");
    }
}
