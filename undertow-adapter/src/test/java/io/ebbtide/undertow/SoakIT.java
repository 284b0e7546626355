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
import io.ebbtide.testkit.WireConnection;
import io.ebbtide.testkit.WireRequest;
import io.undertow.Undertow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Processes that are started, loaded and sent SIGTERM at random moments, two at a time. {@code -Dsoak.seed=<number>} has
 * the same moments again.
 */
@Execution(ExecutionMode.CONCURRENT) // they mostly wait
final class SoakIT {
    private static final int AT_ONCE = 2;
    private static final int MAX_LAME_DUCK_MILLIS = 900;

    /** Never used up: a second signal ends it, once the clients have stopped. */
    private static final int AMPLE_LAME_DUCK_MILLIS = 120_000;

    private static final Duration GRACE = Duration.ofMinutes(4);
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final Pattern STATE = Pattern.compile("'soak' is ([A-Z_]+)");

    /** The arguments: lame duck in milliseconds, policy, least lame duck and warm-up in milliseconds. */
    static final class Service {
        public static void main(String[] arguments) {
            var listener = Undertow.builder().addHttpListener(0, "127.0.0.1");
            var source = UndertowSource.of(listener, new HoldingHandler());
            LameDuckRules rules = LameDuckRules.defaults()
                    .withPolicy(LameDuckPolicy.valueOf(arguments[1]))
                    .withMinimum(Duration.ofMillis(Long.parseLong(arguments[2])));
            Ebbtide.builder("soak")
                    .serve(source)
                    .startupTask("print the port", () -> System.out.println("port=" + source.port()))
                    .startupTask(
                            "warm up",
                            () -> new CountDownLatch(1).await(Long.parseLong(arguments[3]), TimeUnit.MILLISECONDS))
                    .settings(Settings.derived()
                            .withGrace(GRACE)
                            .withLameDuck(Duration.ofMillis(Long.parseLong(arguments[0])))
                            .withLameDuckRules(rules))
                    .build()
                    .run();
        }
    }

    /** When the signal comes. */
    private enum Moment {
        /** While the service warms up, its port open already, and requests are in flight. */
        START_UP,
        /** While requests are in flight, which outlast the lame duck, so that the drain waits for them. */
        IN_FLIGHT,
        /** While requests are sent of which the service may have read none yet. */
        ON_THEIR_WAY,
        /** While clients send on, until they learn of it. */
        UNDER_LOAD,
        /** While no client sends, or ever has. */
        AT_REST;

        /** Whether clients go on until they have their answers, however long that takes, and the lame duck with them. */
        boolean needsTheLameDuck() {
            return this == ON_THEIR_WAY || this == UNDER_LOAD;
        }
    }

    /** What is drawn for one round: the same from the same seed and number, whatever the others do. */
    private record Draw(
            int number, Moment moment, int lameDuckMillis, LameDuckPolicy policy, int minMillis, Random random) {
        private static final List<Moment> IN_TURN =
                List.of(Moment.START_UP, Moment.UNDER_LOAD, Moment.AT_REST, Moment.IN_FLIGHT, Moment.ON_THEIR_WAY);

        static Draw of(long seed, int number) {
            var random = new Random(1_000_003 * seed + number);
            Moment moment = IN_TURN.get(number % IN_TURN.size());
            int lameDuck = random.nextInt(MAX_LAME_DUCK_MILLIS + 1);
            LameDuckPolicy policy = random.nextBoolean() ? LameDuckPolicy.FIXED : LameDuckPolicy.ADAPTIVE;
            int min = random.nextInt(lameDuck + 1);
            return moment.needsTheLameDuck()
                    ? new Draw(number, moment, AMPLE_LAME_DUCK_MILLIS, LameDuckPolicy.FIXED, min, random)
                    : new Draw(number, moment, lameDuck, policy, min, random);
        }

        /** How long requests take at least: some are to outlast the lame duck. */
        int atLeastMillis() {
            return moment == Moment.IN_FLIGHT ? lameDuckMillis + 100 : 1;
        }

        int warmUpMillis() {
            return moment == Moment.START_UP ? 300 : 0;
        }

        @Override
        public String toString() {
            return "round %d: %s, lame duck %d ms, %s from %d ms"
                    .formatted(number, moment, lameDuckMillis, policy, minMillis);
        }
    }

    /** What came of one round. */
    private record Round(long sent, long late, Duration took) {}

    @Test
    @Tag("extended")
    void tenRounds_loseNothing() throws Exception {
        soak(10);
    }

    @Test
    @Tag("full")
    void twoHundredRounds_loseNothing() throws Exception {
        soak(200);
    }

    private static void soak(int rounds) throws Exception {
        long seed = Long.getLong("soak.seed", new Random().nextInt(1_000_000));
        System.out.printf("soak: seed %d%n", seed);
        ExecutorService rounding = Executors.newFixedThreadPool(AT_ONCE);
        try {
            List<Callable<Round>> all = IntStream.range(0, rounds)
                    .<Callable<Round>>mapToObj(number -> () -> round(seed, Draw.of(seed, number)))
                    .toList();
            long sent = 0;
            long late = 0;
            Duration longest = Duration.ZERO;
            for (Future<Round> each : rounding.invokeAll(all)) {
                Round round = each.get();
                sent += round.sent();
                late += round.late();
                longest = longest.compareTo(round.took()) < 0 ? round.took() : longest;
            }
            System.out.printf(
                    "soak: %d rounds, %d requests, %d of them late, 0 lost, longest exit %d ms%n",
                    rounds, sent, late, longest.toMillis());
        } finally {
            rounding.shutdownNow();
        }
    }

