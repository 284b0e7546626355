package io.ebbtide.lint.rule;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.lint.Orders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MeshSidecarTest {
    private static final String RULE = "mesh-sidecar-leaves-first";
    private static final String SHARES =
            "lint.ebbtide.io/lame-duck: 15s\nlint.ebbtide.io/drain: 20s\nsidecar.istio.io/nativeSidecar: \"false\"\n";

    @ParameterizedTest
    @CsvSource({
        "'',             '',                                 false",
        "istio.io/rev,   '',                                 true",
        "istio.io/rev,   'sidecar.istio.io/inject: \"false\"', false",
        "'',             'istio.io/rev: stable',             true",
        "'',             'sidecar.istio.io/inject: \"true\"',  true",
        "istio-injection, '',                                false"
    })
    void labelsOfNamespaceAndPod_sayWhetherASidecarIsThere(String namespaceLabel, String podLabel, boolean there) {
        String labels = namespaceLabel.isEmpty() ? "team: shop" : namespaceLabel + ": stable";
        String text = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {%s}}\n---\n".formatted(labels)
                + Orders.with(Orders.with("#pod", SHARES), "#labels", podLabel.isEmpty() ? "any: thing" : podLabel);

        assertThat(Orders.rules(text).contains(RULE)).isEqualTo(there);
    }

    @ParameterizedTest
    @CsvSource({
        "'{proxyMetadata: {EXIT_ON_ZERO_ACTIVE_CONNECTIONS: \"false\"}}', true",
        "'{proxyMetadata: {EXIT_ON_ZERO_ACTIVE_CONNECTIONS: \"true\"}}', false",
        "'# EXIT_ON_ZERO_ACTIVE_CONNECTIONS: \"true\"', true",
        "'{\"terminationDrainDuration\": \"30s\"}', true",
        "'terminationDrainDuration: 35s', false",
        "'terminationDrainDuration: 1m30s', false",
        "'terminationDrainDuration: 200h', false",
        "'terminationDrainDuration: 99999999999h', false",
        "'terminationDrainDuration: [', false"
    })
    void proxyConfig_isReadAsYaml(String config, boolean stopsFirst) {
        String text = Orders.with(
                Orders.with("#labels", "sidecar.istio.io/inject: \"true\""),
                "#pod",
                SHARES + "proxy.istio.io/config: '" + config + "'");

        assertThat(Orders.rules(text).contains(RULE)).isEqualTo(stopsFirst);
        assertThat(Orders.rules(text)).doesNotContain("unreadable-input");
    }

    @Test
    void sidecarThatIsInjected_isANativeOneUnlessThePodOptsOut() {
        String labels = Orders.with("#labels", "sidecar.istio.io/inject: \"true\"");

        assertThat(Orders.rules(Orders.with(labels, "#pod", SHARES.replace("\"false\"", "\"true\""))))
                .doesNotContain(RULE);
        assertThat(Orders.rules(Orders.with(labels, "#pod", SHARES.substring(0, SHARES.indexOf("sidecar")))))
                .doesNotContain(RULE);
        assertThat(Orders.rules(Orders.with(labels, "#pod", SHARES))).contains(RULE);
    }

    @Test
    void drain_isReportedWithItsSource() {
        String text = Orders.with(Orders.with("#labels", "sidecar.istio.io/inject: \"true\""), "#pod", SHARES);

        assertThat(Orders.numbers(RULE, text))
                .containsExactly("terminationDrainDuration 5 s (Istio's default) < preStop 0 s (no preStop)"
                        + " + lameDuck 15 s (annotation lint.ebbtide.io/lame-duck)"
                        + " + drain 20 s (annotation lint.ebbtide.io/drain) = 35 s");
    }
}
