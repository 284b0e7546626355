package io.ebbtide;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.health.Check;
import io.ebbtide.health.Outcome;
import io.ebbtide.lifecycle.LifecycleState;
import io.ebbtide.report.LifecycleListener;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Runs two hundred services, one after the other, in one JVM. */
final class RoundsTest {
    private static final int ROUNDS = 200;

    @Test
    void rounds_leaveNothingBehind() {
        var registry = new SimpleMeterRegistry();
        var notified = new AtomicInteger();
        for (int i = 0; i < ROUNDS; i++) {
            Ebbtide service = Ebbtide.builder("round")
                    .management(0)
                    .metrics(registry)
                    .scrape(type -> "")
                    .readiness("up", Check.of(Outcome::up).every(Duration.ofMillis(1)))
                    .liveness("deadlock", Check.deadlock())
                    .listener(new LifecycleListener() {
                        @Override
                        public void entered(LifecycleState state) {
                            notified.incrementAndGet();
                        }
                    })
                    .build()
                    .start();
            service.close();
        }

        Awaitility.await().untilAsserted(() -> assertThat(ourThreads()).isEmpty());
        assertThat(registry.getMeters()).isEmpty();
        assertThat(notified).hasValue(ROUNDS * 4);
    }

    private static List<String> ourThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("ebbtide-round"))
                .toList();
    }
}
