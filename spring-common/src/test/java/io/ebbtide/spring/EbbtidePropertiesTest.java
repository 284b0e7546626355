package io.ebbtide.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebbtide.Settings;
import io.ebbtide.budget.LameDuckPolicy;
import io.ebbtide.budget.LameDuckReadiness;
import io.ebbtide.budget.LameDuckRules;
import io.ebbtide.budget.Orchestrator;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.probe.ProbeDetails;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

final class EbbtidePropertiesTest {
    private static final List<String> ANY_VALUES = List.of(
            "",
            " ",
            "\n",
            "a\nb",
            "\u0000",
            "x".repeat(10_000),
            "-1",
            "0",
            "1",
            "65536",
            "99999999999999999999",
            "NaN",
            "true",
            "none",
            "-1s",
            "0s",
            "1ns",
            "30s",
            "3650d",
            "PT2562047788015215H30M7.999999999S",
            "PT-2562047788015215H-30M-8S");

    private static EbbtideProperties bind(Map<String, String> properties) {
        return new Binder(new MapConfigurationPropertySource(properties))
                .bindOrCreate("ebbtide", EbbtideProperties.class);
    }

    @Test
    void settings_withoutProperties_areDerived() {
        assertThat(bind(Map.of()).settings(0)).isEqualTo(Settings.derived().withManagementPort(0));
    }

    @Test
    void settings_ofAllProperties_haveTheirValues() {
        EbbtideProperties properties = bind(Map.ofEntries(
                Map.entry("ebbtide.grace", "60s"),
                Map.entry("ebbtide.pre-stop", "PT1S"),
                Map.entry("ebbtide.lame-duck", "20s"),
                Map.entry("ebbtide.drain", "10s"),
                Map.entry("ebbtide.stop", "7s"),
                Map.entry("ebbtide.margin", "3s"),
                Map.entry("ebbtide.drain-request", "9s"),
                Map.entry("ebbtide.drain-websocket", "500ms"),
                Map.entry("ebbtide.drain-stream", "1s"),
                Map.entry("ebbtide.drain-job", "4s"),
                Map.entry("ebbtide.drain-message", "2s"),
                Map.entry("ebbtide.lame-duck-policy", "fixed"),
                Map.entry("ebbtide.lame-duck-min", "2s"),
                Map.entry("ebbtide.senders", "2"),
                Map.entry("ebbtide.lame-duck-readiness", "stay"),
                Map.entry("ebbtide.management-port", "9001"),
                Map.entry("ebbtide.management-address", "127.0.0.1"),
                Map.entry("ebbtide.termination-log", "/tmp/end"),
                Map.entry("ebbtide.probe-details", "none")));

        assertThat(properties.settings(0))
                .isEqualTo(Settings.derived()
                        .withGrace(Duration.ofSeconds(60))
                        .withPreStop(Duration.ofSeconds(1))
                        .withLameDuck(Duration.ofSeconds(20))
                        .withDrain(Duration.ofSeconds(10))
                        .withStop(Duration.ofSeconds(7))
                        .withMargin(Duration.ofSeconds(3))
                        .withDrainLimit(WorkKind.REQUEST, Duration.ofSeconds(9))
                        .withDrainLimit(WorkKind.WEBSOCKET, Duration.ofMillis(500))
                        .withDrainLimit(WorkKind.STREAM, Duration.ofSeconds(1))
                        .withDrainLimit(WorkKind.JOB, Duration.ofSeconds(4))
                        .withDrainLimit(WorkKind.MESSAGE, Duration.ofSeconds(2))
                        .withLameDuckRules(LameDuckRules.defaults()
                                .withPolicy(LameDuckPolicy.FIXED)
                                .withMinimum(Duration.ofSeconds(2))
                                .withSenders(2)
                                .withReadiness(LameDuckReadiness.STAY))
                        .withManagementPort(9001)
                        .withManagementAddress("127.0.0.1")
                        .withTerminationLog("/tmp/end")
                        .withProbeDetails(ProbeDetails.NONE));
    }

    @Test
    void serviceLinkOfKubernetes_isNoPort() {
        assertThat(bind(Map.of("ebbtide.management-port", "tcp://10.0.0.7:80"))
                        .settings(0)
                        .managementPort())
                .isZero();
    }

    @Test
    void wrongPort_saysWhatWasExpected() {
        EbbtideProperties properties = bind(Map.of("ebbtide.management-port", "99999"));

        assertThatThrownBy(() -> properties.settings(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("99999");
    }

    @Test
    void anyValue_ofAnyProperty_isTaken_orRefusedWithAMessage() {
        int taken = 0;
        int refused = 0;
        for (RecordComponent component : EbbtideProperties.class.getRecordComponents()) {
            String name = "ebbtide." + DurationsWithUnit.kebab(component.getName());
            for (String value : ANY_VALUES) {
                try {
                    bind(Map.of(name, value)).settings(0).budget(Orchestrator.NONE);
                    taken++;
                } catch (BindException | IllegalArgumentException e) {
                    assertThat(e).as("%s=%s", name, value).message().isNotBlank();
                    refused++;
                } catch (RuntimeException e) {
                    throw new AssertionError(name + "=" + value, e);
                }
            }
        }

        assertThat(taken).isGreaterThan(100);
        assertThat(refused).isGreaterThan(100);
    }

    @Test
    void eachSettingOfTheEnvironment_hasAPropertyOfItsName() {
        var names = Arrays.stream(EbbtideProperties.class.getRecordComponents())
                .map(RecordComponent::getName)
                .map(name -> "EBBTIDE_" + name.replaceAll("([A-Z])", "_$1").toUpperCase(java.util.Locale.ROOT))
                .filter(
                        name -> !name.matches(
                                "EBBTIDE_(ENABLED|SERVICE|OWN_PROCESS|PROBES_ON_SERVER_PORT|INDICATOR.*|EXECUTORS|LISTENER_CONTAINERS|JDBC_CHECK|REDIS_CHECK|CONSUMERS.*)"))
                .toList();

        assertThat(Settings.unknownVariables(
                        names.stream().collect(java.util.stream.Collectors.toMap(name -> name, name -> "1"))))
                .isEmpty();
    }
}
