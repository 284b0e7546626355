package io.ebbtide.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ebbtide.health.CheckStatus;
import io.ebbtide.testkit.WireConnection;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** Health indicators of each line of Spring Boot run in the background, and Actuator shows their last results. */
public abstract class HealthContract {
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final CountDownLatch NEVER = new CountDownLatch(1);
    private static final Set<String> THREADS = ConcurrentHashMap.newKeySet();

    private final Class<?> indicators;

    /**
     * @param indicators a configuration with the indicators {@code blocks}, which calls {@link #block}, {@code throws}, which throws
     *     an Error, and the composite {@code parts} of {@code first}, which calls {@link #ran}, is up and has the detail {@code seen}
     *     of 1, and {@code second}, which is down with a {@code seen} of 2; the reactive {@code reactive}, which calls {@link #ran}, is up
     *     and has the detail {@code seen} of 3; and a {@link Late}
     */
    protected HealthContract(Class<?> indicators) {
        this.indicators = indicators;
    }

    /** A bean that is created when it is first used. */
    protected interface Late {
        /** Registers the indicator {@code late}, which calls {@link #ran}, and is down with a {@code seen} of 4. */
        void register();

        /** Registers the indicator {@code stuck}, which blocks. */
        void registerStuck();

        /** Removes {@code late} from the registry. */
        void unregister();
    }

    /** Blocks for ever, unless it is interrupted. */
    protected static void block() {
        try {
            NEVER.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** To be called by an indicator. */
    protected static void ran() {
        THREADS.add(Thread.currentThread().getName());
    }

    private ConfigurableApplicationContext run(String... more) {
        return new SpringApplicationBuilder(WorkApplication.class, indicators)
                .properties(
                        "server.port=0",
                        "ebbtide.grace=60m",
                        "ebbtide.indicator-timeout=300ms",
                        "management.endpoint.health.show-details=always",
                        "management.endpoint.health.probes.enabled=true",
                        "logging.level.root=off",
                        "spring.main.banner-mode=off")
                .run(more);
    }

    /** The order of fields is that of the application's mapper, which sorts them in Boot 4. */
    private static JsonNode health(ConfigurableApplicationContext context) throws Exception {
        int port = Integer.parseInt(String.valueOf(context.getEnvironment().getProperty("local.server.port")));
        return JSON.readTree(WireConnection.get(port, "/actuator/health").body());
    }

    private static int managementPort(ConfigurableApplicationContext context) {
        return context.getBean(EbbtideLifecycle.class).service().managementPort();
    }

    @Test
    final void indicators_runInTheBackground_andActuatorShowsTheirLastResults() throws Exception {
        try (ConfigurableApplicationContext context = run()) {
            Awaitility.await().atMost(SOON).untilAsserted(() -> {
                JsonNode components = health(context).path("components");
                assertThat(components.at("/blocks/status").asText()).isEqualTo("DOWN");
                assertThat(components.at("/throws/status").asText()).isEqualTo("DOWN");
                assertThat(components.path("parts")).isEqualTo(JSON.readTree("""
                                        {"status": "DOWN", "components": {
                                            "first": {"status": "UP", "details": {"seen": 1}},
                                            "second": {"status": "DOWN", "details": {"seen": 2}}}}
                                        """));
            });
            assertThat(THREADS).isNotEmpty().allMatch(name -> name.startsWith("ebbtide-application-check-"));
            assertThat(WireConnection.get(managementPort(context), "/health/ready")
                            .status())
                    .as("degraded only: no group has them")
                    .isEqualTo(200);
        }
    }

    @Test
    final void reactiveIndicator_runsInTheBackground() throws Exception {
        try (ConfigurableApplicationContext context = run()) {
            Awaitility.await()
                    .atMost(SOON)
                    .untilAsserted(() -> assertThat(health(context).at("/components/reactive"))
                            .isEqualTo(JSON.readTree("{\"status\": \"UP\", \"details\": {\"seen\": 3}}")));
            assertThat(THREADS).allMatch(name -> name.startsWith("ebbtide-application-check-"));
            assertThat(checks(context)).contains("reactive");
        }
    }

    private static List<String> checks(ConfigurableApplicationContext context) {
        return context.getBean(EbbtideLifecycle.class).service().health().snapshot().checks().stream()
                .map(CheckStatus::name)
                .toList();
    }

    @Test
    final void indicatorThatALazyBeanRegisters_runsInTheBackground_asAMemberOfItsGroup() throws Exception {
        try (ConfigurableApplicationContext context = run(
                "--management.endpoint.health.validate-group-membership=false",
                "--management.endpoint.health.group.readiness.include=readinessState,late,stuck",
                "--ebbtide.indicator-interval=50ms")) {
            int port = managementPort(context);
            assertThat(WireConnection.get(port, "/health/ready").status()).isEqualTo(200);
            Late late = context.getBean(Late.class);

            late.register();
            Awaitility.await()
                    .atMost(SOON)
                    .until(() -> WireConnection.get(port, "/health/ready").status() == 503);
            assertThat(health(context).at("/components/late"))
                    .isEqualTo(JSON.readTree("{\"status\": \"DOWN\", \"details\": {\"seen\": 4}}"));
            late.unregister();
            Awaitility.await()
                    .atMost(SOON)
                    .until(() -> WireConnection.get(port, "/health/ready").status() == 200);
            assertThat(health(context).at("/components/late").isMissingNode()).isTrue();
            late.registerStuck();
            assertThat(health(context).at("/components/stuck/status").asText())
                    .as("asked while it runs for the first time, or after its timeout")
                    .isIn("UNKNOWN", "DOWN");
            Awaitility.await()
                    .atMost(SOON)
                    .until(() -> WireConnection.get(port, "/health/ready").status() == 503);
            assertThat(THREADS).allMatch(name -> name.startsWith("ebbtide-application-check-"));
        }
    }

    @Test
    final void groupsOfTheApplication_areAnsweredByTheProbes_andTheirCodesDecide() throws Exception {
        try (ConfigurableApplicationContext context = run(
                "--management.endpoint.health.group.shop.include=parts/first",
                "--management.endpoint.health.group.stock.include=parts/second")) {
            int port = managementPort(context);

            Awaitility.await()
                    .atMost(SOON)
                    .until(() -> WireConnection.get(port, "/health/shop").body().contains("parts.first"));
            assertThat(WireConnection.get(port, "/health/shop").body()).doesNotContain("parts.second");
            assertThat(WireConnection.get(port, "/health/stock").body()).contains("parts.second");
        }
        try (ConfigurableApplicationContext context = run(
                "--management.endpoint.health.group.readiness.include=readinessState,parts",
                "--management.endpoint.health.group.readiness.status.http-mapping.down=200")) {
            int port = managementPort(context);

            Awaitility.await()
                    .atMost(SOON)
                    .until(() -> !checks(context).isEmpty()
                            && health(context)
                                            .at("/components/parts/components/second/details/seen")
                                            .asInt()
                                    == 2);
            assertThat(WireConnection.get(port, "/health/ready").status()).isEqualTo(200);
        }
    }

    @Test
    final void indicatorOfTheReadinessGroup_takesTheServiceOutOfRotation() {
        try (ConfigurableApplicationContext context =
                run("--management.endpoint.health.group.readiness.include=readinessState,parts")) {
            int port = managementPort(context);

            Awaitility.await()
                    .atMost(SOON)
                    .until(() -> WireConnection.get(port, "/health/ready").status() == 503);
        }
    }
}
