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

/** The cost of 10,000 checks in a process, each run every 5 s, in shares of one core. */
final class ManyChecks {
    private static final int CHECKS = 10_000;
    private static final Duration INTERVAL = Duration.ofSeconds(5);
    private static final int SLICES = 12;
    private static final double BOUND_PERCENT = 5;

    private ManyChecks() {}

    /** A service with only checks; the arguments are their number and the number of measured intervals. */
    static final class Service {
        private static final CountDownLatch NEVER = new CountDownLatch(1);

        public static void main(String[] arguments) throws InterruptedException {
            EbbtideBuilder builder = Ebbtide.builder("checks");
            int count = Integer.parseInt(arguments[0]);
            for (int i = 0; i < count; i++) {
                builder.readiness("check-" + i, Check.of(Outcome::up).every(INTERVAL));
            }
            Ebbtide service = builder.build().start();
            while (service.health().snapshot().readiness() != Status.UP) {
                pause(Duration.ofMillis(100));
            }
            pause(Duration.ofSeconds(20)); // until the code is compiled and the checks are spread over the interval
            var process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            for (int i = 0; i < Integer.parseInt(arguments[1]); i++) { // each check runs once per interval
                long cpu = process.getProcessCpuTime();
                long start = System.nanoTime();
                pause(INTERVAL);
                System.out.println("slice %d percent=%s"
                        .formatted(i, 100.0 * (process.getProcessCpuTime() - cpu) / (System.nanoTime() - start)));
            }
            service.close();
        }

        private static void pause(Duration duration) throws InterruptedException {
            if (NEVER.await(duration.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("never comes");
            }
        }
    }

    static void measure(Results results) throws InterruptedException {
        double none = percentOfOneCore(results, 0).median(null).value();
        var cost = new Sample("%,d checks every 5 s, share of one core".formatted(CHECKS), Unit.PERCENT);
        Sample all = percentOfOneCore(results, CHECKS);
        for (double percent : all.values()) {
            cost.add(percent - none);
        }
        results.note("share of one core without any check: %.2f %%".formatted(none));
        results.add(cost.median(Bound.below(BOUND_PERCENT)));
    }

    private static Sample percentOfOneCore(Results results, int checks) throws InterruptedException {
        int slices = results.runs(SLICES);
        var sample = new Sample(checks + " checks", Unit.PERCENT);
        try (ServiceProcess service = JavaLauncher.of(Service.class)
                .arguments(String.valueOf(checks), String.valueOf(slices))
                .start()) {
            for (int i = 0; i < slices; i++) {
                results.progress(checks + " checks, intervals", i, slices);
                sample.add(
                        Double.parseDouble(service.awaitLine("^slice " + i + " percent=(\\S+)", Duration.ofMinutes(2))
                                .group(1)));
            }
        }
        return sample;
    }
}
