package io.ebbtide.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.ebbtide.internal.BoundedCall;
import io.ebbtide.lifecycle.Component;
import io.ebbtide.report.ShutdownReport;
import io.ebbtide.testing.FakeTicker;
import io.ebbtide.testing.SilentSource;
import io.ebbtide.testing.TestTimeouts;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

final class StopperTest {
    private final FakeTicker ticker = new FakeTicker();
    private final AtomicReference<Thread> hanging = new AtomicReference<>();
    private final List<String> stopped = Collections.synchronizedList(new ArrayList<>());
    private final List<Duration> handed = Collections.synchronizedList(new ArrayList<>());

    @Test
    void stopAll_goesInReverse_andOneFailureSkipsNoOther() {
        var stopper = new Stopper("orders", ticker, () -> Duration.ofSeconds(10));

        stopper.stopAll(
                components(
                        component("first", () -> {}),
                        component("second", () -> {
                            throw new NoClassDefFoundError("gone");
                        }),
                        component("third", () -> {})),
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
    void stopAll_withOneThatHangs_leavesTimeForThoseBehindIt() throws Exception {
        Stopper stopper = stopperWith(Duration.ofMillis(1_500));

        var stopping = CompletableFuture.runAsync(() ->
                stopper.stopAll(components(component("first", () -> {}), component("hangs", this::hang)), 0));
        awaitHang();
        ticker.advance(Duration.ofMillis(1_400));
        stopping.get(TestTimeouts.HANG.toSeconds(), TimeUnit.SECONDS);

        assertThat(stopped).containsExactly("hangs", "first");
        assertThat(handed)
                .as("each that waits behind it is sure of 100 ms")
                .containsExactly(Duration.ofMillis(1_400), Duration.ofMillis(100));
        ShutdownReport.Stop hung = stopper.stops().get(0);
        assertThat(hung.ending()).isEqualTo(ShutdownReport.Ending.OVERRAN);
        assertThat(hung.took()).isEqualTo(Duration.ofMillis(1_400));
        assertThat(hung.detail()).startsWith("still at\n    at ").contains("CountDownLatch.await");
        assertThat(stopper.stops().get(1).ending()).isEqualTo(ShutdownReport.Ending.STOPPED);
    }

    @Test
    void stopAll_whoseLastHangs_leavesTimeForTheSources() throws Exception {
        Stopper stopper = stopperWith(Duration.ofMillis(600));
        var bounds = new ArrayList<Duration>();

        var stopping = CompletableFuture.runAsync(() -> {
            stopper.stopAll(components(component("hangs", this::hang)), 1);
            stopper.closeAll(List.of(new SilentSource() {
                @Override
                public void close(Duration within) {
                    bounds.add(within);
                }
            }));
        });
        awaitHang();
        ticker.advance(Duration.ofMillis(500));
        stopping.get(TestTimeouts.HANG.toSeconds(), TimeUnit.SECONDS);

        assertThat(handed).containsExactly(Duration.ofMillis(500));
        assertThat(bounds).containsExactly(Duration.ofMillis(100));
        assertThat(stopper.stops())
                .extracting(ShutdownReport.Stop::ending)
                .containsExactly(ShutdownReport.Ending.OVERRAN, ShutdownReport.Ending.STOPPED);
    }

    /** A stopper with this much virtual time from now on. */
    private Stopper stopperWith(Duration all) {
        long startNanos = ticker.nanos();
        return new Stopper("orders", ticker, () -> all.minus(ticker.since(startNanos)));
    }

    private void hang() throws InterruptedException {
        hanging.set(Thread.currentThread());
        new CountDownLatch(1).await();
    }

    /** Returns once a component hangs and the stopper waits for it. */
    private void awaitHang() {
        Awaitility.await().untilAsserted(() -> {
            assertThat(hanging.get()).isNotNull().extracting(Thread::getState).isEqualTo(Thread.State.WAITING);
            assertThat(ticker.waiting()).isEqualTo(1);
        });
    }

    private static Deque<NamedComponent> components(NamedComponent... parts) {
        return new ArrayDeque<>(List.of(parts));
    }

    private NamedComponent component(String name, BoundedCall.Action stop) {
        return new NamedComponent(name, new Component() {
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
