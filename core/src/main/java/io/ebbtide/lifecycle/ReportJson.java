package io.ebbtide.lifecycle;

import com.fasterxml.jackson.core.JsonGenerator;
import io.ebbtide.internal.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Writes a shutdown report as one line of JSON; durations are whole milliseconds. */
final class ReportJson {
    private static final int VERSION = 1;

    private ReportJson() {}

    static String of(ShutdownReport report) {
        return new String(Json.bytes(json -> write(report, json)), StandardCharsets.UTF_8);
    }

    private static void write(ShutdownReport report, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("event", "shutdown");
        json.writeNumberField("version", VERSION);
        json.writeStringField("service", report.service());
        json.writeStringField("reason", report.reason());
        json.writeStringField("outcome", report.exitCode().name());
        json.writeNumberField("exitCode", report.exitCode().code());
        json.writeStringField("at", report.at().toString());
        millis(json, "tookMillis", report.took());
        budget(report.budget(), json);
        json.writeObjectFieldStart("stateMillis");
        for (LifecycleState state : LifecycleState.values()) {
            Duration time = report.states().get(state);
            if (time != null) {
                millis(json, state.name(), time);
            }
        }
        json.writeEndObject();
        json.writeNumberField("inFlightAtSignal", report.inFlightAtSignal());
        json.writeNumberField("inFlightFinished", report.inFlightFinished());
        json.writeNumberField("inFlightCut", report.inFlightCut());
        json.writeObjectFieldStart("lameDuck");
        json.writeStringField("ended", report.lameDuck().reason().name());
        if (report.lameDuck().heldBy() != null) {
            json.writeStringField("heldBy", report.lameDuck().heldBy());
        }
        json.writeEndObject();
        json.writeObjectFieldStart("late");
        json.writeNumberField("count", report.late().count());
        json.writeNumberField("refused", report.late().refused());
        millis(json, "latestMillis", report.late().latest());
        json.writeEndObject();
        json.writeArrayFieldStart("cut");
        for (ShutdownReport.Cut cut : report.cut()) {
            cut(cut, json);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("components");
        for (ShutdownReport.Stop stop : report.components()) {
            json.writeStartObject();
            json.writeStringField("name", stop.name());
            json.writeStringField("ending", stop.ending().name());
            millis(json, "tookMillis", stop.took());
            if (!stop.detail().isEmpty()) {
                json.writeStringField("detail", stop.detail());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("problems");
        for (String problem : report.problems()) {
            json.writeString(problem);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void budget(GraceBudget budget, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("budgetMillis");
        millis(json, "grace", budget.grace());
        millis(json, "preStop", budget.preStop());
        millis(json, "lameDuck", budget.lameDuck());
        millis(json, "drain", budget.drain());
        millis(json, "stop", budget.stop());
        millis(json, "margin", budget.margin());
        json.writeEndObject();
    }

    private static void cut(ShutdownReport.Cut cut, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("kind", cut.kind().name());
        json.writeStringField("description", cut.description());
        millis(json, "ageMillis", cut.age());
        json.writeStringField("thread", cut.thread());
        json.writeArrayFieldStart("stack");
        for (String frame : cut.stack()) {
            json.writeString(frame);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void millis(JsonGenerator json, String name, Duration duration) throws IOException {
        json.writeNumberField(name, duration.toMillis());
    }
}
