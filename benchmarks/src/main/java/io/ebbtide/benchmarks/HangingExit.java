package io.ebbtide.benchmarks;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.FileAppender;
import io.ebbtide.Ebbtide;
import io.ebbtide.EbbtideBuilder;
import io.ebbtide.Settings;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.lifecycle.Component;
import io.ebbtide.lifecycle.LifecycleState;
import io.ebbtide.report.LifecycleListener;
import io.ebbtide.spi.Traffic;
import io.ebbtide.spi.TrafficSource;
import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.ServiceProcess;
import io.ebbtide.work.MessageSource;
import io.ebbtide.work.Messages;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.LoggerFactory;

/** The time from SIGTERM to the end of a process in which a part hangs or is full: before the grace, at which it would be killed. */
final class HangingExit {
    private static final int RUNS = 7;
    private static final Duration GRACE = Duration.ofSeconds(5);
    private static final Duration MARGIN = Duration.ofSeconds(2);
    private static final Duration LONG_GRACE = Duration.ofSeconds(8);
    private static final Duration LONG_MARGIN = Duration.ofSeconds(4);
    private static final Duration LISTENERS = Duration.ofSeconds(4);
    private static final Duration SECOND_SIGNAL = Duration.ofSeconds(1);
    private static final String RUNNING = "'service' is RUNNING";

    private HangingExit() {}

    static void measure(Results results) {
        add(results, "everything hangs", "everything", LONG_GRACE, Set.of(81));
        add(results, "a component hangs", "component", GRACE, Set.of(80));
        add(results, "a listener hangs", "listener", LISTENERS, Set.of(0));
        add(results, "a shutdown hook hangs", "hook", GRACE, Set.of(82));
        add(results, "a shutdown hook calls exit", "exitInHook", GRACE, Set.of(82));
        add(results, "the log's appender hangs", "appender", GRACE, Set.of(0));
        add(results, "the log's disk is full", "disk", GRACE, Set.of(0));
        results.repeat(
                "SIGTERM to exit, the heap is full",
                RUNS,
                Bound.below(GRACE),
                () -> SignalledExit.measure(
                        service("heap").jvmOptions("-Xmx40m", "-XX:+UseSerialGC"), "^full$", Set.of(0, 80, 81, 82)));
        results.repeat(
                "second SIGTERM to exit, in the lame duck",
                RUNS,
                Bound.below(SECOND_SIGNAL),
                HangingExit::secondSignal);
    }

    private static void add(Results results, String what, String service, Duration bound, Set<Integer> codes) {
        String ready = service.equals("appender") ? "^stuck$" : RUNNING;
        results.repeat(
                "SIGTERM to exit, " + what,
                RUNS,
                Bound.below(bound),
                () -> SignalledExit.measure(service(service), ready, codes));
    }

    /** Signals within one second count as one. */
    private static final Duration ANOTHER_SIGNAL = Duration.ofMillis(1_500);

    private static Duration secondSignal() throws InterruptedException {
        try (ServiceProcess service = service("lameDuck").start()) {
            service.awaitLine(RUNNING, SignalledExit.HANG);
            service.signal("TERM");
            service.awaitLine("'service' is LAME_DUCK", SignalledExit.HANG);
            LockSupport.parkNanos(ANOTHER_SIGNAL.toNanos());
            long second = System.nanoTime();
            service.signal("TERM");
            SignalledExit.awaitExit(service, Set.of(0));
            return Duration.ofNanos(System.nanoTime() - second);
        }
    }

    private static JavaLauncher service(String name) {
        JavaLauncher launcher = JavaLauncher.of(Service.class).arguments(name);
        return name.equals("disk") ? launcher.environment("EBBTIDE_TERMINATION_LOG", "/dev/full") : launcher;
    }

    /** The services; the first argument chooses one. */
    static final class Service {
        private static final CountDownLatch NEVER = new CountDownLatch(1);
        private static final Logger ROOT = (Logger) LoggerFactory.getLogger("ROOT");

        public static void main(String[] arguments) {
            EbbtideBuilder builder = Ebbtide.builder("service")
                    .settings(Settings.derived()
                            .withGrace(GRACE)
                            .withMargin(MARGIN)
                            .withLameDuck(Duration.ofMillis(200)));
            switch (arguments[0]) {
                case "everything" -> everything(builder);
                case "component" -> builder.component("hangs", hanging());
                case "listener" -> builder.listener(hangsIn(LifecycleState.DRAINING));
                case "hook" -> Runtime.getRuntime().addShutdownHook(new Thread(Service::hang));
                case "exitInHook" -> Runtime.getRuntime().addShutdownHook(new Thread(() -> System.exit(3)));
                case "appender" -> builder.startupTask("have no log", Service::logHangs);
                case "disk" -> ROOT.addAppender(onFullDisk());
                case "heap" -> builder.listener(new Hoard());
                case "lameDuck" -> longLameDuck(builder);
                default -> throw new IllegalArgumentException(arguments[0]);
            }
            Ebbtide service = builder.build();
            if (arguments[0].equals("everything")) {
                service.work("endless job", WorkKind.JOB);
            }
            service.run();
        }

