package io.ebbtide.lint.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.lint.Orders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A variable that is set to a hidden value is neither a default nor a mistake. */
final class EnvironmentTest {
    private static final String KNOWN = "env: [{name: EBBTIDE_MANAGEMENT_PORT, value: \"9090\"}";
    private static final String MAP = """
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: numbers, namespace: shop}
            data: {grace: 50s, EBBTIDE_DRAIN: 20s}
            """;

    @Test
    void unsetGrace_isTheDefault() {
        assertThat(Orders.rules(Orders.with("#app", KNOWN + "]"))).containsExactly("grace-unused");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "configMapKeyRef: {name: platform, key: grace}",
                "secretKeyRef: {name: platform, key: grace}",
                "fieldRef: {fieldPath: \"metadata.annotations['grace']\"}"
            })
    void hiddenGrace_isNotTakenForTheDefault(String from) {
        String text = Orders.with("#app", KNOWN + ", {name: EBBTIDE_GRACE, valueFrom: {%s}}]".formatted(from));

        assertThat(Orders.rules(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"configMapRef: {name: platform}", "secretRef: {name: platform}"})
    void wholeMapThatIsNotThere_mayHoldTheGrace(String from) {
        String text = Orders.with("#app", KNOWN + "]\nenvFrom: [{%s}]".formatted(from));

        assertThat(Orders.rules(text)).isEmpty();
    }

    @Test
    void graceThatIsThere_isJudged_whateverElseIsHidden() {
        String text = Orders.with(
                "#app", KNOWN + ", {name: EBBTIDE_GRACE, value: 90s}]\nenvFrom: [{secretRef: {name: platform}}]");

        assertThat(Orders.rules(text)).containsExactly("grace-mismatch");
    }

    @Test
    void hiddenPreStop_isNotTakenForNone() {
        String text = Orders.with("#app", KNOWN + """
                , {name: EBBTIDE_GRACE, value: 60s}, {name: EBBTIDE_PRE_STOP, valueFrom: {secretKeyRef: {name: a, key: b}}}]
                lifecycle: {preStop: {sleep: {seconds: 5}}}""");

        assertThat(Orders.rules(text)).isEmpty();
    }

    @Test
    void secretInTheInput_hidesItsKeysAndNoOthers() {
        String secret =
                "---\napiVersion: v1\nkind: Secret\nmetadata: {name: platform, namespace: shop}\nstringData: {KEY: a}\n";
        String text = Orders.with("#app", KNOWN + "]\nenvFrom: [{prefix: EBBTIDE_, secretRef: {name: platform}}]");

        assertThat(Orders.rules(text + secret)).containsExactly("grace-unused");
        assertThat(Orders.rules(text + secret.replace("KEY", "GRACE"))).isEmpty();
    }

    @Test
    void mapInTheInput_isRead() {
        String text = Orders.with(
                "#app",
                KNOWN
                        + ", {name: EBBTIDE_GRACE, valueFrom: {configMapKeyRef: {name: numbers, key: grace}}}]\nenvFrom: [{configMapRef: {name: numbers}}]");

        assertThat(Orders.numbers("grace-unused", text + MAP))
                .containsExactly(
                        "EBBTIDE_GRACE 50 s (set) < 60 s (terminationGracePeriodSeconds); 10 s of the grace are never used");
    }

    @Test
    void reference_isReplacedByWhatIsSetBefore() {
        String text =
                Orders.with("#app", "env: [{name: GRACE, value: \"60\"}, {name: EBBTIDE_GRACE, value: \"$(GRACE)s\"}]");

        assertThat(Orders.rules(text)).isEmpty();
        assertThat(Orders.numbers("settings-invalid", text.replace("$(GRACE)", "$$(GRACE)")))
                .singleElement()
                .asString()
                .startsWith("EBBTIDE_GRACE=$(GRACE)s is wrong: ");
        assertThat(Orders.numbers("settings-invalid", text.replace("$(GRACE)", "$(OTHER)")))
                .singleElement()
                .asString()
                .startsWith("EBBTIDE_GRACE=$(OTHER)s is wrong: ");
    }

    @Test
    void reference_toWhatIsHidden_isHidden() {
        String text = Orders.with("#app", KNOWN + """
                , {name: GRACE, valueFrom: {secretKeyRef: {name: a, key: b}}}, {name: EBBTIDE_GRACE, value: "$(GRACE)s"}]""");

        assertThat(Orders.rules(text)).isEmpty();
    }
}
