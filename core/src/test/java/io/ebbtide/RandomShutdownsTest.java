package io.ebbtide;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.RandomService.Behaviour;
import io.ebbtide.lifecycle.LifecycleState;
import io.ebbtide.lifecycle.ShutdownReport;
import io.ebbtide.testing.Stalls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Whatever the budget and however components, sources and work behave: a service ends before its grace does, every state
 * is entered once and in order, nothing that was started is skipped, and the report's numbers add up.
 */
final class RandomShutdownsTest {
    private static final int AT_ONCE = 24;

    /** What two dozen services at once may take on top, on two cores and beside what these stall. The margin is 200 ms. */
    private static final Duration NOISE = Duration.ofMillis(500);

    /** What it may take two dozen threads at once to get from the signal to the first state. */
    private static final Duration HANDOVER = Duration.ofSeconds(1);

    private static final Duration HALF_OF_THE_MARGIN = Duration.ofMillis(100);

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
        ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE);
        try (var stalls = new Stalls()) {
            playOne(seed, stalls); // loads the classes that two dozen would wait for at once
            List<Future<String>> all = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                long each = seeds.nextLong();
                all.add(pool.submit(() -> playOne(each, stalls)));
            }
            List<String> outcomes = new ArrayList<>();
            for (Future<String> each : all) {
                outcomes.add(each.get());
            }
            assertThat(outcomes)
                    .as("a generator that finds each way to end")
                    .contains("CLEAN", "WORK_CUT", "STOP_FAILED");
        } finally {
            pool.shutdownNow();
        }
    }

    private static String playOne(long seed, Stalls stalls) {
        var service = new RandomService(new Random(seed));
        Duration before = stalls.total();
        try {
            ShutdownReport report = service.play();
            check(service, report, stalls.total().minus(before));
            return report.exitCode().name();
        } catch (Exception | AssertionError e) {
            throw new AssertionError("seed " + seed + ", " + service, e);
        }
    }

    private static void check(RandomService service, ShutdownReport report, Duration stalled) {
        Duration noise = NOISE.plus(stalled);
        assertThat(report.took()).isLessThan(service.grace().plus(noise));
        assertThat(service.entered())
                .isSubsetOf(List.of(LifecycleState.values()))
                .contains(LifecycleState.DRAINING, LifecycleState.STOPPING)
                .doesNotHaveDuplicates()
                .isSorted();
        if (stalled.compareTo(HALF_OF_THE_MARGIN) < 0) { // who has none left for its last words ends without them
            assertThat(service.entered()).contains(LifecycleState.STOPPED);
        }

        List<String> stopped =
                report.components().stream().map(ShutdownReport.Stop::name).toList();
        assertThat(stopped).as("what was stopped, and in which order").isEqualTo(service.toldNamesInReverse());
        assertThat(service.askedToStop()).containsExactlyInAnyOrderElementsOf(service.namesInReverse());
        for (ShutdownReport.Stop stop : report.components()) {
            if (service.behaviourOf(stop.name()) == Behaviour.HANGS) {
                assertThat(stop.ending()).isEqualTo(ShutdownReport.Ending.OVERRAN);
            }
        }

        assertThat(report.inFlightAtSignal() + report.inFlightArrived())
                .isEqualTo(report.inFlightFinished() + report.inFlightGivenUp() + report.inFlightCut());
        assertThat(report.inFlightAtSignal() + report.inFlightArrived()).isEqualTo(service.work());
        assertThat((long) report.inFlightCut()).isBetween(service.endlessWork(), service.work());
        Duration inStates = report.states().entrySet().stream()
                .filter(state -> state.getKey().compareTo(LifecycleState.RUNNING) > 0)
                .map(java.util.Map.Entry::getValue)
                .reduce(Duration.ZERO, Duration::plus);
        assertThat(report.took().minus(inStates)).isBetween(Duration.ZERO, HANDOVER.plus(stalled));
    }
}
