package io.ebbtide.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import io.ebbtide.Ebbtide;
import io.ebbtide.EbbtideBuilder;
import io.ebbtide.health.Check;
import io.ebbtide.health.Outcome;
import io.ebbtide.health.Status;
import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.ServiceProcess;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What 10,000 checks cost a process, each run every 5 s, in shares of one core. */
final class ManyChecks {
    private static final int CHECKS = 10_000;
    private static final Duration MEASURED = Duration.ofSeconds(30);
    private static final double BOUND_PERCENT = 5;

    private ManyChecks() {}

    /** A service with nothing but checks; the first argument says how many. */
    static final class Service {
        private static final CountDownLatch NEVER = new CountDownLatch(1);

        public static void main(String[] arguments) throws InterruptedException {
            EbbtideBuilder builder = Ebbtide.builder("checks");
            int count = Integer.parseInt(arguments[0]);
            for (int i = 0; i < count; i++) {
                builder.readiness("check-" + i, Check.of(Outcome::up).every(Duration.ofSeconds(5)));
            }
            Ebbtide service = builder.build().start();
            while (service.health().snapshot().readiness() != Status.UP) {
                pause(Duration.ofMillis(100));
            }
            pause(Duration.ofSeconds(20)); // compiled, and spread over the interval
            var process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            long cpu = process.getProcessCpuTime();
            long start = System.nanoTime();
            pause(MEASURED);
            System.out.println("percent=%.2f"
                    .formatted(100.0 * (process.getProcessCpuTime() - cpu) / (System.nanoTime() - start)));
            service.close();
        }

        private static void pause(Duration duration) throws InterruptedException {
            if (NEVER.await(duration.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("never comes");
            }
        }
    }

    public static void main(String[] arguments) throws Exception {
        double none = percentOfOneCore(0);
        double all = percentOfOneCore(CHECKS);
        System.out.println("checks: %,d of them every 5 s cost %.1f %% of one core (%.1f %%, without any %.1f %%)"
                .formatted(CHECKS, all - none, all, none));
        if (all - none >= BOUND_PERCENT) {
            throw new IllegalStateException(
                    "checks: %.1f %% of one core (expected: < %.0f %%)".formatted(all - none, BOUND_PERCENT));
        }
    }

    private static double percentOfOneCore(int checks) throws InterruptedException {
        try (ServiceProcess service =
                JavaLauncher.of(Service.class).arguments(String.valueOf(checks)).start()) {
            return Double.parseDouble(service.awaitLine("percent=([0-9.]+)", Duration.ofMinutes(2))
                    .group(1));
        }
    }
}
