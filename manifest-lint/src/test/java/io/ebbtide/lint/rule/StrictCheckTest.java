package io.ebbtide.lint.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.ebbtide.lint.Orders;
import io.ebbtide.lint.finding.Finding;
import io.ebbtide.lint.finding.Severity;
import java.util.List;
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

    @Test
    void keyTwiceWithTheSameValue_isANote() {
        List<Finding> findings = Orders.findings("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
                + "data: {a: x, b: y, a: \"x\"}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n"
                + "data: {a: x, b: y, a: z}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: c}\n"
                + "spec:\n  ports: [{port: 80}, {port: 81, name: b}]\n  ports: [{port: 80}, {port: 82, name: b}]\n");

        assertThat(findings)
                .filteredOn(each -> each.rule().equals("duplicate-key"))
                .extracting(Finding::severity, Finding::numbers)
                .containsExactly(
                        tuple(Severity.NOTE, "'a' on line 4 and on line 4, with the same value"),
                        tuple(Severity.ERROR, "'a' on line 9 and on line 9"),
                        tuple(Severity.ERROR, "'ports' on line 15 and on line 16"));
    }

    @Test
    void documentOfAnotherTool_isCalledNoKubernetesObject() {
        assertThat(Orders.numbers("unknown-kind", "apiVersion: skaffold/v4beta11\nkind: Config\nmetadata: {name: a}\n"))
                .containsExactly(
                        "skaffold/v4beta11 Config is not a Kubernetes object: a custom resource's group has a dot, as "
                                + "example.com/v1 has");
        assertThat(Orders.findings("apiVersion: v1\nkind: Config\nclusters: []\ncontexts: []\n"))
                .extracting(Finding::rule, Finding::numbers)
                .containsExactly(tuple(
                        "unknown-kind",
                        "v1 Config is not a Kubernetes object: with clusters and contexts it is a kubeconfig"));
        assertThat(Orders.numbers(
                        "unknown-kind", "apiVersion: shop.example.com/v1\nkind: Config\nmetadata: {name: a}\n"))
                .containsExactly("shop.example.com/v1 Config is not a kind of Kubernetes 1.37");
    }
}