        /** Half of the margin is for the report, the log and a slow machine. */
        private static void everything(EbbtideBuilder builder) {
            builder.settings(Settings.derived()
                            .withGrace(LONG_GRACE)
                            .withMargin(LONG_MARGIN)
                            .withLameDuck(Duration.ofMillis(200)))
                    .component("one", hanging())
                    .component("other", hanging())
                    .serve(new HangingSource())
                    .messages(new HangingMessages())
                    .listener(hangsIn(LifecycleState.DRAINING));
        }

        private static void longLameDuck(EbbtideBuilder builder) {
            builder.settings(
                            Settings.derived().withGrace(Duration.ofSeconds(40)).withLameDuck(Duration.ofSeconds(12)))
                    .serve(new SilentSource());
        }

        private static Component hanging() {
            return new Component() {
                @Override
                public void start() {}

                @Override
                public void stop(Duration within) {
                    hang();
                }
            };
        }

        private static LifecycleListener hangsIn(LifecycleState state) {
            return new LifecycleListener() {
                @Override
                public void entered(LifecycleState entered) {
                    if (entered == state) {
                        hang();
                    }
                }
            };
        }

        private static void logHangs() {
            var appender = new AppenderBase<ILoggingEvent>() {
                @Override
                protected void append(ILoggingEvent event) {
                    hang();
                }
            };
            appender.setContext(ROOT.getLoggerContext());
            appender.start();
            ROOT.detachAndStopAllAppenders();
            ROOT.addAppender(appender);
            System.out.println("stuck");
        }

        private static Appender<ILoggingEvent> onFullDisk() {
            var encoder = new PatternLayoutEncoder();
            encoder.setContext(ROOT.getLoggerContext());
            encoder.setPattern("%msg%n");
            encoder.start();
            var file = new FileAppender<ILoggingEvent>();
            file.setContext(ROOT.getLoggerContext());
            file.setFile("/dev/full");
            file.setEncoder(encoder);
            file.start();
            return file;
        }

        private static void hang() {
            while (NEVER.getCount() > 0) {
                try {
                    NEVER.await(1, TimeUnit.MINUTES);
                } catch (InterruptedException e) {
                    // interrupts are ignored on purpose
                }
            }
        }
    }

    /** A traffic source without traffic: with a source, a service has a lame duck. */
    private static final class SilentSource implements TrafficSource {
        @Override
        public String name() {
            return "silent";
        }

        @Override
        public void start(Traffic traffic) {}

        @Override
        public void stopAccepting() {}

        @Override
        public void close(Duration within) {}
    }

    private static final class HangingSource implements TrafficSource {
        @Override
        public String name() {
            return "source";
        }

        @Override
        public void start(Traffic traffic) {}

        @Override
        public void beginShutdown() {
            Service.hang();
        }

        @Override
        public void stopAccepting() {
            Service.hang();
        }

        @Override
        public void close(Duration within) {
            Service.hang();
        }
    }

    private static final class HangingMessages implements MessageSource {
        @Override
        public String name() {
            return "inbox";
        }

        @Override
        public void start(Messages messages) {}

        @Override
        public void pause() {}

        @Override
        public void commit(Duration within) {
            Service.hang();
        }

        @Override
        public void disconnect(Duration within) {
            Service.hang();
        }
    }

    /** Fills the heap once the service runs, on a separate thread. */
    private static final class Hoard implements LifecycleListener {
        private static final int LARGEST = 1 << 20;
        private static final int SMALLEST = 1 << 13;

        private final List<byte[]> pieces = new ArrayList<>();

        @Override
        public void entered(LifecycleState state) {
            if (state == LifecycleState.RUNNING) {
                var filler = new Thread(this::fill, "hoard");
                filler.setDaemon(true);
                filler.start();
            }
        }

        private void fill() {
            System.out.println("filling"); // loads the classes that printing needs
            for (int size = LARGEST; size >= SMALLEST; size /= 2) {
                fillWith(size);
            }
            System.out.println("\nfull"); // another thread may have written half a line
            Service.hang();
        }

        private void fillWith(int size) {
            try {
                while (true) {
                    pieces.add(new byte[size]);
                }
            } catch (OutOfMemoryError e) {
                // continues with smaller pieces
            }
        }
    }
}
