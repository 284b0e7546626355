package io.ebbtide.benchmarks;

import io.ebbtide.Ebbtide;
import io.ebbtide.Settings;
import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.ServiceProcess;
import io.ebbtide.testkit.WireConnection;
import io.ebbtide.undertow.UndertowSource;
import io.undertow.Undertow;
import io.undertow.server.handlers.BlockingHandler;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.LoggerFactory;

/**
 * The time from the last answer of a draining service to the end of its process, in turn with bare Undertow; with {@code
 * -Dbenchmark.baseline} also with another version.
 */
final class ExitLatency {
    private static final int RUNS = 21;
    private static final Duration BOUND = Duration.ofMillis(60);
    private static final double FLOOR_BOUND = 1.5;
    private static final double BASELINE_BOUND = 0.65;
    private static final Duration SOON = Duration.ofSeconds(20);

    /** What a service does once, shortly after its start, is over: few are stopped in their first second. */
    private static final Duration SETTLED = Duration.ofSeconds(2);

    private ExitLatency() {}

    /** Answers after half a second. */
    static final class Service {
        private static final CountDownLatch NEVER = new CountDownLatch(1);

        public static void main(String[] arguments) {
            var source = UndertowSource.http(0, new BlockingHandler(exchange -> {
                System.out.println("begun");
                boolean never = NEVER.await(500, TimeUnit.MILLISECONDS);
                exchange.getResponseSender().send(never ? "never" : "done");
            }));
            Ebbtide.builder("exit")
                    .serve(source)
                    .component("pool", () -> {})
                    .management(0)
                    .settings(Settings.derived().withLameDuck(Duration.ZERO).withManagementPort(0))
                    .startupTask("print the port", () -> System.out.println("port=" + source.port()))
                    .build()
                    .run();
        }
    }

    /** The same with bare Undertow, which stops and exits by itself after the answer: the least that an exit can take. */
    static final class Floor {
        public static void main(String[] arguments) throws InterruptedException {
            LoggerFactory.getLogger(Floor.class).info("starting"); // loads what writes log lines, as the service does
            var answered = new CountDownLatch(1);
            Undertow undertow = Undertow.builder()
                    .addHttpListener(0, "0.0.0.0")
                    .setHandler(new BlockingHandler(exchange -> {
                        System.out.println("begun");
                        exchange.addExchangeCompleteListener((complete, next) -> {
                            answered.countDown();
                            next.proceed();
                        });
                        TimeUnit.MILLISECONDS.sleep(500);
                        exchange.getResponseSender().send("done");
                    }))
                    .build();
            undertow.start();
            var address = (InetSocketAddress) undertow.getListenerInfo().get(0).getAddress();
            System.out.println("port=" + address.getPort());
            System.out.println("'exit' is RUNNING");
            answered.await();
            undertow.stop();
            System.exit(0);
        }
    }

    static void measure(Results results) throws Exception {
        Baseline.noteIfNone(results);
        boolean hasBaseline = !Baseline.jars().isEmpty();
        var floor = new Sample("last answer to the end of the process, bare Undertow", Unit.MILLIS);
        var ours = new Sample("last answer to the end of the process", Unit.MILLIS);
        var overFloor = new Sample("divided by that of bare Undertow, round by round", Unit.RATIO);
        var overBefore = new Sample("divided by that of the other version, round by round", Unit.RATIO);
        int runs = results.runs(RUNS);
        for (int i = 0; i < runs; i++) {
            results.progress("rounds", i, runs);
            Duration first = i % 2 == 0 ? null : once(JavaLauncher.of(Service.class), true);
            Duration bare = once(JavaLauncher.of(Floor.class), false);
            Duration before = hasBaseline ? once(Baseline.of(JavaLauncher.of(Service.class)), true) : null;
            Duration managed = first == null ? once(JavaLauncher.of(Service.class), true) : first;
            floor.add(bare);
            ours.add(managed);
            overFloor.add(Sample.millis(managed) / Sample.millis(bare));
            if (before != null) {
                overBefore.add(Sample.millis(managed) / Sample.millis(before));
            }
        }
        results.add(floor.median(null));
        results.add(ours.median(Bound.below(BOUND)));
        results.add(overFloor.median(Bound.below(FLOOR_BOUND)));
        if (hasBaseline) {
            results.add(overBefore.median(Bound.below(BASELINE_BOUND)));
        }
    }

    private static Duration once(JavaLauncher launcher, boolean isSignalled) throws Exception {
        try (ServiceProcess service = launcher.start();
                WireConnection client = WireConnection.open(service.awaitPort(), SOON)) {
            service.awaitLine("'exit' is RUNNING", SOON);
            LockSupport.parkNanos(SETTLED.toNanos());
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            service.awaitLine("begun", SOON);
            if (isSignalled) {
                service.signal("TERM");
            }
            client.read(false);
            long answered = System.nanoTime();
            service.awaitExit(SOON);
            return Duration.ofNanos(System.nanoTime() - answered);
        }
    }
}
