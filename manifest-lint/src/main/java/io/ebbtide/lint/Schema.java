package io.ebbtide.lint;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The kinds of Kubernetes and their fields, as its Java client has them. Immutable. */
final class Schema {
    /*
     * The resource is written by a test from the client's model classes, and the same test fails once they differ (see decision
     * 0014). A line is a kind, "apps/v1 Deployment = V1Deployment", or a type, "V1Probe: exec=V1ExecAction ...". Types: string, int,
     * number, bool, int-or-string, quantity, any; [T] a list, {T} a map of them. "!" marks a required field.
     */
    private static final String RESOURCE = "kubernetes-schema.txt";
    private static final Schema KUBERNETES = read();

    private final Map<String, String> kinds = new HashMap<>();
    private final Map<String, Map<String, Field>> types = new HashMap<>();

    /** A field's type, and whether it must be there. */
    record Field(String type, boolean required) {}

    private Schema() {}

    static Schema kubernetes() {
        return KUBERNETES;
    }

    /** The type of this kind; null if Kubernetes itself has none. */
    @Nullable
    String typeOf(String apiVersion, String kind) {
        return kinds.get(apiVersion + " " + kind);
    }

    /** The fields of this type; null if it is none of the named ones. */
    @Nullable
    Map<String, Field> fields(String type) {
        return types.get(type);
    }

    private static Schema read() {
        InputStream resource = Schema.class.getResourceAsStream(RESOURCE);
        if (resource == null) {
            throw new IllegalStateException(RESOURCE + ": missing (expected: in the same jar)");
        }
        var schema = new Schema();
        try (var reader = new BufferedReader(new InputStreamReader(resource, StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                schema.add(line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return schema;
    }

    private void add(String line) {
        int equals = line.indexOf(" = ");
        if (equals > 0) {
            kinds.put(line.substring(0, equals), line.substring(equals + 3));
            return;
        }
        int colon = line.indexOf(':');
        var fields = new HashMap<String, Field>();
        for (String each : line.substring(colon + 1).strip().split(" ", -1)) {
            int at = each.indexOf('=');
            if (at > 0) {
                boolean required = each.endsWith("!");
                fields.put(
                        each.substring(0, at),
                        new Field(each.substring(at + 1, each.length() - (required ? 1 : 0)), required));
            }
        }
        types.put(line.substring(0, colon), fields);
    }
}
