package io.ebbtide.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.ebbtide.internal.BoundedCall;
import io.ebbtide.internal.Ticker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

final class StopperTest {
    private final List<String> stopped = Collections.synchronizedList(new ArrayList<>());
    private final List<Duration> handed = Collections.synchronizedList(new ArrayList<>());

    @Test
    void stopAll_goesInReverse_andOneFailureSkipsNobody() {
        var stopper = new Stopper("orders", Ticker.system(), () -> Duration.ofSeconds(10));

        stopper.stopAll(
                parts(
                        part("first", () -> {}),
                        part("second", () -> {
                            throw new NoClassDefFoundError("gone");
                        }),
                        part("third", () -> {})),
                0);

        assertThat(stopped).containsExactly("third", "second", "first");
        assertThat(stopper.stops())
                .extracting(ShutdownReport.Stop::name, ShutdownReport.Stop::ending, ShutdownReport.Stop::detail)
                .containsExactly(
                        tuple("third", ShutdownReport.Ending.STOPPED, ""),
                        tuple("second", ShutdownReport.Ending.FAILED, "NoClassDefFoundError: gone"),
                        tuple("first", ShutdownReport.Ending.STOPPED, ""));
    }

    @Test
    void stopAll_withOneThatHangs_leavesTimeForThoseBehindIt() {
        long startNanos = Ticker.system().nanos();
        Duration all = Duration.ofMillis(1_500);
        var stopper = new Stopper(
                "orders", Ticker.system(), () -> all.minus(Ticker.system().since(startNanos)));

        stopper.stopAll(parts(part("first", () -> {}), part("hangs", () -> new CountDownLatch(1).await())), 0);

        assertThat(stopped).containsExactly("hangs", "first");
        ShutdownReport.Stop hung = stopper.stops().get(0);
        assertThat(hung.ending()).isEqualTo(ShutdownReport.Ending.OVERRAN);
        assertThat(hung.took()).isGreaterThan(Duration.ofMillis(400));
        assertThat(handed.get(0)).as("what is kept for those behind it").isLessThanOrEqualTo(all.minusMillis(100));
        assertThat(hung.detail()).startsWith("still at\n    at ").contains("CountDownLatch.await");
        assertThat(stopper.stops().get(1).ending()).isEqualTo(ShutdownReport.Ending.STOPPED);
    }

    @Test
    void stopAll_whoseLastHangs_leavesTimeForTheSources() {
        long startNanos = Ticker.system().nanos();
        Duration all = Duration.ofMillis(600);
        var stopper = new Stopper(
                "orders", Ticker.system(), () -> all.minus(Ticker.system().since(startNanos)));
        var bounds = new ArrayList<Duration>();

        stopper.stopAll(parts(part("hangs", () -> new CountDownLatch(1).await())), 1);
        stopper.closeAll(List.of(new TrafficSource() {
            @Override
            public String name() {
                return "http:1";
            }

            @Override
            public void start(Traffic traffic) {}

            @Override
            public void stopAccepting() {}

            @Override
            public void close(Duration within) {
                bounds.add(within);
            }
        }));

        assertThat(bounds).singleElement().satisfies(bound -> assertThat(bound).isBetween(Duration.ofMillis(100), all));
        assertThat(stopper.stops())
                .extracting(ShutdownReport.Stop::ending)
                .containsExactly(ShutdownReport.Ending.OVERRAN, ShutdownReport.Ending.STOPPED);
    }

    private static Deque<Part> parts(Part... parts) {
        return new ArrayDeque<>(List.of(parts));
    }

    private Part part(String name, BoundedCall.Action stop) {
        return new Part(name, new Component() {
            @Override
            public void start() {}

            @Override
            public void stop(Duration within) throws Exception {
                stopped.add(name);
                handed.add(within);
                stop.run();
            }
        });
    }
}
