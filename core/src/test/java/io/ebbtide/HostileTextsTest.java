package io.ebbtide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.ebbtide.health.Check;
import io.ebbtide.health.Outcome;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.lifecycle.Component;
import io.ebbtide.lifecycle.LifecycleState;
import io.ebbtide.report.LifecycleListener;
import io.ebbtide.report.ShutdownReport;
import io.ebbtide.spi.SourceLoad;
import io.ebbtide.spi.Traffic;
import io.ebbtide.testing.RawClient;
import io.ebbtide.testing.SilentSource;
import io.ebbtide.testing.TestTimeouts;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** User-supplied texts at every input, and their appearance at every output: no secret, and no forged line. */
final class HostileTextsTest {
    private static final String SECRET = "S3CR3T-";

    /** Line breaks of all kinds, terminal escapes, a NUL, characters that reverse the direction of a line; and a line to forge. */
    private static final String FORGERY =
            "x\r\nFORGED\nFORGED\u0085FORGED\u2028FORGED\u2029FORGED\u001b[2J\u009b2K\u0000\u0007\b\u007f\u202e\u2066\u200f\u061cy";

    private final Logger root = (Logger) LoggerFactory.getLogger("io.ebbtide");
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @TempDir
    private Path folder;

    @BeforeEach
    void listen() {
        log.list = new CopyOnWriteArrayList<>(); // written by other threads
        log.start();
        root.setLevel(Level.DEBUG);
        root.setAdditive(false);
        root.addAppender(log);
    }

    @AfterEach
    void listenNoMore() {
        root.detachAppender(log);
        root.setAdditive(true);
        root.setLevel(null);
    }

