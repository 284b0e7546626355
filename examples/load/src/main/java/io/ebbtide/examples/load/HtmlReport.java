package io.ebbtide.examples.load;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * One self-contained HTML file: figures, thresholds, and charts drawn by uPlot (MIT), which the file contains with its
 * licence. External input is data of a JSON element, never markup.
 */
final class HtmlReport {
    private static final JsonMapper JSON = new JsonMapper();

    private HtmlReport() {}

    static void write(LoadResult result, Path file) throws IOException {
        String uplot = "/META-INF/resources/webjars/uplot/" + uplotVersion() + "/";
        String page = resource("report.html")
                .replace("/*uplot.css*/", resource(uplot + "dist/uPlot.min.css"))
                .replace("/*uplot.js*/", resource(uplot + "dist/uPlot.iife.min.js"))
                .replace("<!--uplot licence-->", "<!-- uPlot:\n" + resource(uplot + "LICENSE") + "-->")
                .replace("\"report data\"", data(result).toString().replace("<", "\\u003c"));
        Files.writeString(file, page);
    }

    private static ObjectNode data(LoadResult result) {
        LoadPlan plan = result.plan();
        ObjectNode data = JSON.createObjectNode();
        data.put("target", plan.target().shown())
                .put("profile", plan.profile().text())
                .put(
                        "began",
                        result.moments()
                                .get(0)
                                .at()
                                .minus(result.moments().get(0).length())
                                .toString())
                .put("seconds", plan.schedule().length().toMillis() / 1_000.0)
                .put("peak", plan.schedule().peak())
                .put("requestsPerConnection", plan.requestsPerConnection())
                .put("retries", plan.retries())
                .put("timeoutMillis", plan.timeout().toMillis())
                .put("met", result.met());
        Tally.Counts counts = result.counts();
        data.putObject("counts")
                .put("requests", counts.requests())
                .put("lost", counts.lost())
                .put("attempts", counts.sent())
                .put("answered", counts.answered())
                .put("rejected", counts.rejected())
                .put("failed", counts.failed())
                .put("p50Millis", millis(result.p50()))
                .put("p99Millis", millis(result.p99()));
        ArrayNode findings = data.putArray("findings");
        result.findings()
                .forEach(each -> findings.addObject()
                        .put("what", each.what())
                        .put("actual", each.actual())
                        .put("expected", each.expected())
                        .put("met", each.met()));
        ArrayNode reasons = data.putArray("reasons");
        result.reasons().forEach(reasons::add);
        ArrayNode notes = data.putArray("notes");
        result.notes().forEach(notes::add);
        ObjectNode texts = data.putObject("texts");
        result.texts().forEach(texts::put);
        ArrayNode events = data.putArray("events");
        result.events()
                .forEach(each -> events.addObject()
                        .put("at", each.sinceStart().toMillis() / 1_000.0)
                        .put("text", each.text()));
        series(data.putObject("series"), result);
        return data;
    }

    /** One array for each line of a chart, all of the same length. */
    private static void series(ObjectNode series, LoadResult result) {
        for (Moment moment : result.moments()) {
            series.withArray("second").add(moment.sinceStart().toMillis() / 1_000.0);
            series.withArray("target").add(moment.target());
            series.withArray("sent").add(moment.perSecond(moment.counts().sent()));
            series.withArray("answered").add(moment.perSecond(moment.counts().answered()));
            series.withArray("failed").add(moment.perSecond(moment.counts().failed()));
            series.withArray("p50").add(millis(moment.p50()));
            series.withArray("p99").add(millis(moment.p99()));
            series.withArray("wanted").add(moment.replicas().wanted());
            series.withArray("ready").add(moment.replicas().ready());
            Double utilisation = moment.replicas().utilisation();
            series.withArray("utilisation").add(utilisation == null ? null : utilisation * 100);
        }
    }

    private static @Nullable Double millis(@Nullable Duration duration) {
        return duration == null ? null : duration.toNanos() / 1e6;
    }

    private static String uplotVersion() throws IOException {
        var properties = new Properties();
        try (InputStream in = open("/META-INF/maven/org.webjars.npm/uplot/pom.properties")) {
            properties.load(in);
        }
        return properties.getProperty("version");
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = open(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static InputStream open(String name) throws IOException {
        InputStream in = HtmlReport.class.getResourceAsStream(name);
        if (in == null) {
            throw new IOException("not on the class path: " + name);
        }
        return in;
    }
}
