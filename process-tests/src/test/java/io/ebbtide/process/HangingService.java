package io.ebbtide.process;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.FileAppender;
import io.ebbtide.Ebbtide;
import io.ebbtide.EbbtideBuilder;
import io.ebbtide.Settings;
import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.lifecycle.Component;
import io.ebbtide.lifecycle.LifecycleState;
import io.ebbtide.report.LifecycleListener;
import io.ebbtide.spi.Traffic;
import io.ebbtide.spi.TrafficSource;
import io.ebbtide.work.MessageSource;
import io.ebbtide.work.Messages;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.support.GenericApplicationContext;

/** Services in which something hangs or is full; the first argument chooses one. */
final class HangingService {
    private static final CountDownLatch NEVER = new CountDownLatch(1);
    private static final Logger ROOT = (Logger) LoggerFactory.getLogger("ROOT");

    private HangingService() {}

    public static void main(String[] arguments) {
        switch (arguments[0]) {
            case "everything" -> everything();
            case "exitInAHook" -> exitInAHook();
            case "hooksOfOthers" -> hooksOfOthers();
            case "asyncAppender" -> asyncAppender();
            case "fullDisk" -> fullDisk();
            case "fullHeap" -> fullHeap();
            case "fullPipe" -> fullPipe(Path.of(arguments[1]));
            case "frozen" -> frozen();
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    /** A service with a grace longer than any test waits. */
    private static EbbtideBuilder builder() {
        return builder(Duration.ofMinutes(10));
    }

    /** A service whose watchdog ends the process after 8 s, which is enough for the service to stop on any machine. */
    private static EbbtideBuilder builderForTheWatchdog() {
        return builder(Duration.ofSeconds(10));
    }

    private static EbbtideBuilder builder(Duration grace) {
        return Ebbtide.builder("service")
                .settings(Settings.derived()
                        .withGrace(grace)
                        .withMargin(Duration.ofSeconds(4))
                        .withLameDuck(Duration.ofMillis(200)));
    }

    private static void everything() {
        Ebbtide service = Ebbtide.builder("service")
                .settings(Settings.derived()
                        .withGrace(Duration.ofMinutes(2)) // the watchdog must not end it, however slow the machine is
                        .withMargin(Duration.ofSeconds(100))
                        .withLameDuck(Duration.ofMillis(200))
                        .withDrain(Duration.ofSeconds(1))
                        .withStop(Duration.ofSeconds(1)))
                .component("one", hanging())
                .component("other", hanging())
                .serve(new StubbornSource())
                .messages(new HangingMessages())
                .listener(new DeadlockedListener())
                .build();
        service.work("endless job", WorkKind.JOB);
        service.run();
    }

    private static Component hanging() {
        return new Component() {
            @Override
            public void start() {}

            @Override
            public void stop(Duration within) {
                forEver();
            }
        };
    }

    private static final class StubbornSource implements TrafficSource {
        @Override
        public String name() {
            return "stubborn";
        }

        @Override
        public void start(Traffic traffic) {}

        @Override
        public void beginShutdown() {
            forEver();
        }

        @Override
        public void stopAccepting() {
            forEver();
        }

        @Override
        public void close(Duration within) {
            forEver();
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
            forEver();
        }

        @Override
        public void disconnect(Duration within) {
            forEver();
        }
    }

    /** Holds a lock and waits for another one, whose holder waits for the first: a deadlock. */
    private static final class DeadlockedListener implements LifecycleListener {
        private final Object one = new Object();
        private final Object other = new Object();

        @Override
        public void entered(LifecycleState state) {
            if (state == LifecycleState.DRAINING) {
                var bothHeld = new CountDownLatch(2);
                Thread rival = new Thread(() -> holdBoth(other, one, bothHeld), "rival");
                rival.setDaemon(true);
                rival.start();
                holdBoth(one, other, bothHeld);
            }
        }

        private static void holdBoth(Object first, Object second, CountDownLatch bothHeld) {
            synchronized (first) {
                bothHeld.countDown();
                uninterruptibly(bothHeld);
                synchronized (second) {
                    System.out.println("impossible");
                }
            }
        }
    }

    private static void exitInAHook() {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> System.exit(3), "hook that exits"));
        builderForTheWatchdog().build().run();
    }

