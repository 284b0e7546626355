package io.ebbtide.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.budget.GraceBudget;
import io.ebbtide.budget.LameDuckRules;
import io.ebbtide.health.Check;
import io.ebbtide.health.Health;
import io.ebbtide.health.HealthControl;
import io.ebbtide.health.Hold;
import io.ebbtide.health.Outcome;
import io.ebbtide.health.ProbeKind;
import io.ebbtide.inflight.InFlight;
import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.internal.BackgroundLog;
import io.ebbtide.internal.Ticker;
import io.ebbtide.lifecycle.LifecycleState;
import io.ebbtide.sequence.Lifecycle;
import io.ebbtide.sequence.Plan;
import io.ebbtide.sequence.ShutdownMode;
import io.ebbtide.spi.ProbeResponse;
import io.ebbtide.spi.Probes;
import io.ebbtide.testing.TestTimeouts;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ProbesTest {
    private final BackgroundLog log = new BackgroundLog("test-log", Ticker.system());
    private final InFlight inFlight = new InFlight(Ticker.system());
    private final Health health = new Health("orders", Ticker.system(), log);
    private final HealthControl control = new HealthControl(health);
    private final Lifecycle lifecycle = new Lifecycle(
            new Plan(
                    "orders",
                    List.of(),
                    List.of(),
                    Map.of(),
                    List.of(),
                    GraceBudget.of(Duration.ofMinutes(10), GraceBudget.Shares.DERIVED, Duration.ofSeconds(2)),
                    LameDuckRules.defaults(),
                    Map.of(),
                    Map.of()),
            control,
            inFlight,
            log,
            Ticker.system());
    private final Probes probes = ProbeAnswers.probes(health, lifecycle, true);

    @AfterEach
    void stop() throws Exception {
        lifecycle.shutdown("end of test", ShutdownMode.AT_ONCE);
        lifecycle.awaitStopped(TestTimeouts.HANG);
    }

    @Test
    void probes_followTheService_fromStartToEnd() throws Exception {
        assertThat(get("/health/live")).isEqualTo("200 {\"status\":\"UP\"}");
        assertThat(get("/health/ready")).isEqualTo("503 {\"status\":\"DOWN\",\"reason\":\"starting\"}");
        assertThat(get("/health/startup")).isEqualTo("503 {\"status\":\"DOWN\",\"reason\":\"starting\"}");

        lifecycle.start();
        assertThat(get("/health/live")).isEqualTo("200 {\"status\":\"UP\"}");
        assertThat(get("/health/ready")).isEqualTo("200 {\"status\":\"UP\"}");
        assertThat(get("/health/startup")).isEqualTo("200 {\"status\":\"UP\"}");
        assertThat(get("/health"))
                .isEqualTo("200 {\"status\":\"UP\",\"service\":\"orders\",\"state\":\"RUNNING\",\"checks\":[]}");

        Ticket work = inFlight.enter(WorkKind.REQUEST, "GET /a");
        lifecycle.shutdown("test", ShutdownMode.AT_ONCE);
        Awaitility.await().until(() -> get("/health/ready").startsWith("503"));
        assertThat(lifecycle.state()).isEqualTo(LifecycleState.DRAINING);
        assertThat(get("/health/live")).isEqualTo("200 {\"status\":\"UP\"}");
        assertThat(get("/health/ready")).isEqualTo("503 {\"status\":\"DOWN\",\"reason\":\"leaving\"}");
        assertThat(get("/health/startup")).isEqualTo("200 {\"status\":\"UP\"}");
        work.close();
        lifecycle.awaitStopped(TestTimeouts.HANG);
        assertThat(get("/health/live")).isEqualTo("200 {\"status\":\"UP\"}");
    }

    @Test
    void startupCheck_thatIsDown_keepsReadinessDownAndIsNamed() {
        control.register(
                "migrations",
                ProbeKind.STARTUP,
                Check.of(() -> Outcome.down("still at 17")).timeout(TestTimeouts.HANG));
        lifecycle.start();

        assertThat(get("/health/ready")).isEqualTo("503 {\"status\":\"DOWN\",\"reason\":\"starting: migrations\"}");
        assertThat(get("/health")).startsWith("503 {\"status\":\"DOWN\"");
        assertThat(get("/health/live")).isEqualTo("200 {\"status\":\"UP\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/%68ealth/live",
                "/health/%6C%69%76%65",
                "/health/live/",
                "/health/live;x=1",
                "/health;a=b/live;c=%20/"
            })
    void path_inAnotherForm_isFoundIfItMeansTheSame(String path) {
        lifecycle.start();

        assertThat(get(path)).isEqualTo("200 {\"status\":\"UP\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "",
                "/health%2Flive",
                "/health/live%",
                "/health/live%6",
                "/health/live%zz",
                "//health",
                "%",
                ";"
            })
    void path_ofSomethingElse_isNoProbe(String path) {
        lifecycle.start();

        assertThat(probes.answer("GET", path)).isNull();
    }

    @Test
    void hold_failsReadinessAlone_untilItIsClosed() {
        lifecycle.start();

        Hold hold = health.hold("maintenance");
        assertThat(get("/health/ready")).isEqualTo("503 {\"status\":\"DOWN\",\"reason\":\"held: maintenance\"}");
        assertThat(get("/health/live")).isEqualTo("200 {\"status\":\"UP\"}");
        hold.close();

        assertThat(get("/health/ready")).isEqualTo("200 {\"status\":\"UP\"}");
    }

    @Test
    void reason_isEscapedWhereItMustBe() {
        lifecycle.start();

        try (Hold hold = health.hold("\"now\" \\ caf\u00e9\n")) {
            assertThat(get("/health/ready"))
                    .isEqualTo(
                            "503 {\"status\":\"DOWN\",\"reason\":\"held: \\\"now\\\" \\\\ caf\u00e9\\\\u000a\"}"); // a
            // client that reads the JSON gets no line break either
        }
    }

    @Test
    void path_thatIsNone_hasNoAnswer() {
        assertThat(probes.answer("GET", "/healthy")).isNull();
        assertThat(probes.answer("GET", "/health//")).isNull();
        assertThat(probes.answer("GET", "/health/unknown")).isNull();
        assertThat(probes.answer("GET", "/health/unknown"))
                .as("nor the second time")
                .isNull();
    }

    @Test
    void broken_failsLiveness() {
        lifecycle.start();

        health.markBroken("lost its lease");

        assertThat(get("/health/live")).isEqualTo("503 {\"status\":\"DOWN\",\"reason\":\"lost its lease\"}");
        assertThat(get("/health")).startsWith("503 {\"status\":\"DOWN\"").contains("\"reason\":\"lost its lease\"");
    }

    @Test
    void health_showsEachCheck_withReasonAndDetails() {
        control.register(
                "cache",
                ProbeKind.READINESS,
                Check.of(() -> Outcome.down("no route").with("role", "primary").with("replicas", 2))
                        .dependency()
                        .timeout(TestTimeouts.HANG));

        lifecycle.start();
        Awaitility.await().until(() -> get("/health/ready").contains("DEGRADED"));

        assertThat(get("/health/ready")).isEqualTo("200 {\"status\":\"DEGRADED\",\"reason\":\"cache\"}");
        assertThat(get("/health"))
                .matches(
                        "200 \\{\"status\":\"DEGRADED\",\"service\":\"orders\",\"state\":\"RUNNING\",\"reason\":\"cache\","
                                + "\"checks\":\\[\\{\"name\":\"cache\",\"status\":\"DEGRADED\",\"data\":\\{\"probe\":\"readiness\","
                                + "\"required\":false,\"reason\":\"no route\",\"checkedAt\":\"[^\"]+\",\"latencyMillis\":\\d+,"
                                + "\"role\":\"primary\",\"replicas\":2}}]}");
    }

    @Test
    void group_hasAPathOfItsOwn_whichAShutdownDoesNotChange() {
        control.register(
                "db",
                ProbeKind.READINESS,
                Check.of(Outcome::up).timeout(TestTimeouts.HANG).group("stores"));
        assertThat(get("/health/stores")).startsWith("503 {\"status\":\"DOWN\",\"group\":\"stores\",\"checks\":[{");

        lifecycle.start();
        Awaitility.await().until(() -> get("/health/stores").startsWith("200"));

        assertThat(get("/health/stores"))
                .startsWith(
                        "200 {\"status\":\"UP\",\"group\":\"stores\",\"checks\":[{\"name\":\"db\",\"status\":\"UP\"");
        lifecycle.shutdown("test", ShutdownMode.AT_ONCE);
        Awaitility.await().until(() -> get("/health/ready").startsWith("503"));
        assertThat(get("/health/stores")).startsWith("200");
    }

    @Test
    void probesWithoutDetails_nameNoCheckReasonOrThread() {
        var bare = ProbeAnswers.probes(health, lifecycle, false);
        control.register(
                "db",
                ProbeKind.READINESS,
                Check.of(() -> Outcome.down("no route to 10.0.0.7").with("threads", "worker-1, worker-2"))
                        .required()
                        .group("stores")
                        .timeout(TestTimeouts.HANG));
        assertThat(get(bare, "/health/ready")).isEqualTo("503 {\"status\":\"DOWN\",\"reason\":\"starting\"}");

        lifecycle.start();
        Awaitility.await().until(() -> get("/health/ready").contains("\"db\""));
        for (String path : List.of("/health", "/health/ready", "/health/stores")) {
            assertThat(get(bare, path)).as(path).isEqualTo("503 {\"status\":\"DOWN\"}");
        }
        assertThat(get(bare, "/health/live")).isEqualTo("200 {\"status\":\"UP\"}");

        try (Hold hold = health.hold("moving to rack 7")) {
            assertThat(hold).isNotNull();
            assertThat(get(bare, "/health")).isEqualTo("503 {\"status\":\"DOWN\",\"reason\":\"held\"}");
            assertThat(get(bare, "/health/ready")).isEqualTo("503 {\"status\":\"DOWN\",\"reason\":\"held\"}");
        }
        health.markBroken("lost its lease");
        assertThat(get(bare, "/health")).isEqualTo("503 {\"status\":\"DOWN\",\"reason\":\"broken\"}");
        assertThat(get(bare, "/health/live")).isEqualTo("503 {\"status\":\"DOWN\",\"reason\":\"broken\"}");
        lifecycle.shutdown("test", ShutdownMode.AT_ONCE);
        Awaitility.await().until(() -> get(bare, "/health/ready").contains("leaving"));
        assertThat(get(bare, "/health/ready")).isEqualTo("503 {\"status\":\"DOWN\",\"reason\":\"leaving\"}");
    }

    @Test
    void detail_thatIsCalledASecret_isMasked() {
        control.register(
                "vault",
                ProbeKind.READINESS,
                Check.of(() -> Outcome.down("refused redis://u:hunter2@h")
                                .with("apiKey", "hunter2")
                                .with("lease", "a\u202eb"))
                        .required()
                        .timeout(TestTimeouts.HANG));

        lifecycle.start();
        Awaitility.await().until(() -> get("/health").contains("refused"));

        assertThat(get("/health"))
                .doesNotContain("hunter2")
                .contains("refused redis://***@h", "\"apiKey\":\"***\"", "a\\\\u202eb");
    }

    @Test
    void answer_toOtherMethodsAndPaths() {
        assertThat(probes.answer("POST", "/health/live").status()).isEqualTo(405);
        assertThat(probes.answer("POST", "/health/live").headers()).containsEntry("Allow", "GET, HEAD, OPTIONS");
        assertThat(probes.answer("OPTIONS", "/health/live").status()).isEqualTo(200);
        assertThat(probes.answer("OPTIONS", "/health/live").headers()).containsEntry("Allow", "GET, HEAD, OPTIONS");
        assertThat(probes.answer("OPTIONS", "/health/live").body().remaining()).isZero();
        assertThat(probes.answer("OPTIONS", "/orders")).isNull();
        assertThat(probes.answer("HEAD", "/health/live").status()).isEqualTo(200);
        assertThat(probes.answer("GET", "/health/live").headers())
                .containsEntry("Cache-Control", "no-store")
                .containsEntry("X-Content-Type-Options", "nosniff")
                .containsEntry("Content-Type", "application/json");
        assertThat(probes.answer("GET", "/orders")).isNull();
        assertThat(probes.answer("GET", "/health/other")).isNull();
    }

    private String get(String path) {
        return get(probes, path);
    }

    private static String get(Probes probes, String path) {
        ProbeResponse response = probes.answer("GET", path);
        return response.status() + " " + StandardCharsets.UTF_8.decode(response.body());
    }
}
