package io.ebbtide.process;

import io.ebbtide.Ebbtide;
import io.ebbtide.EbbtideBuilder;
import io.ebbtide.Settings;
import io.ebbtide.health.Check;
import io.ebbtide.health.Outcome;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.lifecycle.Component;
import io.ebbtide.lifecycle.LifecycleState;
import io.ebbtide.report.LifecycleListener;
import io.ebbtide.report.ShutdownReport;
import io.ebbtide.spi.Traffic;
import io.ebbtide.spi.TrafficSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Services that receive the texts of a file, separated by NULs, at every input; the first argument chooses one. */
final class HostileService {
    private HostileService() {}

    public static void main(String[] arguments) throws Exception {
        List<String> texts = List.of(Files.readString(Path.of(arguments[1])).split("\u0000"));
        switch (arguments[0]) {
            case "stops" -> serve(texts, Duration.ofSeconds(1), Duration.ofMillis(200));
            case "drains" -> serve(texts, Duration.ofMinutes(5), Duration.ofMinutes(1));
            case "componentFails" ->
                builder().component("db", starting(chain(texts))).run();
            case "taskFails" ->
                builder()
                        .startupTask("warm up", () -> {
                            throw chain(texts);
                        })
                        .run();
            case "sourceFails" ->
                builder()
                        .serve(new Source(String.join(" ", texts), chain(texts)))
                        .run();
            case "addressIsWrong" ->
                builder()
                        .settings(
                                Settings.derived().withManagementPort(0).withManagementAddress(String.join(" ", texts)))
                        .run();
            case "settingIsWrong" -> builder().run();
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private static EbbtideBuilder builder() {
        return Ebbtide.builder("service");
    }

    private static void serve(List<String> texts, Duration drain, Duration lameDuck) {
        var builder = builder()
                .management(0)
                .settings(Settings.derived()
                        .withGrace(Duration.ofMinutes(10))
                        .withLameDuck(lameDuck)
                        .withDrain(drain));
        for (int i = 0; i < texts.size(); i++) {
            String text = texts.get(i);
            builder.readiness(
                    "throws" + i,
                    Check.of(() -> {
                                throw new IOException(text, new IllegalStateException(text));
                            })
                            .group("all"));
            builder.readiness(
                    "says" + i,
                    Check.of(() -> Outcome.down(text).with("detail", text)).group("all"));
            builder.component("stop" + i, new Component() {
                @Override
                public void start() {}

                @Override
                public void stop(Duration within) throws Exception {
                    throw new IOException(text);
                }
            });
            builder.listener(new LifecycleListener() {
                @Override
                public void entered(LifecycleState state) {
                    throw new IllegalStateException(text);
                }

                @Override
                public void stopped(ShutdownReport report) {
                    throw new IllegalStateException(text);
                }
            });
            builder.serve(new Source(text, null));
        }
        var service = new AtomicReference<Ebbtide>();
        builder.startupTask("enter", () -> enter(service.get(), texts));
        service.set(builder.build());
        service.get().run();
    }

    /** Holds, and work of threads with these names. */
    private static void enter(Ebbtide service, List<String> texts) throws InterruptedException {
        var entered = new CountDownLatch(texts.size());
        for (String text : texts) {
            service.hold(text);
            var worker = new Thread(
                    () -> {
                        service.work(text, WorkKind.JOB);
                        entered.countDown();
                        LockSupport.park(text);
                    },
                    text);
            worker.setDaemon(true);
            worker.start();
        }
        entered.await();
        System.out.println("ready for questions");
    }

    private static Component starting(Exception failure) {
        return new Component() {
            @Override
            public void start() throws Exception {
                throw failure;
            }

            @Override
            public void stop(Duration within) {}
        };
    }

    /** One exception with all texts: each cause is reported, but the number of reported causes is limited. */
    private static Exception chain(List<String> texts) {
        Exception failure = null;
        for (int i = 0; i < texts.size(); i += 20) {
            failure = new IOException(String.join(" and ", texts.subList(i, Math.min(i + 20, texts.size()))), failure);
        }
        return failure == null ? new IOException() : failure;
    }

    /** A source whose name and failures are these texts. */
    private record Source(String text, @Nullable Exception atStart) implements TrafficSource {
        @Override
        public String name() {
            return text;
        }

        @Override
        public void start(Traffic traffic) throws Exception {
            if (atStart != null) {
                throw atStart;
            }
        }

        @Override
        public void beginShutdown() throws IOException {
            throw new IOException(text);
        }

        @Override
        public void stopAccepting() throws IOException {
            throw new IOException(text);
        }

        @Override
        public void close(Duration within) {}

        @Override
        public String summary() {
            return text;
        }
    }
}
