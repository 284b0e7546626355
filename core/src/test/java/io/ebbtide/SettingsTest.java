package io.ebbtide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebbtide.budget.GraceBudget;
import io.ebbtide.budget.LameDuckPolicy;
import io.ebbtide.budget.LameDuckReadiness;
import io.ebbtide.budget.LameDuckRules;
import io.ebbtide.budget.Orchestrator;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.probe.ProbeDetails;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SettingsTest {
    @Test
    void override_fromTheEnvironment_replacesWhatTheCodeSays() {
        Settings settings = EnvironmentSettings.override(
                Settings.derived().withGrace(Duration.ofSeconds(20)).withDrain(Duration.ofSeconds(5)),
                Map.of(
                        "EBBTIDE_GRACE", "1m",
                        "EBBTIDE_PRE_STOP", "5s",
                        "EBBTIDE_LAME_DUCK", "15s",
                        "EBBTIDE_STOP", "2500ms",
                        "EBBTIDE_MARGIN", "PT2S",
                        "EBBTIDE_MANAGEMENT_PORT", "9000",
                        "EBBTIDE_MANAGEMENT_ADDRESS", "::1",
                        "EBBTIDE_LAME_DUCK_POLICY", "Fixed",
                        "EBBTIDE_DRAIN_JOB", "4s",
                        "EBBTIDE_PROBE_DETAILS", "Everywhere"));

        assertThat(settings)
                .isEqualTo(new Settings(
                        Duration.ofMinutes(1),
                        new GraceBudget.Shares(
                                Duration.ofSeconds(5),
                                Duration.ofSeconds(15),
                                Duration.ofSeconds(5),
                                Duration.ofMillis(2_500),
                                Duration.ofSeconds(2)),
                        Map.of(WorkKind.JOB, Duration.ofSeconds(4)),
                        LameDuckRules.defaults().withPolicy(LameDuckPolicy.FIXED),
                        9000,
                        "::1",
                        null,
                        ProbeDetails.EVERYWHERE));
    }

    /** The address and the file are of one type, and so are the shares. */
    @Test
    void with_ofOneSetting_keepsAllOthers() {
        Settings all = Settings.derived()
                .withGrace(Duration.ofMinutes(1))
                .withPreStop(Duration.ofSeconds(1))
                .withLameDuck(Duration.ofSeconds(2))
                .withDrain(Duration.ofSeconds(3))
                .withStop(Duration.ofSeconds(4))
                .withMargin(Duration.ofSeconds(5))
                .withDrainLimit(WorkKind.JOB, Duration.ofSeconds(6))
                .withLameDuckRules(LameDuckRules.defaults().withPolicy(LameDuckPolicy.FIXED))
                .withManagementPort(9_000)
                .withManagementAddress("::1")
                .withTerminationLog("/tmp/end")
                .withProbeDetails(ProbeDetails.EVERYWHERE);

        assertThat(all)
                .isEqualTo(new Settings(
                        Duration.ofMinutes(1),
                        new GraceBudget.Shares(
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(2),
                                Duration.ofSeconds(3),
                                Duration.ofSeconds(4),
                                Duration.ofSeconds(5)),
                        Map.of(WorkKind.JOB, Duration.ofSeconds(6)),
                        LameDuckRules.defaults().withPolicy(LameDuckPolicy.FIXED),
                        9_000,
                        "::1",
                        "/tmp/end",
                        ProbeDetails.EVERYWHERE));
    }

    @Test
    void override_ofTheLameDuckAndTheFile_replacesThem() {
        Settings settings = EnvironmentSettings.override(
                Settings.derived(),
                Map.of(
                        "EBBTIDE_LAME_DUCK_MIN", "3s",
                        "EBBTIDE_LAME_DUCK_READINESS", "stay",
                        "EBBTIDE_SENDERS", "4",
                        "EBBTIDE_TERMINATION_LOG", "/tmp/end"));

        assertThat(settings.lameDuckRules())
                .isEqualTo(
                        new LameDuckRules(LameDuckPolicy.ADAPTIVE, Duration.ofSeconds(3), 4, LameDuckReadiness.STAY));
        assertThat(settings.terminationLog()).isEqualTo("/tmp/end");
    }

    @Test
    void with_aNameAndAValue_setsWhatTheVariableOfThatNameSets() {
        assertThat(Settings.derived().with("lame-duck", "3s").with("drain-job", "4s"))
                .isEqualTo(Settings.derived()
                        .withLameDuck(Duration.ofSeconds(3))
                        .withDrainLimit(WorkKind.JOB, Duration.ofSeconds(4)));
    }

    @Test
    void with_whatMeansNothing_saysWhatDoes() {
        assertThatThrownBy(() -> Settings.derived().with("lame_duck", "3s"))
                .hasMessage("setting: lame_duck (expected: drain, drain-job, drain-message, drain-request,"
                        + " drain-stream, drain-websocket, grace, lame-duck, lame-duck-min, lame-duck-policy,"
                        + " lame-duck-readiness, management-address, management-port, margin, pre-stop, probe-details, senders, stop,"
                        + " termination-log)");
        assertThatThrownBy(() -> Settings.derived().with("grace", "30"))
                .hasMessage("expected: a number with a unit such as 500ms, 30s or 2m, or PT30S");
    }

    @Test
    void unknown_namesWhatLooksLikeOurs() {
        assertThat(EnvironmentSettings.unknown(Map.of("EBBTIDE_GRASE", "30s", "EBBTIDE_GRACE", "30s", "HOME", "/")))
                .containsExactly("EBBTIDE_GRASE");
    }

    @Test
    void line_saysWhatWasAssumedAndFromWhom() {
        assertThat(Settings.derived().line(Orchestrator.NONE, true))
                .isEqualTo("grace 10 s = preStop 0 ms + lameDuck 2 s + drain 5 s + stop 2 s + margin 1 s"
                        + " (assumed: docker's default, because no orchestrator was detected, at a terminal); lame duck adaptive,"
                        + " at least 2 s; readiness answers 503 during it; no management server");
        assertThat(Settings.derived()
                        .withGrace(Duration.ofSeconds(60))
                        .withManagementPort(8558)
                        .withDrainLimit(WorkKind.STREAM, Duration.ofSeconds(3))
                        .line(Orchestrator.KUBERNETES, false))
                .isEqualTo(
                        "grace 60 s = preStop 0 ms + lameDuck 15 s + drain 29 s + stop 10 s + margin 6 s"
                                + " (set; Kubernetes detected, because KUBERNETES_SERVICE_HOST is set); lame duck adaptive, at least"
                                + " 2 s; readiness answers 503 during it; drain of STREAM 3 s at most; management 0.0.0.0:8558");
    }

    @Test
    void orchestrator_isSeenByItsVariable() {
        assertThat(Orchestrator.of(Map.of("KUBERNETES_SERVICE_HOST", "10.0.0.1")))
                .isEqualTo(Orchestrator.KUBERNETES);
        assertThat(Orchestrator.of(Map.of("NOMAD_ALLOC_ID", "x"))).isEqualTo(Orchestrator.NOMAD);
        assertThat(Orchestrator.of(Map.of("", ""))).isEqualTo(Orchestrator.NONE);
        assertThat(Orchestrator.NOMAD.defaultGrace()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void new_withNumbersThatMakeNoSense_namesThem() {
        assertThatThrownBy(() -> Settings.derived().withGrace(Duration.ZERO))
                .hasMessage("grace: PT0S (expected: > 0, at most 365 days)");
        assertThatThrownBy(() -> Settings.derived().withPreStop(Duration.ofSeconds(-1)))
                .hasMessage("preStop: PT-1S (expected: >= 0, at most 365 days)");
        assertThatThrownBy(() -> Settings.derived().withManagementPort(-1))
                .hasMessage("managementPort: -1 (expected: 0 to 65535)");
        assertThatThrownBy(() -> Settings.derived().withManagementAddress(" "))
                .hasMessage("managementAddress: \" \" (expected: not blank)");
    }

    @Test
    void limitsBeyondAYear_areRefused_fromTheEnvironmentToo() {
        assertThatThrownBy(() -> Settings.derived().withEnvironment(Map.of("EBBTIDE_DRAIN_JOB", "999999999h")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("EBBTIDE_DRAIN_JOB=999999999h is wrong: drain of JOB: PT999999999H"
                        + " (expected: >= 0, at most 365 days)");
        assertThatThrownBy(() -> Settings.derived().withDrain(Duration.ofSeconds(Long.MAX_VALUE)))
                .hasMessageStartingWith("drain: PT");
    }

    /** A Service named ebbtide-management sets these variables in every pod of its namespace. */
    @Test
    void variablesOfAServiceLink_areIgnored_andNamed() {
        Map<String, String> environment = Map.of(
                "EBBTIDE_MANAGEMENT_PORT", "tcp://10.0.0.7:80",
                "EBBTIDE_MANAGEMENT_PORT_80_TCP", "tcp://10.0.0.7:80",
                "EBBTIDE_GRACE", "20s");

        Settings settings = Settings.derived().withManagementPort(8_558).withEnvironment(environment);

        assertThat(settings.managementPort()).isEqualTo(8_558);
        assertThat(settings.grace()).isEqualTo(Duration.ofSeconds(20));
        assertThat(EnvironmentSettings.serviceLinks(environment)).containsExactly("EBBTIDE_MANAGEMENT_PORT");
    }

    @Test
    void withEnvironment_isWhatTheProcessDoes() {
        Settings settings = Settings.derived()
                .withEnvironment(Map.of("EBBTIDE_GRACE", "60s", "EBBTIDE_PRE_STOP", "5s", "HOME", "/"));

        assertThat(settings.budget(Orchestrator.KUBERNETES).addition())
                .isEqualTo("60 s = preStop 5 s + lameDuck 15 s + drain 24 s + stop 10 s + margin 6 s");
    }

    @Test
    void unknownVariables_areOursByNameAlone() {
        assertThat(Settings.unknownVariables(Map.of("EBBTIDE_GRASE", "60s", "EBBTIDE_GRACE", "60s", "HOME", "/")))
                .containsExactly("EBBTIDE_GRASE");
    }
}
