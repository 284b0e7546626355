package io.ebbtide.lint.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.ebbtide.lint.finding.Finding;
import io.ebbtide.lint.rule.LintResult;
import io.ebbtide.lint.rule.Rule;
import io.ebbtide.lint.rule.Rules;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/** Findings as SARIF 2.1.0, which code hosts and editors read. */
public final class SarifReport {
    private static final JsonFactory JSON = new JsonFactory();
    private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:/");
    /** The characters that are not escaped in a URI's path. */
    private static final String PLAIN =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@/";

    private SarifReport() {}

    public static String text(LintResult lint) {
        var text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text).useDefaultPrettyPrinter()) {
            json.writeStartObject();
            json.writeStringField("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
            json.writeStringField("version", "2.1.0");
            json.writeArrayFieldStart("runs");
            json.writeStartObject();
            writeTool(json);
            json.writeStringField("columnKind", "unicodeCodePoints");
            json.writeArrayFieldStart("results");
            writeResults(lint.findings(), json);
            writeResults(lint.suppressed(), json);
            json.writeEndArray();
            json.writeEndObject();
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return PrintableJson.of(text.toString()) + "\n";
    }

    private static void writeTool(JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("tool");
        json.writeObjectFieldStart("driver");
        json.writeStringField("name", "ebbtide-lint");
        String version = SarifReport.class.getPackage().getImplementationVersion();
        if (version != null) {
            json.writeStringField("version", version);
        }
        json.writeArrayFieldStart("rules");
        for (Rule rule : Rules.all()) {
            json.writeStartObject();
            json.writeStringField("id", rule.id());
            writeText("shortDescription", rule.what(), json);
            writeText("fullDescription", rule.why(), json);
            writeText(
                    "help",
                    "%s Expected: %s. Fix: %s See %s.".formatted(rule.why(), rule.numbers(), rule.fix(), rule.link()),
                    json);
            json.writeObjectFieldStart("defaultConfiguration");
            json.writeStringField("level", rule.severity().text());
            json.writeEndObject();
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void writeResults(List<Finding> findings, JsonGenerator json) throws IOException {
        List<String> ids = Rules.all().stream().map(Rule::id).toList();
        for (Finding each : findings) {
            json.writeStartObject();
            json.writeStringField("ruleId", each.rule());
            json.writeNumberField("ruleIndex", ids.indexOf(each.rule()));
            json.writeStringField("level", each.severity().text());
            writeText("message", "%s %s. Fix: %s".formatted(each.what(), each.numbers(), each.fix()), json);
            writeLocation(each, json);
            if (each.reason() != null) {
                json.writeArrayFieldStart("suppressions");
                json.writeStartObject();
                json.writeStringField("kind", "inSource");
                json.writeStringField("justification", each.reason());
                json.writeEndObject();
                json.writeEndArray();
            }
            json.writeEndObject();
        }
    }

    private static void writeLocation(Finding finding, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("locations");
        json.writeStartObject();
        json.writeObjectFieldStart("physicalLocation");
        json.writeObjectFieldStart("artifactLocation");
        json.writeStringField("uri", uri(finding.file()));
        json.writeEndObject();
        if (finding.line() > 0) {
            json.writeObjectFieldStart("region");
            json.writeNumberField("startLine", finding.line());
            json.writeNumberField("startColumn", finding.column());
            json.writeEndObject();
        }
        json.writeEndObject();
        if (!finding.object().isEmpty()) {
            json.writeArrayFieldStart("logicalLocations");
            json.writeStartObject();
            json.writeStringField(
                    "fullyQualifiedName", finding.object() + (finding.path().isEmpty() ? "" : " " + finding.path()));
            json.writeEndObject();
            json.writeEndArray();
        }
        json.writeEndObject();
        json.writeEndArray();
    }

    private static void writeText(String name, String text, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeStringField("text", text);
        json.writeEndObject();
    }

    /** A file name as a URI reference (RFC 3986): a colon in its first segment would end a scheme. */
    static String uri(String file) {
        String path = file.replace('\\', '/');
        if (DRIVE.matcher(path).lookingAt()) {
            return "file:///" + encoded(path);
        }
        int slash = path.indexOf('/');
        String first = slash < 0 ? path : path.substring(0, slash);
        return (first.contains(":") ? "./" : "") + encoded(path);
    }

    private static String encoded(String path) {
        var text = new StringBuilder();
        for (byte each : path.getBytes(StandardCharsets.UTF_8)) {
            if (PLAIN.indexOf(each) >= 0) {
                text.append((char) each);
            } else {
                text.append("%%%02X".formatted(each & 0xff));
            }
        }
        return text.toString();
    }
}
