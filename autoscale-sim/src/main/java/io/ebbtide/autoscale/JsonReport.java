package io.ebbtide.autoscale;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/** Writes results as JSON. */
final class JsonReport {
    private JsonReport() {}

    static String text(Report report) {
        Trace trace = report.trace();
        var text = new StringWriter();
        try (JsonGenerator json = JsonFactory.builder().build().createGenerator(text)) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            json.writeObjectFieldStart("trace");
            json.writeStringField("name", trace.name());
            json.writeNumberField("seconds", trace.length().toSeconds());
            json.writeNumberField("requests", rounded(trace.requests()));
            json.writeNumberField("peakPerSecond", rounded(trace.peak()));
            json.writeEndObject();
            limits(json, report);
            json.writeArrayFieldStart("results");
            for (SimulationResult each : report.results()) {
                result(json, each);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("assumptions");
            for (String each : report.assumptions()) {
                json.writeString(each);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a StringWriter does not fail
        }
        return text + System.lineSeparator();
    }

    private static void limits(JsonGenerator json, Report report) throws IOException {
        TargetSearch.Found search = report.search();
        if (search != null) {
            json.writeObjectFieldStart("search");
            json.writeNumberField("goal", search.goal());
            json.writeBooleanField("met", search.met());
            json.writeNumberField("tried", search.tried());
            json.writeEndObject();
        }
        Double failOver = report.failOver();
        if (failOver != null) {
            json.writeObjectFieldStart("failOver");
            json.writeNumberField("limit", failOver);
            json.writeBooleanField("met", !report.exceedsFailOver());
            json.writeEndObject();
        }
    }

    private static void result(JsonGenerator json, SimulationResult result) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", result.scenario().label());
        json.writeStringField("autoscaler", result.scenario().hpa().text());
        json.writeNumberField("requests", rounded(result.requests()));
        json.writeNumberField("overCapacity", rounded(result.overCapacity()));
        json.writeNumberField("cutInDrain", rounded(result.cutInDrain()));
        json.writeNumberField("lostShare", result.lostShare());
        json.writeNumberField("latency99Millis", result.latency99().toNanos() / 1e6);
        json.writeNumberField("leastReplicas", result.minReplicas());
        json.writeNumberField("mostReplicas", result.maxReplicas());
        json.writeNumberField("meanReplicas", rounded(result.meanReplicas()));
        json.writeNumberField("podHours", rounded(result.podHours()));
        json.writeNumberField("scaleUps", result.scaleUps());
        json.writeNumberField("scaleDowns", result.scaleDowns());
        json.writeNumberField("flaps", result.flaps());
        json.writeNumberField("secondsAtMaximum", result.atMaximum().toSeconds());
        json.writeNumberField("podsRemoved", result.podsRemoved());
        json.writeNumberField("mostDraining", result.maxDraining());
        json.writeEndObject();
    }

    private static double rounded(double value) {
        return Math.round(value * 1000) / 1000.0;
    }
}
