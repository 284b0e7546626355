package io.ebbtide.examples.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The alerts say what they are for, and only then. */
final class AlertsTest {
    private static final Path FOLDER = Path.of("target/alerts");
    private static final Path TESTS = Path.of("src/test/resources/alerts.test.yaml");
    private static final Path RUNBOOKS = Path.of("../../docs/operate/runbooks.md");

    @Test
    void rules_passPromtoolsCheck() throws IOException {
        Tool.PROMTOOL.assume();
        write();

        Tool.Result result = Tool.PROMTOOL.run(FOLDER, "check", "rules", "rules.yaml");

        assertThat(result.errors()).isEmpty();
        assertThat(result.output()).contains("SUCCESS: " + alerts().size() + " rules found");
        assertThat(result.exit()).isZero();
    }

    @Test
    void rules_passTheirUnitTests() throws IOException {
        Tool.PROMTOOL.assume();
        write();
        Files.writeString(FOLDER.resolve("alerts.test.yaml"), Files.readString(TESTS));

        Tool.Result result = Tool.PROMTOOL.run(FOLDER, "test", "rules", "alerts.test.yaml");

        assertThat(result.exit()).as(result.output() + result.errors()).isZero();
        assertThat(result.output()).contains("SUCCESS");
    }

    @Test
    void alerts_areEachTestedForWhatMustWake_andForWhatMustNot() throws IOException {
        Set<String> loud = new TreeSet<>();
        Set<String> quiet = new TreeSet<>();
        for (JsonNode test : Rendering.YAML.readTree(TESTS.toFile()).get("tests")) {
            for (JsonNode alert : test.get("alert_rule_test")) {
                (alert.get("exp_alerts").isEmpty() ? quiet : loud)
                        .add(alert.get("alertname").asText());
            }
        }

        assertThat(loud).isEqualTo(alerts());
        assertThat(quiet).isEqualTo(alerts());
    }

    @Test
    void alerts_haveEachAChapterInTheRunbooks_andAreLinkedToIt() throws IOException {
        Set<String> chapters = Pattern.compile("(?m)^## (\\S+)$")
                .matcher(Files.readString(RUNBOOKS))
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(chapters).isEqualTo(alerts());
        assertThat(rules())
                .allSatisfy(
                        rule -> assertThat(rule.at("/annotations/runbook_url").asText())
                                .isEqualTo("docs/operate/runbooks.md#"
                                        + rule.get("alert").asText().toLowerCase(Locale.ROOT)));
    }

    @Test
    void expressions_readOnlyWhatSomebodyWrites() {
        List<String> series = rules().flatMap(rule -> Pattern.compile("\\b(?:ebbtide|kube|http)_[a-z_]+")
                        .matcher(rule.get("expr").asText())
                        .results()
                        .map(MatchResult::group))
                .distinct()
                .toList();

        assertThat(series)
                .hasSizeGreaterThan(15)
                .allSatisfy(name -> assertThat(Series.KNOWN).contains(name));
    }

    private static void write() throws IOException {
        Files.createDirectories(FOLDER);
        Rendering.YAML.writeValue(
                FOLDER.resolve("rules.yaml").toFile(),
                Rendering.YAML
                        .readTree(component("prometheusrule.yaml").toFile())
                        .get("spec"));
    }

    private static Path component(String file) {
        return Setup.DEPLOY.resolve("kustomize/components/alerts").resolve(file);
    }

    private static Set<String> alerts() {
        return rules().map(rule -> rule.get("alert").asText()).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Stream<JsonNode> rules() {
        try {
            return Rendering.YAML
                    .readTree(component("prometheusrule.yaml").toFile())
                    .at("/spec/groups")
                    .valueStream()
                    .flatMap(group -> group.get("rules").valueStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
