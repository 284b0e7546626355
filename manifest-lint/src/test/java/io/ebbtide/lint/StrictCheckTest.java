package io.ebbtide.lint;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StrictCheckTest {
    @Test
    void portOfDigitsInQuotes_isAWrongType() {
        String text = Orders.TEXT
                .replace("/health/ready, port: management", "/health/ready, port: \"9090\"")
                .replace("targetPort: http", "targetPort: \"8080\"");

        assertThat(Orders.numbers("wrong-type", text))
                .containsExactly(
                        "port: 9090, which YAML reads as string (expected: a whole number without quotes, or a name with a letter in it)",
                        "targetPort: 8080, which YAML reads as string (expected: a whole number without quotes, or a name with a letter in it)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"1\"", "one", "-5%", "\"1.5%\"", "\"\""})
    void stringThatIsNoPercentage_isAWrongType(String amount) {
        assertThat(Orders.rules(Orders.TEXT.replace("maxUnavailable: 1", "maxUnavailable: " + amount)))
                .contains("wrong-type");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "25%", "\"25%\""})
    void numberOrPercentage_isFine(String amount) {
        assertThat(Orders.rules(Orders.TEXT.replace("maxUnavailable: 1", "maxUnavailable: " + amount)))
                .doesNotContain("wrong-type");
    }

    @Test
    void status_needsNoRequiredFields() {
        assertThat(Orders.numbers("missing-field", Orders.TEXT + "status: {}\n"))
                .isEmpty();
        assertThat(Orders.numbers("missing-field", Orders.TEXT + "status:\n  conditions: [{type: x}]\n"))
                .isEmpty();
        assertThat(Orders.numbers(
                        "missing-field",
                        Orders.TEXT.replace(
                                "metadata: {name: orders, namespace: shop}\n" + "spec: {maxUnavailable",
                                "metadata: {name: orders, ownerReferences: [{}]}\nspec: {maxUnavailable")))
                .hasSize(4);
    }
}
