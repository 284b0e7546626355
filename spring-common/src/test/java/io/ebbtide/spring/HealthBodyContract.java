package io.ebbtide.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ebbtide.health.CheckStatus;
import io.ebbtide.health.Snapshot;
import io.ebbtide.testkit.WireConnection;
import io.ebbtide.testkit.WireResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** What Actuator answers about health on each line of Spring Boot, with a database behind HikariCP and a real Redis, does not change. */
@Tag("extended") // slow, and seldom concerned
public abstract class HealthBodyContract {
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> PATHS = List.of(
            "/actuator/health",
            "/actuator/health/db",
            "/actuator/health/redis",
            "/actuator/health/ping",
            "/actuator/health/liveness",
            "/actuator/health/readiness",
            "/actuator/health/shop",
            "/actuator/health/shop/db",
            "/actuator/health/missing",
            "/readyz");

    /** For the tests of the starters. */
    protected HealthBodyContract() {}

    /** A Redis. */
    protected interface Server extends AutoCloseable {
        /** Returns its port on loopback. */
        int port();

        @Override
        void close();
    }

    /** Starts a Redis. */
    protected abstract Server redis();

    /** With everything of the class path. */
    @SpringBootConfiguration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Shop {}

    private static ConfigurableApplicationContext run(Server redis, String... more) {
        var all = new ArrayList<>(List.of(
                "--server.port=0",
                "--ebbtide.grace=60m",
                "--ebbtide.indicator-interval=100ms",
                "--spring.datasource.url=jdbc:h2:mem:shop",
                "--spring.data.redis.port=" + redis.port(),
                "--management.endpoint.health.probes.enabled=true",
                "--management.endpoint.health.group.shop.include=db,ping",
                "--management.endpoint.health.group.readiness.include=readinessState,db",
                "--management.endpoint.health.group.readiness.additional-path=server:/readyz",
                "--logging.level.root=off",
                "--spring.main.banner-mode=off"));
        all.addAll(Arrays.asList(more));
        return new SpringApplicationBuilder(Shop.class).run(all.toArray(String[]::new));
    }

    /** Code and body of each path; free space of the disk changes by itself. */
    private static Map<String, String> answers(ConfigurableApplicationContext context) throws Exception {
        int port = Integer.parseInt(String.valueOf(context.getEnvironment().getProperty("local.server.port")));
        Map<String, String> answers = new LinkedHashMap<>();
        for (String path : PATHS) {
            WireResponse response = WireConnection.get(port, path);
            answers.put(
                    path, response.status() + " " + response.header("content-type") + " " + steady(response.body()));
        }
        return answers;
    }

    private static String steady(String body) throws Exception {
        if (body.isEmpty()) {
            return "";
        }
        JsonNode json = JSON.readTree(body);
        if (json.at("/components/diskSpace/details") instanceof ObjectNode disk) {
            disk.remove("free");
        }
        if (json instanceof ObjectNode answer) {
            answer.remove("timestamp"); // of an error
        }
        return json.toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"always", "never"})
    final void answersOfActuator_areThoseOfBootAlone(String details) throws Exception {
        String show = "--management.endpoint.health.show-details=" + details;
        try (Server redis = redis()) {
            Map<String, String> expected;
            try (ConfigurableApplicationContext context = run(redis, show, "--ebbtide.enabled=false")) {
                expected = answers(context);
            }
            assertThat(expected.get("/actuator/health")).startsWith("200 ");
            assertThat(expected.get("/readyz")).startsWith("200 ");

            try (ConfigurableApplicationContext context = run(redis, show)) {
                Awaitility.await()
                        .atMost(SOON)
                        .untilAsserted(() -> assertThat(answers(context)).isEqualTo(expected));
            }
        }
    }

    private static Snapshot snapshot(ConfigurableApplicationContext context) {
        return context.getBean(EbbtideLifecycle.class).service().health().snapshot();
    }

    private static CheckStatus check(ConfigurableApplicationContext context, String name) {
        return snapshot(context).checks().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    final void checksOfEbbtide_replaceIndicators_ofADatabaseBehindHikariAndOfRedis() throws Exception {
        Server redis = redis();
        try (ConfigurableApplicationContext context = run(redis, "--management.endpoint.health.show-details=always")) {
            Awaitility.await()
                    .atMost(SOON)
                    .until(() ->
                            check(context, "db").up() && check(context, "redis").up());
            assertThat(check(context, "db").details())
                    .containsEntry("pool", "ok")
                    .containsKey("poolMax");
            assertThat(check(context, "db").required()).isTrue();
            assertThat(check(context, "redis").required()).isFalse();

            redis.close();
            Awaitility.await()
                    .atMost(SOON)
                    .until(() -> answers(context).get("/actuator/health").startsWith("503 "));
            assertThat(answers(context).get("/actuator/health/redis")).contains("\"status\":\"DOWN\"", "\"error\":");
            assertThat(check(context, "redis").reason())
                    .as("one that Ebbtide's own check gives")
                    .isNotEqualTo("its HealthIndicator is not up");
        } finally {
            redis.close();
        }
    }

    @Test
    final void indicatorsRun_ifTheChecksOfEbbtideAreSwitchedOff() {
        try (Server redis = redis();
                ConfigurableApplicationContext context =
                        run(redis, "--ebbtide.jdbc-check=false", "--ebbtide.redis-check=false")) {
            Awaitility.await()
                    .atMost(SOON)
                    .until(() ->
                            check(context, "db").up() && check(context, "redis").up());

            assertThat(check(context, "db").details()).isEmpty();
        }
    }

    @Test
    final void databaseOfTheLivenessGroup_isCheckedByItsIndicator_asTheApplicationWants() {
        try (Server redis = redis();
                ConfigurableApplicationContext context =
                        run(redis, "--management.endpoint.health.group.liveness.include=livenessState,db")) {
            Awaitility.await().atMost(SOON).until(() -> check(context, "db").up());

            assertThat(check(context, "db").details()).isEmpty();
        }
    }
}
