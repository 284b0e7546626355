package io.ebbtide.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The main job, as a trial: a service under load is told to stop by a real SIGTERM, while its clients go on until they
 * learn of it. The service answers {@code /work/<millis>} after so many milliseconds, 64 at once, prints {@code
 * port=<number>} and has a lame duck that is longer than the clients take to learn. Stateless.
 *
 * <pre>{@code
 * SigtermTrial.Outcome outcome = SigtermTrial.run(JavaLauncher.of(Service.class), SigtermTrial.LEARN_OF_THE_REMOVAL);
 * assertThat(outcome.faults()).isEmpty();
 * }</pre>
 */
public final class SigtermTrial {
    /** How many strict keep-alive clients there are, and so how many workers the service needs. */
    public static final int CLIENTS = 64;

    /** After this long clients learn that the service leaves, as from a balancer. */
    public static final Duration LEARN_OF_THE_REMOVAL = Duration.ofMillis(1_500);

    /** Clients come back, on new connections, until nobody listens. */
    public static final Duration NEVER_LEAVE = Duration.ofMinutes(1);

    private static final int BEFORE_THE_SIGNAL = 5_000;
    private static final Duration LONGEST = Duration.ofSeconds(60);

    private SigtermTrial() {}

    /**
     * What came of it. Immutable.
     *
     * @param load what the clients saw
     * @param exit how the service ended
     * @param report what it told itself
     */
    public record Outcome(LoadResult load, ServiceProcess.Exit exit, JsonNode report) {
        /** All that speaks against "nothing was lost, nobody was turned away, and the service knows it"; best none. */
        public List<String> faults() {
            var faults = new ArrayList<>(load.lost());
            expect(faults, load.gone() == 0, "clients who found nobody listening", load.gone(), "0");
            expect(faults, load.answered() == load.sent(), "answered", load.answered(), "all of " + load.sent());
            faults.addAll(faultsOfTheService());
            return List.copyOf(faults);
        }

        /**
         * The same for clients that {@link #NEVER_LEAVE}: what the kernel accepts in the microseconds between the last look
         * at its queue and the closing of the port is reset, two of them at most.
         */
        List<String> faultsButOfTheLastMoment() {
            var faults = new ArrayList<String>();
            boolean reset = load.lost().stream().allMatch(lost -> lost.contains("reset"));
            expect(faults, reset && load.lost().size() <= 2, "lost", load.lost(), "two at most, and reset");
            expect(faults, load.gone() == CLIENTS, "clients who found nobody listening", load.gone(), CLIENTS + "");
            faults.addAll(faultsOfTheService());
            return List.copyOf(faults);
        }

        /** The same without what the clients saw. */
        private List<String> faultsOfTheService() {
            var faults = new ArrayList<String>();
            JsonNode late = report.path("late");
            expect(faults, exit.code() == 0, "exit code", exit.code(), "0");
            expect(faults, report.path("outcome").asText().equals("CLEAN"), "outcome", report, "CLEAN");
            expect(faults, late.path("count").asLong() > 0, "late requests", late, "> 0");
            expect(faults, late.path("refused").asLong(-1) == 0, "late and refused", late, "0");
            return List.copyOf(faults);
        }

        private static void expect(List<String> faults, boolean met, String what, Object value, String expected) {
            if (!met) {
                faults.add("%s: %s (expected: %s)".formatted(what, value, expected));
            }
        }
    }

    /**
     * Starts the service, loads it, signals it, and waits for its end, which takes about 6 s. Prints one line with the
     * numbers.
     *
     * @param clientsLeaveAfter how long after the signal the clients go on sending
     * @throws IllegalStateException if the service does not start or end, or there is no load, within a minute each
     */
    public static Outcome run(JavaLauncher launcher, Duration clientsLeaveAfter) throws InterruptedException {
        try (ServiceProcess service = launcher.start()) {
            var enough = new CountDownLatch(1);
            StrictLoad load = StrictLoad.start(service.awaitPort(), CLIENTS, number -> {
                if (number == BEFORE_THE_SIGNAL) {
                    enough.countDown();
                }
                return mix(number);
            });
            if (!enough.await(LONGEST.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("%d of %d requests sent after %s; output:\n%s"
                        .formatted(load.sent(), BEFORE_THE_SIGNAL, LONGEST, service.output()));
            }
            if (clientsLeaveAfter.equals(NEVER_LEAVE)) {
                load.expectRefusedConnections();
            }
            load.stopAfter(clientsLeaveAfter); // before the signal, which takes a moment to send
            service.signal("TERM");
            LoadResult result = load.await(LONGEST);
            ServiceProcess.Exit exit = service.awaitExit(LONGEST);

            System.out.printf(
                    "SIGTERM: sent %d, answered %d, lost %d, exit code %d after %d ms%n",
                    result.sent(),
                    result.answered(),
                    result.lost().size(),
                    exit.code(),
                    exit.sinceSignal().toMillis());
            return new Outcome(result, exit, service.report());
        }
    }

    /**
     * The same with clients that {@link #NEVER_LEAVE}, and once more if anything speaks against it: a machine that takes a
     * core away in the microseconds before the port is closed hardly does so twice.
     *
     * @return what speaks against the last play; best nothing
     */
    public static List<String> faultsUnderClientsThatNeverLeave(JavaLauncher launcher) throws InterruptedException {
        List<String> faults = run(launcher, NEVER_LEAVE).faultsButOfTheLastMoment();
        return faults.isEmpty() ? faults : run(launcher, NEVER_LEAVE).faultsButOfTheLastMoment();
    }

    /** 90 % take 20 ms, 9 % 200 ms, 1 % 3 s. */
    private static WireRequest mix(long number) {
        long hundredth = number % 100;
        return WireRequest.get(hundredth == 50 ? "/work/3000" : hundredth % 11 == 0 ? "/work/200" : "/work/20");
    }
}