    private static Round round(long seed, Draw draw) throws Exception {
        try (ServiceProcess service = JavaLauncher.of(Service.class)
                .arguments(
                        Integer.toString(draw.lameDuckMillis()),
                        draw.policy().name(),
                        Integer.toString(draw.minMillis()),
                        Integer.toString(draw.warmUpMillis()))
                .start()) {
            try {
                long sent = loadAndSignal(service, draw);
                ServiceProcess.Exit exit = service.awaitExit(SOON);
                expectClean(service, exit, draw);
                return new Round(sent, service.report().get("late").get("count").asLong(), exit.sinceSignal());
            } catch (Exception | AssertionError e) {
                throw new AssertionError(
                        "seed %d, %s: %s; output:%n%s".formatted(seed, draw, e.getMessage(), service.output()), e);
            }
        }
    }

    /** Returns how many requests were sent, each of which was answered. */
    private static long loadAndSignal(ServiceProcess service, Draw draw) throws Exception {
        int port = service.awaitPort();
        if (draw.moment() != Moment.START_UP) {
            service.awaitLine("'soak' is RUNNING", SOON);
        }
        return switch (draw.moment()) {
            case START_UP -> {
                pause(draw.random().nextInt(draw.warmUpMillis() + 50));
                yield signalWithRequestsSent(service, port, draw);
            }
            case IN_FLIGHT, ON_THEIR_WAY -> signalWithRequestsSent(service, port, draw);
            case UNDER_LOAD -> signalUnderLoad(service, port, draw);
            case AT_REST -> {
                long sent = draw.random().nextBoolean() ? 0 : exchanges(port, 25);
                pause(draw.random().nextInt(200));
                service.signal("TERM");
                yield sent;
            }
        };
    }

    private static long exchanges(int port, int count) throws Exception {
        try (WireConnection client = WireConnection.open(port, SOON)) {
            for (int i = 0; i < count; i++) {
                assertThat(client.exchange("GET", "/work/1").status()).isEqualTo(200);
            }
        }
        return count;
    }

    /** Clients that stop before the lame duck ends. */
    private static long signalUnderLoad(ServiceProcess service, int port, Draw draw) throws Exception {
        Random random = draw.random();
        int maxMillis = 5 + random.nextInt(100);
        StrictLoad load = StrictLoad.start(
                port, 1 + random.nextInt(4), number -> WireRequest.get("/work/" + number * 31 % maxMillis));
        pause(random.nextInt(400));
        load.stopAfter(Duration.ofMillis(random.nextInt(400)));
        service.signal("TERM");
        LoadResult result = load.await(SOON);
        endLameDuck(service);
        assertThat(result.lost()).isEmpty();
        assertThat(result.gone()).isZero();
        assertThat(result.answered()).isEqualTo(result.sent());
        return result.sent();
    }

    /** Requests on connections that are open already. */
    private static long signalWithRequestsSent(ServiceProcess service, int port, Draw draw) throws Exception {
        Random random = draw.random();
        List<WireConnection> clients = new ArrayList<>();
        try {
            for (int i = random.nextInt(4); i >= 0; i--) {
                WireConnection client = WireConnection.open(port, SOON);
                clients.add(client);
                client.exchange("GET", "/work/0");
            }
            for (int i = 0; i < clients.size(); i++) {
                String path = "/work/" + (draw.atLeastMillis() + i + random.nextInt(100) * 4); // none twice
                clients.get(i).send("GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n".formatted(path));
                if (draw.moment() != Moment.ON_THEIR_WAY) {
                    service.awaitLine("begun " + path + "$", SOON);
                }
            }
            service.signal("TERM");
            for (WireConnection client : clients) {
                assertThat(client.read(false).body()).startsWith("worked ");
            }
            if (draw.moment() == Moment.ON_THEIR_WAY) {
                endLameDuck(service);
            }
            return 2L * clients.size();
        } finally {
            for (WireConnection client : clients) {
                client.close();
            }
        }
    }

    private static void endLameDuck(ServiceProcess service) throws InterruptedException {
        service.awaitLine("'soak' is LAME_DUCK", SOON);
        service.signalUntil("TERM", "'soak' is DRAINING", SOON);
    }

    private static void expectClean(ServiceProcess service, ServiceProcess.Exit exit, Draw draw) {
        JsonNode report = service.report();
        assertThat(exit.code()).isZero();
        assertThat(exit.sinceSignal()).isLessThan(GRACE);
        assertThat(service.reports()).hasSize(1);
        assertThat(report.get("reason").asText()).isEqualTo("SIGTERM");
        assertThat(report.get("outcome").asText()).isEqualTo("CLEAN");
        assertThat(report.get("inFlightCut").asInt()).isZero();
        assertThat(report.get("late").get("refused").asInt()).isZero();
        assertThat(report.get("problems")).isEmpty();
        if (draw.moment().needsTheLameDuck()) {
            assertThat(report.get("lameDuck").get("ended").asText()).isEqualTo("SKIPPED");
        }
        List<String> states = STATE.matcher(service.output())
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
        var expected = new ArrayList<>(List.of("RUNNING", "LAME_DUCK", "DRAINING", "STOPPING", "STOPPED"));
        if (draw.lameDuckMillis() == 0) {
            expected.remove("LAME_DUCK");
        }
        if (draw.moment() == Moment.START_UP && !states.contains("RUNNING")) {
            expected.removeAll(List.of("RUNNING", "LAME_DUCK"));
        }
        assertThat(states).isEqualTo(expected);
    }

    private static void pause(int millis) throws InterruptedException {
        assertThat(new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS)).isFalse();
    }
}
