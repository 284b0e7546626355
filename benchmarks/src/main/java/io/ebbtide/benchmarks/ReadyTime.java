package io.ebbtide.benchmarks;

import io.ebbtide.Ebbtide;
import io.ebbtide.health.Check;
import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.ServiceProcess;
import io.ebbtide.testkit.WireConnection;
import io.ebbtide.undertow.UndertowSource;
import io.undertow.Undertow;
import io.undertow.server.HttpHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * The time from the start of the JVM to the first good answer: bare Undertow, and the same under Ebbtide, in turn; with {@code
 * -Dbenchmark.baseline} also under another version of it.
 */
final class ReadyTime {
    private static final int RUNS = 60;
    private static final Duration BOUND = Duration.ofMillis(100);
    private static final double RATIO_BOUND = 0.5;

    /** A shorter pause would take the processor from the process that starts. */
    private static final Duration BETWEEN_REQUESTS = Duration.ofMillis(5);

    private static final HttpHandler HELLO =
            exchange -> exchange.getResponseSender().send("hello");

    private ReadyTime() {}

    /** Undertow alone. */
    static final class Bare {
        public static void main(String[] arguments) {
            Undertow.builder()
                    .addHttpListener(Integer.parseInt(arguments[0]), "0.0.0.0")
                    .setHandler(HELLO)
                    .build()
                    .start();
        }
    }

    /** The same handler under Ebbtide, with a management server and a check. */
    static final class Managed {
        public static void main(String[] arguments) {
            Ebbtide.builder("hello")
                    .serve(UndertowSource.http(Integer.parseInt(arguments[0]), HELLO))
                    .liveness("deadlock", Check.deadlock())
                    .management(0)
                    .build()
                    .run();
        }
    }

    static void measure(Results results) throws IOException {
        Baseline.noteIfNone(results);
        boolean hasBaseline = !Baseline.jars().isEmpty();
        var bare = new Sample("start of the JVM to ready, bare Undertow", Unit.MILLIS);
        var managed = new Sample("start of the JVM to ready, under Ebbtide", Unit.MILLIS);
        var cost = new Sample("the difference, pair by pair", Unit.MILLIS);
        var costBefore = new Sample("the difference for the other version, pair by pair", Unit.MILLIS);
        var ratio = new Sample("the difference divided by that of the other version, round by round", Unit.RATIO);
        int runs = results.runs(RUNS);
        for (int i = 0; i < runs + 1; i++) {
            results.progress("rounds", i, runs + 1);
            // in another order each time: whichever runs after a pause may be slower
            Duration managedFirst = i % 2 == 0 ? null : time(JavaLauncher.of(Managed.class), "/health/ready");
            Duration bareTime = time(JavaLauncher.of(Bare.class), "/");
            Duration before = hasBaseline ? time(Baseline.of(JavaLauncher.of(Managed.class)), "/health/ready") : null;
            Duration managedTime =
                    managedFirst == null ? time(JavaLauncher.of(Managed.class), "/health/ready") : managedFirst;
            if (i > 0) { // the first round warms the disk cache
                bare.add(bareTime);
                managed.add(managedTime);
                cost.add(managedTime.minus(bareTime));
                if (before != null) {
                    costBefore.add(before.minus(bareTime));
                    ratio.add(Sample.millis(managedTime.minus(bareTime)) / Sample.millis(before.minus(bareTime)));
                }
            }
        }
        results.add(bare.median(null));
        results.add(managed.median(null));
        // Each pair ran under the same conditions: between runs its median varies by some 10 ms, where the difference
        // of the two best varies by 40.
        results.add(cost.median(Bound.below(BOUND)));
        if (hasBaseline) {
            results.add(costBefore.median(null));
            results.add(ratio.median(Bound.below(RATIO_BOUND)));
        }
    }

    private static Duration time(JavaLauncher launcher, String path) throws IOException {
        int port = freePort();
        long start = System.nanoTime();
        try (ServiceProcess service = launcher.arguments(String.valueOf(port)).start()) {
            while (!answers(port, path)) {
                if (!service.isAlive() || System.nanoTime() - start > SignalledExit.HANG.toNanos()) {
                    throw new IllegalStateException(
                            "no good answer at port %d; output:%n%s".formatted(port, service.output()));
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

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
