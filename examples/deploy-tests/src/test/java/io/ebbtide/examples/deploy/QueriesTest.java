package io.ebbtide.examples.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the dashboard and the custom metrics API ask Prometheus is PromQL, about series that exist. */
final class QueriesTest {
    private static final Path DASHBOARD = Setup.DEPLOY.resolve("kustomize/components/alerts/orders-service.json");
    private static final Path ADAPTER = Setup.DEPLOY.resolve("prometheus-adapter/values.yaml");
    private static final Pattern NAMES = Pattern.compile("\\b(?:ebbtide|kube|http)_[a-z_]+");

    @Test
    void dashboard_asksWhatPromtoolUnderstands() throws IOException {
        Tool.PROMTOOL.assume();
        List<String> queries = dashboard();

        Tool.Result result = check("dashboard", queries);

        assertThat(result.exit()).as(result.errors()).isZero();
        assertThat(result.output()).contains("SUCCESS: " + queries.size() + " rules found");
    }

    @Test
    void adapter_asksWhatPromtoolUnderstands() throws IOException {
        Tool.PROMTOOL.assume();
        Map<String, String> queries = adapter();

        Tool.Result result = check("adapter", List.copyOf(queries.values()));

        assertThat(queries)
                .containsOnlyKeys(
                        "http_requests_per_second",
                        "active_connections",
                        "queue_depth",
                        "inflight_requests",
                        "utilization");
        assertThat(result.exit()).as(result.errors()).isZero();
    }

    /** Pod a serves, b starts, c shuts down: an autoscaler gets the value of a alone, and never a 0 for a missing value. */
    @Test
    void adapter_reportsPodsInRotationAlone() throws IOException {
        Tool.PROMTOOL.assume();
        var tests = Rendering.YAML.readTree(Files.readString(Path.of("src/test/resources/adapter.test.yaml")));
        Map<String, String> queries = adapter();
        for (JsonNode test : tests.at("/tests/0/promql_expr_test")) {
            String name = test.get("expr").asText();
            ((ObjectNode) test).put("expr", queries.remove(name));
        }
        assertThat(queries).as("not tested").isEmpty();
        Path folder = Files.createDirectories(Path.of("target/adapter-test"));
        Rendering.YAML.writeValue(folder.resolve("adapter.test.yaml").toFile(), tests);

        Tool.Result result = Tool.PROMTOOL.run(folder, "test", "rules", "adapter.test.yaml");

        assertThat(result.exit()).as(result.output() + result.errors()).isZero();
    }

    @Test
    void autoscalers_askForMetricsThatTheAdapterMakes() throws IOException {
        var asked = new TreeSet<String>();
        for (String setup : List.of("hpa-requests", "hpa-inflight", "hpa-utilization", "hpa-connections")) {
            Rendering.byHelm(Setup.named(setup))
                    .get("HorizontalPodAutoscaler orders-service")
                    .at("/spec/metrics/1/pods/metric")
                    .forEach(name -> asked.add(name.asText()));
        }

        assertThat(asked).hasSize(4).isSubsetOf(adapter().keySet());
    }

    @Test
    void queries_readOnlySeriesThatExist() throws IOException {
        var queries = new ArrayList<>(dashboard());
        adapter().forEach((name, query) -> queries.add(query));

        assertThat(queries)
                .allSatisfy(query -> assertThat(NAMES.matcher(query).results().map(found -> found.group()))
                        .isNotEmpty()
                        .isSubsetOf(Series.KNOWN));
    }

    @Test
    void dashboard_showsEachSeriesOfTheLibrarys() throws IOException {
        String all = String.join("\n", dashboard());

        assertThat(Series.KNOWN.stream().filter(name -> !name.startsWith("kube_")))
                .allSatisfy(name -> assertThat(all).containsPattern("\\b" + name + "\\b"));
    }

    private static List<String> dashboard() throws IOException {
        var queries = new ArrayList<String>();
        for (JsonNode panel : Rendering.YAML.readTree(DASHBOARD.toFile()).get("panels")) {
            panel.path("targets")
                    .forEach(target -> queries.add(target.get("expr")
                            .asText()
                            .replace("$__rate_interval", "1m")
                            .replace("$namespace", "shop")
                            .replace("$service", "orders")));
        }
        assertThat(queries).hasSizeGreaterThan(30);
        return queries;
    }

    /** As the adapter fills them in for the pods of a namespace. */
    private static Map<String, String> adapter() throws IOException {
        var queries = new HashMap<String, String>();
        for (JsonNode rule : Rendering.YAML.readTree(ADAPTER.toFile()).at("/rules/custom")) {
            String series = rule.get("seriesQuery").asText();
            queries.put(
                    rule.at("/name/as").asText(),
                    rule.get("metricsQuery")
                            .asText()
                            .replace("<<.Series>>", series.substring(0, series.indexOf('{')))
                            .replace("<<.LabelMatchers>>", "namespace=\"shop\",pod=~\"a|b|c|d\"")
                            .replace("<<.GroupBy>>", "pod"));
        }
        return queries;
    }

    /** promtool parses queries as recording rules. */
    private static Tool.Result check(String name, List<String> queries) throws IOException {
        Path folder = Files.createDirectories(Path.of("target/queries"));
        var file = Rendering.YAML.createObjectNode();
        ArrayNode rules = file.putArray("groups").addObject().put("name", name).putArray("rules");
        for (int i = 0; i < queries.size(); i++) {
            rules.addObject().put("record", name + ":query" + i).put("expr", queries.get(i));
        }
        Rendering.YAML.writeValue(folder.resolve(name + ".yaml").toFile(), file);
        return Tool.PROMTOOL.run(folder, "check", "rules", name + ".yaml");
    }
}
