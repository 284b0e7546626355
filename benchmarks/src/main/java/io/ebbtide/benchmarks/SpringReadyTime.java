package io.ebbtide.benchmarks;

import io.ebbtide.benchmarks.SpringOrders.Variant;
import io.ebbtide.jdbc.RealPostgres;
import io.ebbtide.redis.RealRedis;
import io.ebbtide.testkit.WireConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** The time from the start of the JVM until an application of Spring Boot is ready, with Ebbtide and without, in turn. */
final class SpringReadyTime {
    private static final int PAIRS = 20;
    private static final Bound BOUND = Bound.below(1.05);

    /** A shorter pause would take the processor from the process that starts. */
    private static final Duration BETWEEN_REQUESTS = Duration.ofMillis(5);

    private SpringReadyTime() {}

    static void measure(Results results) throws Exception {
        var bare = new Sample("start of the JVM to ready, Spring Boot alone", Unit.MILLIS);
        var managed = new Sample("start of the JVM to ready, with Ebbtide", Unit.MILLIS);
        var ratio = new Sample("the ratio, pair by pair", Unit.RATIO);
        try (RealPostgres postgres = RealPostgres.start();
                RealRedis redis = RealRedis.start()) {
            for (int i = 0; i < results.runs(PAIRS) + 1; i++) {
                results.progress("pairs", i, results.runs(PAIRS) + 1);
                boolean isBareFirst = i % 2 == 0;
                Duration first = time(isBareFirst ? Variant.BARE : Variant.WITH_EBBTIDE, postgres, redis);
                Duration second = time(isBareFirst ? Variant.WITH_EBBTIDE : Variant.BARE, postgres, redis);
                if (i > 0) { // the first pair warms the disk cache, and creates the table
                    Duration bareTime = isBareFirst ? first : second;
                    Duration managedTime = isBareFirst ? second : first;
                    bare.add(bareTime);
                    managed.add(managedTime);
                    ratio.add(Sample.millis(managedTime) / Sample.millis(bareTime));
                }
            }
        }
        results.add(bare.median(null));
        results.add(managed.median(null));
        results.add(ratio.median(BOUND));
    }

    /** What Kubernetes would ask: Actuator's readiness, or Ebbtide's on its own port. */
    private static Duration time(Variant variant, RealPostgres postgres, RealRedis redis) throws Exception {
        long start = System.nanoTime();
        try (SpringOrders orders = SpringOrders.start(SpringOrders.launcher(variant, postgres, redis))) {
            int port = variant == Variant.BARE ? orders.port() : orders.probePort();
            String path = variant == Variant.BARE ? "/actuator/health/readiness" : "/health/ready";
            while (!answers(port, path)) {
                if (!orders.process().isAlive() || System.nanoTime() - start > SignalledExit.HANG.toNanos()) {
                    throw new IllegalStateException("%s: no good answer at port %d; output:%n%s"
                            .formatted(variant, port, orders.process().output()));
                }
                LockSupport.parkNanos(BETWEEN_REQUESTS.toNanos());
            }
            return Duration.ofNanos(System.nanoTime() - start);
        }
    }

    private static boolean answers(int port, String path) {
        try {
            return WireConnection.get(port, path).status() == 200;
        } catch (IOException e) {
            return false;
        }
    }
}