    static List<String> secrets() throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("src/test/resources/secrets/markers.txt"))) {
            if (!line.isBlank() && !line.startsWith("#")) {
                lines.add(line.replace("<S>", "%s%03d".formatted(SECRET, lines.size() + 1))
                        .replace("<NL>", "\n"));
            }
        }
        return lines;
    }

    @Test
    void secrets_comeOutNowhere() throws Exception {
        List<String> texts = secrets();

        List<String> outputs = outputsOf(texts);

        assertThat(texts).hasSize(100);
        assertThat(String.join("\n", outputs)).contains("***");
        assertThat(outputs).noneMatch(output -> output.contains(SECRET));
    }

    @Test
    void forgedLines_comeOutNowhere() throws Exception {
        List<String> outputs = outputsOf(List.of(FORGERY));

        assertThat(String.join("\n", outputs)).contains("\\u000aFORGED");
        for (String output : outputs) {
            assertThat(output.lines()).noneMatch(line -> line.startsWith("FORGED"));
            assertThat(output.chars().filter(HostileTextsTest::isHarmful).mapToObj(Integer::toHexString))
                    .as(output)
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("secrets")
    void settings_thatAreWrong_areRefusedWithoutTheirSecrets(String secret) throws Exception {
        Path end = folder.resolve("end");
        List<Throwable> failures = new ArrayList<>();
        for (String variable : List.of("EBBTIDE_GRACE", "EBBTIDE_SENDERS", "EBBTIDE_PROBE_DETAILS")) {
            failures.add(catchThrowable(() -> Ebbtide.builder("wrong")
                    .environment(Map.of(variable, secret + FORGERY, "EBBTIDE_TERMINATION_LOG", end.toString()))
                    .build()));
        }
        failures.add(catchThrowable(() -> Ebbtide.builder("wrong")
                .component("x", () -> {})
                .component(secret.lines().findFirst().orElseThrow(), (Component) null)));

        for (Throwable failure : failures) {
            assertThat(failure).isInstanceOf(IllegalArgumentException.class);
            assertThat(failure.getMessage()).doesNotContain(SECRET).doesNotContain("\nFORGED");
        }
        assertThat(end)
                .content()
                .contains("cannot be built")
                .doesNotContain(SECRET)
                .doesNotContain("\nFORGED");
    }

    /** The complete output of a service with these texts, from its start to its end. */
    private List<String> outputsOf(List<String> texts) throws Exception {
        var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        List<String> outputs = new ArrayList<>();
        var builder = Ebbtide.builder("hostile")
                .metrics(registry)
                .scrape(registry::scrape)
                .management(0)
                .settings(Settings.derived()
                        .withGrace(Duration.ofMinutes(10))
                        .withLameDuck(Duration.ZERO)
                        .withDrain(Duration.ofMillis(300)));
        var sources = new ArrayList<HostileSource>();
        for (int i = 0; i < texts.size(); i++) {
            String text = texts.get(i);
            String number = String.valueOf(i);
            builder.readiness("throws" + number, failing(new IllegalStateException("outer", new IOException(text))));
            builder.readiness(
                    "says" + number,
                    once(() -> Outcome.down(text)
                            .with("detail", text)
                            .with("role", 1)
                            .with(text, "value")
                            .causedBy(new IOException(text))));
            builder.liveness(
                    "hangs" + number,
                    Check.of(() -> {
                                Thread.currentThread().setName(text);
                                new CountDownLatch(1).await();
                                return Outcome.up();
                            })
                            .timeout(Duration.ofMillis(50))
                            .timeoutOutcome(() -> Outcome.down(text))
                            .onTimeout(() -> {
                                throw new IllegalStateException(text);
                            }));
            builder.component("stop" + number, new Component() {
                @Override
                public void start() {}

                @Override
                public void stop(Duration within) {
                    throw new IllegalStateException(text, new IOException(text));
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
            var source = new HostileSource(text);
            sources.add(source);
            builder.serve(source);
            builder.queue("queue" + number, () -> {
                throw new IllegalStateException(text);
            });
        }
        Ebbtide service = builder.build().start();

        for (String text : texts) {
            service.hold(text);
            service.work(text, WorkKind.JOB).workedOnBy(new Thread(() -> {}, text));
        }
        sources.forEach(HostileSource::answer);
        Awaitility.await().until(() -> !ask(service, "/health").contains("UNKNOWN"));
        Awaitility.await()
                .untilAsserted(() -> assertThat(formatted().stream().filter(line -> line.contains("timeout action")))
                        .hasSizeGreaterThanOrEqualTo(texts.size()));
        service.markBroken(texts.get(0));
        for (String path : List.of("/health", "/health/live", "/health/ready", "/health/startup", "/metrics")) {
            outputs.add(ask(service, path));
        }
        registry.gauge("bad", this, each -> {
            throw new IllegalStateException(texts.get(0));
        });
        outputs.add(ask(service, "/metrics"));
        outputs.add(String.valueOf(
                catchThrowable(() -> service.awaitStopped(Duration.ZERO)).getMessage()));
        service.shutdown(texts.get(texts.size() - 1));
        ShutdownReport report = service.awaitStopped(TestTimeouts.HANG);
        outputs.add(report.json());
        outputs.add(report.text());
        outputs.add(String.valueOf(report));
        outputs.addAll(startFailures(texts));
        outputs.addAll(formatted());
        return outputs;
    }

    /** The thrown exceptions, without their cause, which is the component's own exception. */
    private static List<String> startFailures(List<String> texts) {
        List<String> messages = new ArrayList<>();
        for (String text : texts) {
            Ebbtide service = Ebbtide.builder("fails")
                    .component("db", new Component() {
                        @Override
                        public void start() {
                            throw new IllegalStateException(text);
                        }

                        @Override
                        public void stop(Duration within) {}
                    })
                    .build();
            messages.add(catchThrowable(service::start).getMessage());
        }
        return messages;
    }

    private List<String> formatted() {
        return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    private static Check failing(Exception failure) {
        return once(() -> {
            throw failure;
        });
    }

    private static Check once(Callable<Outcome> body) {
        return Check.of(body).every(Duration.ofHours(1)).shared();
    }

    private static String ask(Ebbtide service, String path) throws IOException {
        try (var client = new RawClient(service.managementPort())) {
            client.send("GET " + path + " HTTP/1.0\r\n\r\n");
            return client.readAll().replace("\r\n", "\n");
        }
    }

    /** By the definitions of Unicode, and not by those of the code under test. */
    private static boolean isHarmful(int c) {
        int type = Character.getType(c);
        byte direction = Character.getDirectionality(c);
        return c != '\n'
                && (type == Character.CONTROL
                        || type == Character.LINE_SEPARATOR
                        || type == Character.PARAGRAPH_SEPARATOR
                        || (type == Character.FORMAT && direction != Character.DIRECTIONALITY_BOUNDARY_NEUTRAL));
    }

    /** A source whose name, failures and routes are these texts. */
    private static final class HostileSource extends SilentSource {
        private final String text;
        private final AtomicReference<@Nullable Traffic> traffic = new AtomicReference<>();

        HostileSource(String text) {
            this.text = text;
        }

        void answer() {
            Traffic ways = traffic.get();
            if (ways != null) {
                var ticket = ways.admit(WorkKind.REQUEST, () -> "GET " + text);
                if (ticket != null) {
                    ticket.route(text);
                    ways.answered(ticket, text, 200);
                }
            }
        }

        @Override
        public String name() {
            return text;
        }

        @Override
        public void start(Traffic newTraffic) {
            traffic.set(newTraffic);
        }

        @Override
        public void beginShutdown() throws TimeoutException {
            throw new TimeoutException(text);
        }

        @Override
        public void stopAccepting() {
            throw new IllegalStateException(text);
        }

        @Override
        public SourceLoad load() {
            throw new IllegalStateException(text);
        }

        @Override
        public String summary() {
            return text;
        }
    }
}
