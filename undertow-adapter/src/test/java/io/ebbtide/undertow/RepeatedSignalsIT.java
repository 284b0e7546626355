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
import io.ebbtide.testkit.WireRequest;
import io.undertow.Undertow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * SIGTERM that comes two or three times within a second, at random offsets, to a process under load, as from GNU {@code timeout} or a
 * wrapper that forwards what its group gets as well. {@code -Dsignals.seed=<number>} has the same offsets again.
 */
@Execution(ExecutionMode.CONCURRENT) // they mostly wait
final class RepeatedSignalsIT {
    private static final int CLIENTS = 4;
    private static final int AT_ONCE = 3;
    private static final Duration LAME_DUCK = Duration.ofSeconds(2);

    /** From the first signal on; after it clients send no more, as they have learned of the removal. */
    private static final Duration UNTIL_CLIENTS_KNOW = Duration.ofMillis(700);

    /** Signals within a second are one; the process may see them later than they were sent, and not all as much. */
    private static final int MAX_OFFSET_MILLIS = 500;

    private static final Duration SOON = Duration.ofMinutes(2);

    private final AtomicLong sent = new AtomicLong();
    private final AtomicInteger played = new AtomicInteger();

    /** With a lame duck that nothing but a signal can end before its time. */
    static final class Service {
        public static void main(String[] arguments) {
            var listener = Undertow.builder().addHttpListener(0, "127.0.0.1");
            var source = UndertowSource.of(listener, new TimedHandler()).workerThreads(2 * CLIENTS);
            Ebbtide.builder("repeated")
                    .serve(source)
                    .startupTask("print the port", () -> System.out.println("port=" + source.port()))
                    .settings(Settings.derived()
                            .withGrace(Duration.ofMinutes(2))
                            .withLameDuck(LAME_DUCK)
                            .withLameDuckRules(LameDuckRules.defaults().withPolicy(LameDuckPolicy.FIXED)))
                    .run();
        }
    }

    @Test
    @Tag("extended")
    void someRuns_loseNothing() throws Exception {
        run(3);
    }

    @Test
    @Tag("full")
    void aThousandRuns_loseNothing() throws Exception {
        run(Integer.getInteger("signals.runs", 1_000));
    }

    private void run(int runs) throws Exception {
        long seed = Long.getLong("signals.seed", System.nanoTime());
        System.out.printf("%d runs of repeated signals, -Dsignals.seed=%d%n", runs, seed);
        ExecutorService threads = Executors.newFixedThreadPool(Integer.getInteger("signals.atOnce", AT_ONCE));
        try {
            List<Callable<String>> all = IntStream.range(0, runs)
                    .<Callable<String>>mapToObj(number -> () -> played(seed, number))
                    .toList();
            var faults = new ArrayList<String>();
            for (Future<String> each : threads.invokeAll(all)) {
                if (!each.get().isEmpty()) {
                    faults.add(each.get());
                }
            }
            System.out.printf(
                    "%d runs of repeated signals: %,d requests sent, %d runs with a fault%n",
                    runs, sent.get(), faults.size());
            assertThat(faults).isEmpty();
        } finally {
            threads.shutdownNow();
        }
    }

    /** A test that gets no processor for a while may come too late. */
    private static void signalAgain(ServiceProcess service) {
        try {
            service.signal("TERM");
        } catch (IllegalStateException e) {
            if (service.isAlive()) {
                throw e;
            }
        }
    }

    /** On a machine that has stood still for half a second the process sees a signal that much later, and says so. */
    private static boolean isSeenAsASecondOne(ServiceProcess service) {
        return service.output().contains("SIGTERM was received again: the lame duck ends now");
    }

    private String played(long seed, int number) {
        String fault = play(seed, number);
        int runs = played.incrementAndGet();
        if (runs % 50 == 0) {
            System.out.printf("%d runs of repeated signals have ended%n", runs);
        }
        return fault;
    }

    /** Returns what speaks against "nothing was lost, and all signals were one". */
    private String play(long seed, int number) {
        var random = new Random(1_000_003 * seed + number);
        int more = 1 + random.nextInt(2);
        int[] offsets = IntStream.generate(() -> random.nextInt(MAX_OFFSET_MILLIS))
                .limit(more)
                .sorted()
                .toArray();
        String run = "run %d, again after %s ms: "
                .formatted(number, IntStream.of(offsets).boxed().toList());
        try (ServiceProcess service = JavaLauncher.of(Service.class).start()) {
            int port = service.awaitPort();
            service.awaitLine("'repeated' is RUNNING", SOON);
            StrictLoad load = StrictLoad.start(port, CLIENTS, 3, each -> WireRequest.get("/work/" + each * 7 % 40));
            LockSupport.parkNanos(Duration.ofMillis(50 + random.nextInt(150)).toNanos());

            load.stopAfter(UNTIL_CLIENTS_KNOW);
            service.signal("TERM");
            long firstNanos = System.nanoTime();
            for (int offset : offsets) {
                LockSupport.parkNanos(firstNanos + Duration.ofMillis(offset).toNanos() - System.nanoTime());
                signalAgain(service);
            }
            LoadResult result = load.await(SOON);
            ServiceProcess.Exit exit = service.awaitExit(SOON);
            sent.addAndGet(result.sent());

            JsonNode report = service.report();
            String ended = report.path("lameDuck").path("ended").asText();
            boolean good = result.lost().isEmpty()
                    && result.answered() == result.sent()
                    && exit.code() == 0
                    && (ended.equals("MAX") || (ended.equals("SKIPPED") && isSeenAsASecondOne(service)));
            return good ? "" : run + "lost " + result.lost() + ", exit code " + exit.code() + ", " + report;
        } catch (Exception e) { // each run is reported by its number
            return run + e;
        }
    }
}
