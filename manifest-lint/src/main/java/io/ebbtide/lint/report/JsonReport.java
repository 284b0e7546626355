package io.ebbtide.lint.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.ebbtide.lint.finding.Finding;
import io.ebbtide.lint.rule.LintResult;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;

/** Findings as JSON, for other programs. */
public final class JsonReport {
    private static final JsonFactory JSON = new JsonFactory();

    private JsonReport() {}

    public static String text(LintResult lint) {
        var text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text).useDefaultPrettyPrinter()) {
            json.writeStartObject();
            json.writeNumberField("version", 1);
            json.writeNumberField("objects", lint.objects());
            json.writeBooleanField("readable", lint.readable());
            write("findings", lint.findings(), json);
            write("suppressed", lint.suppressed(), json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return PrintableJson.of(text.toString()) + "\n";
    }

    private static void write(String name, List<Finding> findings, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart(name);
        for (Finding each : findings) {
            json.writeStartObject();
            json.writeStringField("rule", each.rule());
            json.writeStringField("severity", each.severity().text());
            json.writeStringField("file", each.file());
            if (each.template() != null) {
                json.writeStringField("template", each.template());
            }
            json.writeNumberField("line", each.line());
            json.writeNumberField("column", each.column());
            json.writeStringField("object", each.object());
            json.writeStringField("path", each.path());
            json.writeStringField("what", each.what());
            json.writeStringField("numbers", each.numbers());
            json.writeStringField("fix", each.fix());
            json.writeStringField("why", each.link());
            if (each.reason() != null) {
                json.writeStringField("reason", each.reason());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
