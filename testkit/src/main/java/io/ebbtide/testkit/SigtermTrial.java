package io.ebbtide.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Expect;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The main scenario, as a trial: a service under load receives a real SIGTERM, while its clients continue until they
 * learn of it. The service answers {@code /work/<millis>} after that many milliseconds, 64 at once, prints {@code
 * port=<number>} and has a lame duck that is longer than the clients take to learn. Stateless.
 *
 * <pre>{@code
 * SigtermTrial.Outcome outcome = SigtermTrial.run(JavaLauncher.of(Service.class), SigtermTrial.LEARN_OF_THE_REMOVAL);
 * assertThat(outcome.faults()).isEmpty();
 * }</pre>
 */
public final class SigtermTrial {
    /** The number of strict keep-alive clients, and so of workers that the service needs. */
    public static final int CLIENTS = 64;

    /** The time after which clients learn that the service shuts down, as from a balancer. */
    public static final Duration LEARN_OF_THE_REMOVAL = Duration.ofMillis(1_500);

    /** Clients reconnect until no server listens. */
    public static final Duration NEVER_DISCONNECT = Duration.ofMinutes(1);

    private static final int BEFORE_THE_SIGNAL = 5_000;
    private static final Duration LONGEST = Duration.ofSeconds(60);

    private SigtermTrial() {}

    /**
     * The result of a trial. Immutable.
     *
     * @param load the result of the clients
     * @param exit how the service ended
     * @param report the service's own report
     */
    public record Outcome(LoadResult load, ServiceProcess.Exit exit, JsonNode report) {
        /** All violations of "nothing was lost, no client was refused, and the service reports it"; expected: none. */
        public List<String> faults() {
            var faults = new ArrayList<>(load.lost());
            expect(faults, load.gone() == 0, "clients that found the port closed", load.gone(), "0");
            expect(faults, load.answered() == load.sent(), "answered", load.answered(), "all of " + load.sent());
            faults.addAll(faultsOfTheService());
            return List.copyOf(faults);
        }

        /**
         * The violations for clients that {@link #NEVER_DISCONNECT}: connections that the kernel accepts in the microseconds between the
         * last check of its queue and the closing of the port are reset; two of them are allowed.
         */
        List<String> faultsButOfTheLastMoment() {
            var faults = new ArrayList<String>();
            boolean reset = load.lost().stream().allMatch(lost -> lost.contains("reset"));
            expect(faults, reset && load.lost().size() <= 2, "lost", load.lost(), "at most two, each by a reset");
            expect(faults, load.gone() == CLIENTS, "clients that found the port closed", load.gone(), CLIENTS + "");
            faults.addAll(faultsOfTheService());
            return List.copyOf(faults);
        }

        /** The violations that the service itself shows, without those of the clients. */
        private List<String> faultsOfTheService() {
            var faults = new ArrayList<String>();
            JsonNode late = report.path("late");
            expect(faults, exit.code() == 0, "exit code", exit.code(), "0");
            expect(faults, report.path("outcome").asText().equals("CLEAN"), "outcome", report, "CLEAN");
            expect(faults, late.path("count").asLong() > 0, "late requests", late, "> 0");
            expect(faults, late.path("refused").asLong(-1) == 0, "late requests that were refused", late, "0");
            return List.copyOf(faults);
        }

        private static void expect(List<String> faults, boolean met, String what, Object value, String expected) {
            if (!met) {
                faults.add("%s: %s (expected: %s)".formatted(what, value, expected));
            }
        }
    }

    /**
     * Starts the service, loads it, signals it, and waits for its end, which takes about 6 s. Prints one line of
     * numbers.
     *
     * @param clientsDisconnectAfter how long after the signal the clients continue to send
     * @throws IllegalStateException if the service does not start or end, or there is no load, within a minute each
     */
    public static Outcome run(JavaLauncher launcher, Duration clientsDisconnectAfter) throws InterruptedException {
        Expect.present(clientsDisconnectAfter, "clientsDisconnectAfter");
        try (ServiceProcess service = Expect.present(launcher, "launcher").start()) {
            LoadResult result = load(service, clientsDisconnectAfter);
            ServiceProcess.Exit exit = exit("SIGTERM", service, result);
            return new Outcome(result, exit, service.report());
        }
    }

    /**
     * Runs the trial with a service that is not Ebbtide's, for comparison: there is no report, and any loss is its result. Prints one
     * line of numbers.
     *
     * @param name what the line begins with
     * @throws IllegalStateException as {@link #run}
     */
    public static LoadResult runOther(String name, JavaLauncher launcher, Duration clientsDisconnectAfter)
            throws InterruptedException {
        Expect.text(name, "name");
        Expect.present(clientsDisconnectAfter, "clientsDisconnectAfter");
        try (ServiceProcess service = Expect.present(launcher, "launcher").start()) {
            LoadResult result = load(service, clientsDisconnectAfter);
            exit(name, service, result);
            return result;
        }
    }

    private static LoadResult load(ServiceProcess service, Duration clientsDisconnectAfter)
            throws InterruptedException {
        var enough = new CountDownLatch(1);
        StrictLoad load = StrictLoad.start(service.awaitPort(), CLIENTS, number -> {
            if (number == BEFORE_THE_SIGNAL) {
                enough.countDown();
            }
            return mix(number);
        });
        if (!enough.await(LONGEST.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException("%d of %d requests sent after %s; output:\n%s"
                    .formatted(load.sent(), BEFORE_THE_SIGNAL, Durations.text(LONGEST), service.output()));
        }
        if (clientsDisconnectAfter.equals(NEVER_DISCONNECT)) {
            load.expectRefusedConnections();
        }
        load.stopAfter(clientsDisconnectAfter); // before the signal, because sending it takes a moment
        service.signal("TERM");
        return load.await(LONGEST);
    }

    private static ServiceProcess.Exit exit(String name, ServiceProcess service, LoadResult result)
            throws InterruptedException {
        ServiceProcess.Exit exit = service.awaitExit(LONGEST);
        System.out.printf(
                "%s: sent %d, answered %d, lost %d, exit code %d after %d ms%n",
                name,
                result.sent(),
                result.answered(),
                result.lost().size(),
                exit.code(),
                exit.sinceSignal().toMillis());
        return exit;
    }

    /**
     * Runs the trial with clients that {@link #NEVER_DISCONNECT}, and once more if there are violations: a machine that removes a
     * core in the microseconds before the port is closed hardly does so twice.
     *
     * @return the violations of the last run; expected: none
     */
    public static List<String> faultsUnderClientsThatNeverDisconnect(JavaLauncher launcher)
            throws InterruptedException {
        List<String> faults = run(launcher, NEVER_DISCONNECT).faultsButOfTheLastMoment();
        return faults.isEmpty() ? faults : run(launcher, NEVER_DISCONNECT).faultsButOfTheLastMoment();
    }

    /** 90 % take 20 ms, 9 % take 200 ms, 1 % take 3 s. */
    private static WireRequest mix(long number) {
        long hundredth = number % 100;
        return WireRequest.get(hundredth == 50 ? "/work/3000" : hundredth % 11 == 0 ? "/work/200" : "/work/20");
    }
}
