package io.ebbtide.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ebbtide.Ebbtide;
import io.ebbtide.lifecycle.LifecycleState;
import io.ebbtide.report.ExitCode;
import io.ebbtide.report.ShutdownReport;
import io.ebbtide.testkit.WireConnection;
import io.ebbtide.testkit.WireResponse;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * What holds for an application on each embedded server. Within this JVM the service does not own the process, as in the tests of users.
 * Times are so long that a wait for them never ends in a test.
 */
public abstract class ServerContract {
    static final Duration SOON = Duration.ofMinutes(2);
    private static final String[] DEFAULTS = {
        "server.port=0", "ebbtide.grace=60m", "spring.main.banner-mode=off", "logging.level.root=off"
    };

    private final Class<?> server;

    /**
     * For the tests of the starters.
     *
     * @param server a configuration with the factory of a server; without one, Spring chooses Tomcat
     */
    protected ServerContract(Class<?> server) {
        this.server = server;
    }

    /** Starts the application with more configurations. */
    final ConfigurableApplicationContext run(Class<?>[] more, String... arguments) {
        var sources = new ArrayList<Class<?>>(List.of(more));
        sources.add(0, WorkApplication.class);
        sources.add(server);
        return new SpringApplicationBuilder(sources.toArray(Class<?>[]::new))
                .properties(DEFAULTS)
                .run(arguments);
    }

    final ConfigurableApplicationContext run(String... arguments) {
        return run(new Class<?>[0], arguments);
    }

    static int port(ConfigurableApplicationContext context) {
        return Integer.parseInt(String.valueOf(context.getEnvironment().getProperty("local.server.port")));
    }

    static Ebbtide service(ConfigurableApplicationContext context) {
        return context.getBean(EbbtideLifecycle.class).service();
    }

    static CompletableFuture<WireResponse> send(int port, String path) {
        var answer = new CompletableFuture<WireResponse>();
        var client = new Thread(() -> {
            try (WireConnection connection = WireConnection.open(port, SOON)) {
                answer.complete(connection.exchange("GET", path));
            } catch (Exception e) {
                answer.completeExceptionally(e);
            }
        });
        client.setDaemon(true);
        client.start();
        return answer;
    }

    static void awaitInFlight(ConfigurableApplicationContext context, int count) {
        Awaitility.await().atMost(SOON).until(() -> service(context).inFlight().count() == count);
    }

    @Test
    final void applicationThatIsReady_isRunning_andProbesAnswerOnTheirOwnPort() throws Exception {
        try (ConfigurableApplicationContext context = run()) {
            assertThat(service(context).state()).isEqualTo(LifecycleState.RUNNING);
            assertThat(ready(context)).isEqualTo(200);
            assertThat(WireConnection.get(port(context), "/health/live").status())
                    .isEqualTo(404);
            assertThat(WireConnection.get(port(context), "/work/1").body()).isEqualTo("worked");
        }
    }

    static int ready(ConfigurableApplicationContext context) throws IOException {
        return WireConnection.get(service(context).managementPort(), "/health/ready")
                .status();
    }

    @Test
    final void probesOnTheServersPort_areAnsweredThere() throws Exception {
        try (ConfigurableApplicationContext context = run("--ebbtide.probes-on-server-port=true")) {
            assertThat(WireConnection.get(port(context), "/health/live").status())
                    .isEqualTo(200);
        }
    }

    @Test
    final void contextThatIsClosed_drainsFirst_withoutLameDuck() throws Exception {
        ConfigurableApplicationContext context = run();
        Ebbtide service = service(context);
        CompletableFuture<WireResponse> answer = send(port(context), "/work/1500");
        awaitInFlight(context, 1);

        context.close();

        assertThat(answer.get(SOON.toSeconds(), TimeUnit.SECONDS).status()).isEqualTo(200);
        assertThat(answer.get().closes()).isTrue();
        assertThat(service.state()).isEqualTo(LifecycleState.STOPPED);
        ShutdownReport report = service.awaitStopped(Duration.ZERO);
        assertThat(report.reason()).isEqualTo("the application context is closed");
        assertThat(report.exitCode()).isEqualTo(ExitCode.CLEAN);
        assertThat(report.states()).doesNotContainKey(LifecycleState.LAME_DUCK);
    }

    /** Whether Boot can start this server again after a stop. */
    protected boolean startsAgain() {
        return true;
    }

    @Test
    final void contextThatIsStopped_andStarted_servesAgain_withANewService() throws Exception {
        assumeTrue(startsAgain(), "Boot cannot start this server again");
        try (ConfigurableApplicationContext context = run()) {
            Ebbtide first = service(context);
            CompletableFuture<WireResponse> answer = send(port(context), "/work/1500");
            awaitInFlight(context, 1);

            context.stop();
            context.start();

            assertThat(answer.get(SOON.toSeconds(), TimeUnit.SECONDS).status()).isEqualTo(200);
            assertThat(first.state()).isEqualTo(LifecycleState.STOPPED);
            assertThat(WireConnection.get(port(context), "/work/1").body()).isEqualTo("worked");
            assertThat(service(context)).isNotSameAs(first);
        }
    }

    /** Starts after the web server. */
    @Configuration(proxyBeanMethods = false)
    static class FailsLate {
        @Bean
        SmartLifecycle failsOnceARequestIsInFlight(
                ConfigurableApplicationContext context, CompletableFuture<WireResponse> answer) {
            return new SmartLifecycle() {
                @Override
                public void start() {
                    send(port(context), "/work/1500").whenComplete((response, failure) -> {
                        if (failure == null) {
                            answer.complete(response);
                        } else {
                            answer.completeExceptionally(failure);
                        }
                    });
                    awaitInFlight(context, 1);
                    throw new IllegalStateException("planned");
                }

                @Override
                public void stop() {}

                @Override
                public boolean isRunning() {
                    return false;
                }
            };
        }

        @Bean
        CompletableFuture<WireResponse> answer() {
            return NEXT.get();
        }

        static final AtomicReference<CompletableFuture<WireResponse>> NEXT = new AtomicReference<>();
    }

    @Test
    final void refreshThatFails_drainsTheRequestsInFlight() throws Exception {
        var answer = new CompletableFuture<WireResponse>();
        FailsLate.NEXT.set(answer);

        assertThatThrownBy(() -> run(new Class<?>[] {FailsLate.class})).hasRootCauseMessage("planned");

        assertThat(answer.get(SOON.toSeconds(), TimeUnit.SECONDS).status()).isEqualTo(200);
    }

    @Test
    final void portInUse_isReportedByBootItself() throws Exception {
        try (var taken = new ServerSocket(0)) {
            assertThatThrownBy(() -> run("--server.port=" + taken.getLocalPort()))
                    .hasStackTraceContaining("PortInUseException: Port " + taken.getLocalPort() + " is already in use");
        }
    }
}
