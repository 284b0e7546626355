package io.ebbtide.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ebbtide.health.Check;
import io.ebbtide.health.Hold;
import io.ebbtide.health.Outcome;
import io.ebbtide.testkit.WireConnection;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The endpoint and the meters of a service on each line of Spring Boot. */
public abstract class ActuatorContract {
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final ObjectMapper JSON = new ObjectMapper();

    /** For the tests of the starters. */
    protected ActuatorContract() {}

    /** Adds a check by hand. */
    @Configuration(proxyBeanMethods = false)
    static class WithCheck {
        @Bean
        EbbtideCustomizer stock() {
            return service -> service.readiness(
                    "stock",
                    Check.of(() -> Outcome.down("sold out").with("colour", "red"))
                            .shared());
        }
    }

    private static ConfigurableApplicationContext run(String... more) {
        return new SpringApplicationBuilder(WorkApplication.class, WithCheck.class)
                .properties(
                        "server.port=0",
                        "ebbtide.grace=60m",
                        "spring.application.name=shop",
                        "logging.level.root=off",
                        "spring.main.banner-mode=off")
                .run(more);
    }

    private static int port(ConfigurableApplicationContext context) {
        return Integer.parseInt(String.valueOf(context.getEnvironment().getProperty("local.server.port")));
    }

    private static JsonNode endpoint(ConfigurableApplicationContext context) throws Exception {
        return JSON.readTree(
                WireConnection.get(port(context), "/actuator/ebbtide").body());
    }

    private static JsonNode stock(JsonNode shown) {
        for (JsonNode check : shown.path("checks")) {
            if (check.path("name").asText().equals("stock")) {
                return check;
            }
        }
        throw new AssertionError("no check 'stock' in " + shown);
    }

    @Test
    final void endpoint_showsStateBudgetAndChecks_withoutValues() throws Exception {
        try (ConfigurableApplicationContext context = run("--management.endpoints.web.exposure.include=ebbtide");
                Hold hold = context.getBean(EbbtideLifecycle.class).service().hold("stocktaking")) {
            Awaitility.await()
                    .atMost(SOON)
                    .until(() -> stock(endpoint(context)).path("known").asBoolean());

            JsonNode shown = endpoint(context);

            assertThat(hold).isNotNull();
            assertThat(shown.path("service").asText()).isEqualTo("shop");
            assertThat(shown.path("state").asText()).isEqualTo("RUNNING");
            assertThat(shown.at("/budget/grace").asText()).isEqualTo("PT1H");
            assertThat(stock(shown).path("required").asBoolean()).isFalse();
            assertThat(stock(shown).path("status").asText()).isEqualTo("DEGRADED");
            assertThat(stock(shown).path("reason").asText()).isEqualTo("******");
            assertThat(stock(shown).at("/details/colour").asText()).isEqualTo("******");
            assertThat(shown.path("holds").asText()).isEqualTo("******");
            assertThat(shown.path("readiness").asText()).isEqualTo("DOWN");
            assertThat(shown.path("lastReport").isMissingNode()).isTrue();
            assertThat(shown.toString()).doesNotContain("sold out", "stocktaking");
        }
    }

    @Test
    final void endpoint_showsValues_ifTheApplicationAllowsIt_butNoSecrets() throws Exception {
        try (ConfigurableApplicationContext context = run(
                        "--management.endpoints.web.exposure.include=ebbtide",
                        "--management.endpoint.ebbtide.show-values=always");
                Hold hold = context.getBean(EbbtideLifecycle.class).service().hold("new password=hunter2 is set")) {
            Awaitility.await()
                    .atMost(SOON)
                    .until(() -> stock(endpoint(context)).path("known").asBoolean());

            JsonNode shown = endpoint(context);

            assertThat(hold).isNotNull();
            assertThat(stock(shown).path("reason").asText()).isEqualTo("sold out");
            assertThat(stock(shown).at("/details/colour").asText()).isEqualTo("red");
            assertThat(shown.at("/holds/0").asText())
                    .startsWith("new password=")
                    .doesNotContain("hunter2");
            assertThat(shown.at("/inFlight/work").asText()).contains("GET /actuator/ebbtide");
        }
    }

    @Test
    final void endpoint_isNotExposedByDefault() throws Exception {
        try (ConfigurableApplicationContext context = run()) {
            assertThat(WireConnection.get(port(context), "/actuator/ebbtide").status())
                    .isEqualTo(404);
        }
    }

    @Test
    final void endpoint_showsTheLastReport_onceTheContextHasBeenStartedAgain() throws Exception {
        try (ConfigurableApplicationContext context = run(
                "--management.endpoints.web.exposure.include=ebbtide",
                "--management.endpoint.ebbtide.show-values=always")) {
            context.stop();
            context.start();

            JsonNode report = endpoint(context).path("lastReport");

            assertThat(report.path("reason").asText()).isEqualTo("the application context is stopped");
            assertThat(report.path("exitCode").asInt()).isZero();
            assertThat(report.path("clean").asBoolean()).isTrue();
            assertThat(report.path("components").isArray()).isTrue();
        }
    }

    @Test
    final void meters_areInTheApplicationsRegistry_besideSpringsTimer() throws Exception {
        try (ConfigurableApplicationContext context = run()) {
            MeterRegistry registry = context.getBean(MeterRegistry.class);
            assertThat(WireConnection.get(port(context), "/work/1").status()).isEqualTo(200);
            Awaitility.await()
                    .atMost(SOON)
                    .until(() -> registry.find("http.server.requests").timer() != null);

            assertThat(registry.find("http.server.requests").timers())
                    .allSatisfy(timer -> assertThat(timer.getId().getTags())
                            .extracting(Tag::getKey)
                            .contains("uri", "outcome", "exception")
                            .doesNotContain("service"));
            assertThat(gauge(registry, "ebbtide.state", "state", "running")).isEqualTo(1);
            assertThat(gauge(registry, "ebbtide.in.rotation", "service", "shop"))
                    .isEqualTo(1);
            Awaitility.await()
                    .atMost(SOON)
                    .until(() -> registry.find("ebbtide.check.up")
                                    .tag("check", "stock")
                                    .gauge()
                            != null);
            assertThat(names(registry)).as("series for an autoscaler").contains("ebbtide.hpa.inflight");

            context.stop();
            assertThat(names(registry)).noneMatch(name -> name.startsWith("ebbtide."));
            context.start();
            assertThat(names(registry)).contains("ebbtide.state");
        }
    }

    private static double gauge(MeterRegistry registry, String name, String tag, String value) {
        return registry.get(name).tag(tag, value).gauge().value();
    }

    private static List<String> names(MeterRegistry registry) {
        return registry.getMeters().stream()
                .map(Meter::getId)
                .map(Meter.Id::getName)
                .distinct()
                .toList();
    }
}
