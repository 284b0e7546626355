package io.ebbtide.examples.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The alerts say what they are for, and only then. */
final class AlertsTest {
    private static final Path FOLDER = Path.of("target/alerts");
    private static final Path TESTS = Path.of("src/test/resources/alerts.test.yaml");
    private static final int SCRAPE_SECONDS = 15;
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

    /** Whatever wakes us in our own namespace wakes others in theirs. */
    @Test
    void rules_overWhatHappensInOtherNamespaces_areSilent() throws IOException {
        Tool.PROMTOOL.assume();
        write();
        JsonNode tests = Rendering.YAML.readTree(TESTS.toFile());
        for (JsonNode test : tests.get("tests")) {
            for (JsonNode input : test.get("input_series")) {
                String series = input.get("series").asText();
                assertThat(series).contains("namespace=\"shop\"");
                ((ObjectNode) input).put("series", series.replace("namespace=\"shop\"", "namespace=\"elsewhere\""));
            }
            for (JsonNode alert : test.get("alert_rule_test")) {
                ((ObjectNode) alert).putArray("exp_alerts");
            }
        }

        assertPasses("elsewhere.test.yaml", tests);
    }

    @Test
    void expressions_askOfTheNamespaceTheyAreIn_alone() {
        Stream<JsonNode> staging = Rendering.byHelm(Setup.named("staging"))
                .get("PrometheusRule orders-service")
                .at("/spec/groups")
                .valueStream()
                .flatMap(group -> group.get("rules").valueStream());

        assertThat(staging.map(AlertsTest::firstTextInQuotes))
                .hasSizeGreaterThan(15)
                .containsOnly("shop-staging");
        assertThat(rules().map(AlertsTest::firstTextInQuotes)).containsOnly("shop");
    }

    /** The values of a pod's last seconds are recorded only if a scrape comes in time, and its time cannot be chosen. */
    @ParameterizedTest
    @ValueSource(strings = {"base", "aws-alb"})
    void shutdown_thatTakesItsWholeBudget_isReported_whateverThePhaseOfTheScrapes(String setup) throws IOException {
        Tool.PROMTOOL.assume();
        write();
        JsonNode environment = Rendering.byHelm(Setup.named(setup))
                .startingWith("ConfigMap orders-service-env-")
                .get("data");
        int grace = seconds(environment, "GRACE");
        int drain = seconds(environment, "DRAIN");
        int used = seconds(environment, "LAME_DUCK") + drain + seconds(environment, "STOP");
        ObjectNode tests = Rendering.YAML.createObjectNode().put("evaluation_interval", "15s");
        tests.putArray("rule_files").add("rules.yaml");
        ObjectNode test = tests.putArray("tests").addObject().put("interval", "15s");
        ArrayNode series = test.putArray("input_series");
        int phases = 10 * SCRAPE_SECONDS;
        for (int phase = 0; phase < phases; phase++) {
            double first = phase / 10.0;
            String labels = "{namespace=\"shop\",pod=\"a\",service=\"phase%d\"".formatted(phase);
            add(series, "ebbtide_grace_seconds" + labels + "}", "%dx%d stale".formatted(grace, 4));
            add(series, "ebbtide_grace_used_seconds" + labels + "}", scrapes(first, used));
            add(series, "ebbtide_shutdown_seconds" + labels + ",state=\"draining\"}", scrapes(first, drain));
        }
        ArrayNode expected = test.putArray("promql_expr_test");
        for (String alert : List.of("GraceNearlyUsedUp", "LongDrain")) {
            ObjectNode firing = expected.addObject()
                    .put("expr", "count(ALERTS{alertname=\"%s\",alertstate=\"firing\"})".formatted(alert))
                    .put("eval_time", "5m");
            firing.putArray("exp_samples").addObject().put("labels", "{}").put("value", phases);
        }

        assertPasses("phases-" + setup + ".test.yaml", tests);
    }

    @Test
    void monitors_scrapeAsOftenAsTheAlertsCountOn() {
        assertThat(Rendering.byHelm(Setup.named("pod-monitor"))
                        .get("PodMonitor orders-service")
                        .at("/spec/podMetricsEndpoints/0/interval")
                        .asText())
                .isEqualTo(SCRAPE_SECONDS + "s");
        assertThat(Rendering.byHelm(Setup.named("service-monitor"))
                        .get("ServiceMonitor orders-service")
                        .at("/spec/endpoints/0/interval")
                        .asText())
                .isEqualTo(SCRAPE_SECONDS + "s");
    }

    @Test
    void alerts_areEachTestedForWhatMustWake_andForWhatMustNot() throws IOException {
        Set<String> loud = new TreeSet<>();
        Set<String> silent = new TreeSet<>();
        for (JsonNode test : Rendering.YAML.readTree(TESTS.toFile()).get("tests")) {
            for (JsonNode alert : test.get("alert_rule_test")) {
                (alert.get("exp_alerts").isEmpty() ? silent : loud)
                        .add(alert.get("alertname").asText());
            }
        }

        assertThat(loud).isEqualTo(alerts());
        assertThat(silent).isEqualTo(alerts());
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
    void expressions_readOnlySeriesThatExist() {
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

    private static String firstTextInQuotes(JsonNode rule) {
        return rule.get("expr").asText().split("\"", 3)[1];
    }

    /** What scrapes see of something that lasts so long, from the first on. */
    private static String scrapes(double first, int end) {
        var seen = new StringBuilder();
        for (double at = first; at <= end; at += SCRAPE_SECONDS) {
            seen.append("%.1f ".formatted(at));
        }
        return seen + "stale";
    }

    private static void add(ArrayNode series, String name, String values) {
        series.addObject().put("series", name).put("values", values);
    }

    private static int seconds(JsonNode environment, String share) {
        return Integer.parseInt(environment.get("EBBTIDE_" + share).asText().replace("s", ""));
    }

    private static void assertPasses(String file, JsonNode tests) throws IOException {
        Rendering.YAML.writeValue(FOLDER.resolve(file).toFile(), tests);

        Tool.Result result = Tool.PROMTOOL.run(FOLDER, "test", "rules", file);

        assertThat(result.exit()).as(result.output() + result.errors()).isZero();
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
