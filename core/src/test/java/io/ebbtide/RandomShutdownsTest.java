package io.ebbtide;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.RandomService.Behaviour;
import io.ebbtide.lifecycle.LifecycleState;
import io.ebbtide.report.ShutdownReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Whatever the budget, and however components, sources and work behave: a service ends although some parts hang for ever, every
 * state is entered once and in order, no started part is skipped, and the report's numbers add up.
 */
final class RandomShutdownsTest {
    private static final int AT_ONCE = 12;

    /** A service that waits for hanging parts never ends: only a busy machine makes a correct one this slow. */
    private static final int MAX_GRACES = 5;

    @Test
    void anyService_endsInTime_andTheNumbersAddUp() throws Exception {
        play(7, 72);
    }

    @Test
    @Tag("full")
    void anyService_endsInTime_andTheNumbersAddUp_longRun() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("random shutdowns: seed " + seed);
        play(seed, 2_000);
    }

    private static void play(long seed, int count) throws Exception {
        var seeds = new Random(seed);
        var release = new CountDownLatch(1);
        ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE);
        try {
            playOne(seed, release); // loads the classes that a dozen services would wait for at the same time
            List<Future<String>> all = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                long each = seeds.nextLong();
                all.add(pool.submit(() -> playOne(each, release)));
            }
            List<String> outcomes = new ArrayList<>();
            for (Future<String> each : all) {
                outcomes.add(each.get());
            }
            assertThat(outcomes)
                    .as("a generator that finds each way to end")
                    .contains("CLEAN", "WORK_CUT", "STOP_FAILED");
        } finally {
            release.countDown();
            pool.shutdownNow();
        }
    }

    private static String playOne(long seed, CountDownLatch release) {
        var service = new RandomService(new Random(seed), release);
        try {
            ShutdownReport report = service.play();
            check(service, report);
            return report.exitCode().name();
        } catch (Exception | AssertionError e) {
            throw new AssertionError("seed " + seed + ", " + service, e);
        }
    }

    private static void check(RandomService service, ShutdownReport report) {
        assertThat(report.took()).isLessThan(service.grace().multipliedBy(MAX_GRACES));
        checkStates(service, report);

        List<String> stopped =
                report.components().stream().map(ShutdownReport.Stop::name).toList();
        assertThat(stopped).as("what was stopped, and in which order").isEqualTo(service.namesInReverseAsReported());
        Awaitility.await()
                .untilAsserted(() -> assertThat(service.askedToStop())
                        .containsExactlyInAnyOrderElementsOf(service.namesInReverse()));
        for (ShutdownReport.Stop stop : report.components()) {
            if (service.behaviourOf(stop.name()) == Behaviour.HANGS) {
                assertThat(stop.ending()).isEqualTo(ShutdownReport.Ending.OVERRAN);
            }
        }

        assertThat(report.inFlightAtSignal() + report.inFlightArrived())
                .isEqualTo(report.inFlightFinished() + report.inFlightGivenUp() + report.inFlightCut());
        assertThat(report.inFlightAtSignal() + report.inFlightArrived()).isEqualTo(service.work());
        assertThat((long) report.inFlightCut()).isBetween(service.endlessWork(), service.work());
    }

    /** There may be no time for the last state's listeners, which are then not notified of it. */
    private static void checkStates(RandomService service, ShutdownReport report) {
        assertThat(service.entered())
                .isSubsetOf(List.of(LifecycleState.values()))
                .contains(LifecycleState.RUNNING, LifecycleState.DRAINING, LifecycleState.STOPPING)
                .doesNotHaveDuplicates()
                .isSorted();
        assertThat(report.states().keySet())
                .as("the states that are over, each with its time")
                .contains(LifecycleState.RUNNING, LifecycleState.DRAINING, LifecycleState.STOPPING)
                .containsAll(service.entered().stream()
                        .filter(state -> state != LifecycleState.STOPPED)
                        .toList());
        Duration inStates = report.states().entrySet().stream()
                .filter(state -> state.getKey().compareTo(LifecycleState.RUNNING) > 0)
                .map(Map.Entry::getValue)
                .reduce(Duration.ZERO, Duration::plus);
        assertThat(report.took()).isGreaterThanOrEqualTo(inStates);
    }
}
