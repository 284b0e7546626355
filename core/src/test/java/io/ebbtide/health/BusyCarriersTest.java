package io.ebbtide.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.internal.BackgroundLog;
import io.ebbtide.internal.Threads;
import io.ebbtide.internal.Ticker;
import io.ebbtide.testing.TestTimeouts;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.parallel.Isolated;

/** Keeps all carrier threads of the JVM busy. */
@Isolated
final class BusyCarriersTest {
    private final BackgroundLog log = new BackgroundLog("test-log", Ticker.system());
    private final Health health = new Health("orders", Ticker.system(), log);

    @AfterEach
    void stop() {
        health.stop();
        log.close();
    }

    @Test
    @EnabledForJreRange(minVersion = 24)
    void checks_runOnVirtualThreads_yetAreNotHeldUpByBusyCarriers() throws Exception {
        var virtual = Threads.virtual("busy");
        var onVirtual = new AtomicBoolean();
        var stop = new AtomicBoolean();
        var runs = new AtomicInteger();
        health.register(
                "quick",
                ProbeKind.READINESS,
                Check.of(() -> {
                            onVirtual.compareAndSet(false, isVirtual(Thread.currentThread()));
                            runs.incrementAndGet();
                            return Outcome.up();
                        })
                        .every(Duration.ofMillis(20))
                        .timeout(TestTimeouts.HANG));
        health.start();
        Awaitility.await().until(onVirtual::get);

        for (int i = 0; i < 4 * Runtime.getRuntime().availableProcessors(); i++) {
            virtual.newThread(() -> {
                        while (!stop.get()) {
                            Thread.onSpinWait();
                        }
                    })
                    .start();
        }
        try {
            int before = runs.get();
            Awaitility.await().until(() -> runs.get() > before + 3);
            assertThat(health.snapshot().checks().get(0).up()).isTrue();
        } finally {
            stop.set(true);
        }
    }

    private static boolean isVirtual(Thread thread) throws ReflectiveOperationException {
        return (boolean) Thread.class.getMethod("isVirtual").invoke(thread);
    }
}