    /** The hooks of Spring, of Log4j2 and of a pool, each of which takes longer than Ebbtide's; another thread calls exit. */
    private static void hooksOfOthers() {
        Ebbtide service = builder().build();
        var context = new GenericApplicationContext();
        context.registerBean("slow", DisposableBean.class, () -> () -> awaitTheHookOf(service));
        context.registerShutdownHook();
        context.refresh();
        var log4j = (LoggerContext) LogManager.getContext(false);
        var slow = new AbstractAppender("slow", null, null, false, Property.EMPTY_ARRAY) {
            @Override
            public void append(LogEvent event) {}

            @Override
            public boolean stop(long timeout, TimeUnit unit) {
                awaitTheHookOf(service);
                return super.stop(timeout, unit);
            }
        };
        slow.start();
        log4j.getConfiguration().addAppender(slow);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> awaitTheHookOf(service), "closes a pool"));
        new Thread(() -> {
                    while (service.state() != LifecycleState.RUNNING) {
                        LockSupport.parkNanos(1_000_000);
                    }
                    System.exit(5);
                })
                .start();
        service.run();
    }

    /** The hook recognises other hooks because they are running; it drains, so it has begun once the service has stopped. */
    private static void awaitTheHookOf(Ebbtide service) {
        while (service.state() != LifecycleState.STOPPED
                || Thread.getAllStackTraces().keySet().stream()
                        .anyMatch(thread -> thread.getName().equals("ebbtide-hook"))) {
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }

    /** The console receives its lines from a queue, through a thread that needs 50 ms for each. */
    private static void asyncAppender() {
        builder()
                .startupTask("make it slow", () -> {
                    var console = ROOT.iteratorForAppenders().next();
                    var slow = new AppenderBase<ILoggingEvent>() {
                        @Override
                        protected void append(ILoggingEvent event) {
                            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
                            console.doAppend(event);
                        }
                    };
                    var asynchronous = new AsyncAppender();
                    slow.setContext(ROOT.getLoggerContext());
                    slow.start();
                    asynchronous.setContext(ROOT.getLoggerContext());
                    asynchronous.setName("ASYNC");
                    asynchronous.addAppender(slow);
                    asynchronous.start();
                    ROOT.detachAppender(console);
                    ROOT.addAppender(asynchronous);
                    System.out.println("slow from now on");
                })
                .listener(new LifecycleListener() {
                    @Override
                    public void entered(LifecycleState state) {
                        if (state == LifecycleState.STOPPING) {
                            for (int i = 0; i < 10; i++) {
                                ROOT.info("line {}", i);
                            }
                        }
                    }
                })
                .build()
                .run();
    }

    private static void fullDisk() {
        var encoder = new PatternLayoutEncoder();
        encoder.setContext(ROOT.getLoggerContext());
        encoder.setPattern("%msg%n");
        encoder.start();
        var file = new FileAppender<ILoggingEvent>();
        file.setContext(ROOT.getLoggerContext());
        file.setFile("/dev/full");
        file.setEncoder(encoder);
        file.start();
        ROOT.addAppender(file);
        builder().build().run();
    }

    /** Standard output has no reader, and is full before the service is built. The file shows that it runs. */
    private static void fullPipe(Path running) {
        var written = new AtomicLong();
        Thread filling = new Thread(() -> {
            while (true) {
                System.out.println("a line that is not read");
                written.incrementAndGet();
            }
        });
        filling.setDaemon(true);
        filling.start();
        long before;
        do {
            before = written.get();
            LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
        } while (before != written.get());
        builder().startupTask("say so", () -> Files.createFile(running)).build().run();
    }

    /** A request that ends a second before the drain, 5 ms after its thread has noticed that, and a stop that does the same. */
    private static void frozen() {
        Ebbtide service = Ebbtide.builder("service")
                .settings(Settings.derived()
                        .withGrace(Duration.ofMinutes(10))
                        .withLameDuck(Duration.ZERO)
                        .withDrain(Duration.ofSeconds(5))
                        .withStop(Duration.ofSeconds(5)))
                .component("slow", new Component() {
                    @Override
                    public void start() {}

                    @Override
                    public void stop(Duration within) {
                        System.out.println("slow is being stopped");
                        after(within.minusSeconds(1));
                    }
                })
                .build();
        Ticket ticket = service.work("GET /slow", WorkKind.REQUEST);
        new Thread(() -> {
                    while (service.state() != LifecycleState.DRAINING) {
                        LockSupport.parkNanos(1_000_000);
                    }
                    after(Duration.ofSeconds(4));
                    ticket.close();
                })
                .start();
        service.run();
    }

    private static void after(Duration duration) {
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < duration.toNanos()) {
            LockSupport.parkNanos(1_000_000);
        }
        LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }

    /** Once the service runs, not even eight kilobytes can be allocated. */
    private static void fullHeap() {
        Ebbtide service = builderForTheWatchdog().build();
        List<byte[]> hoard = new ArrayList<>();
        new Thread(() -> {
                    while (service.state() != LifecycleState.RUNNING) {
                        LockSupport.parkNanos(1_000_000);
                    }
                    System.out.println("filling");
                    for (int size = 1 << 20; size >= 1 << 13; size /= 2) {
                        fillWith(size, hoard);
                    }
                    System.out.println("\nfull"); // another thread may have written half a line
                    forEver();
                })
                .start();
        service.run();
        System.out.println(hoard.size());
    }

    private static void fillWith(int size, List<byte[]> hoard) {
        try {
            while (true) {
                hoard.add(new byte[size]);
            }
        } catch (OutOfMemoryError e) {
            // continues with smaller pieces
        }
    }

    private static void forEver() {
        while (true) {
            uninterruptibly(NEVER);
        }
    }

    private static void uninterruptibly(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            try {
                latch.await(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                // interrupts are ignored on purpose
            }
        }
    }
}
