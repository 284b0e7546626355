package io.ebbtide.report;

import com.fasterxml.jackson.core.JsonGenerator;
import io.ebbtide.budget.GraceBudget;
import io.ebbtide.internal.Json;
import io.ebbtide.lifecycle.LifecycleState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

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
        json.writeNumberField("inFlightArrived", report.inFlightArrived());
        json.writeNumberField("inFlightFinished", report.inFlightFinished());
        json.writeNumberField("inFlightGivenUp", report.inFlightGivenUp());
        json.writeNumberField("inFlightCut", report.inFlightCut());
        json.writeObjectFieldStart("lameDuck");
        json.writeStringField("ended", report.lameDuck().reason().name());
        if (report.lameDuck().heldBy() != null) {
            json.writeStringField("heldBy", report.lameDuck().heldBy());
        }
        json.writeEndObject();
        late(report.late(), json);
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
        texts("problems", report.problems(), json);
        texts("advice", report.advice(), json);
        json.writeEndObject();
    }

    private static void late(ShutdownReport.Late late, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("late");
        json.writeNumberField("count", late.count());
        json.writeNumberField("refused", late.refused());
        millis(json, "latestMillis", late.latest());
        json.writeNumberField("newConnections", late.newConnections());
        millis(json, "latestNewConnectionMillis", late.latestNewConnection());
        json.writeArrayFieldStart("offsets");
        for (ShutdownReport.Offset offset : late.offsets()) {
            json.writeStartObject();
            if (offset.upTo() != null) {
                millis(json, "upToMillis", offset.upTo());
            }
            json.writeNumberField("count", offset.count());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("peers");
        for (ShutdownReport.LatePeer peer : late.peers()) {
            json.writeStartObject();
            json.writeStringField("peer", peer.peer());
            json.writeNumberField("count", peer.count());
            millis(json, "latestMillis", peer.latest());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void texts(String name, List<String> texts, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart(name);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
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
        texts("stack", cut.stack(), json);
        json.writeEndObject();
    }

    private static void millis(JsonGenerator json, String name, Duration duration) throws IOException {
        json.writeNumberField(name, duration.toMillis());
    }
}
