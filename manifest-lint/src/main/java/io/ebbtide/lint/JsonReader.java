package io.ebbtide.lint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.ebbtide.lint.Value.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a stream of JSON objects, one or more, each value with its line. Not thread-safe; confine to one thread. */
@SuppressWarnings(
        "deprecation") // getTokenLocation has another name from Jackson 2.17 on; 2.15 is the oldest supported version
final class JsonReader {
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(1_000)
                    .maxStringLength(Sources.MAX_BYTES)
                    .maxNumberLength(1_000)
                    .build())
            .build();

    private final JsonParser parser;
    private final YamlReader.Limits limits;
    private List<YamlReader.DuplicateKey> duplicates = new ArrayList<>();
    private int values;

    private JsonReader(JsonParser parser, YamlReader.Limits limits) {
        this.parser = parser;
        this.limits = limits;
    }

    /** Whether a text begins like JSON, so that kubectl first tries to read it as JSON. */
    static boolean mayBeJson(String text) {
        int first = 0;
        while (first < text.length() && Character.isWhitespace(text.charAt(first))) {
            first++;
        }
        return first < text.length() && text.charAt(first) == '{';
    }

    /**
     * Reads all objects of the text.
     *
     * @throws BadInput if it is not JSON from its beginning to its end, or holds more than the limits allow
     */
    static List<YamlReader.Document> read(String text, YamlReader.Limits limits) throws BadInput {
        try (JsonParser parser = JSON.createParser(text)) {
            return new JsonReader(parser, limits).readAll();
        } catch (JsonProcessingException e) {
            JsonLocation place = e.getLocation();
            throw new BadInput(
                    place == null ? 0 : Math.max(0, place.getLineNr()), "not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new BadInput("not JSON: " + e.getMessage());
        }
    }

    private List<YamlReader.Document> readAll() throws IOException, BadInput {
        var documents = new ArrayList<YamlReader.Document>();
        while (parser.nextToken() != null) {
            if (documents.size() == limits.documents()) {
                throw BadInput.beyondLimits(
                        parser.getTokenLocation().getLineNr(),
                        "too much: more than %,d documents (expected: at most that many)"
                                .formatted(limits.documents()));
            }
            duplicates = new ArrayList<>();
            Value root = value(null, "", 0, parser.getTokenLocation());
            if (root.exists()) {
                documents.add(new YamlReader.Document(root, duplicates));
            }
        }
        return documents;
    }

    /** Reads the value whose first token is the current one. */
    private Value value(@Nullable Value parent, String key, int depth, JsonLocation place)
            throws IOException, BadInput {
        if (++values > limits.values() || depth > limits.depth()) {
            throw BadInput.beyondLimits(
                    place.getLineNr(),
                    values > limits.values()
                            ? "too much: more than %,d values (expected: fewer); split the file"
                                    .formatted(limits.values())
                            : "too much: more than %,d levels (expected: at most that many)".formatted(limits.depth()));
        }
        int line = place.getLineNr();
        int column = place.getColumnNr();
        JsonToken token = parser.currentToken();
        if (token == JsonToken.START_OBJECT) {
            return object(Value.map(parent, key, line, column), depth);
        }
        if (token == JsonToken.START_ARRAY) {
            Value list = Value.list(parent, key, line, column);
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                list.add(value(list, "[" + list.items().size() + "]", depth + 1, parser.getTokenLocation()));
            }
            return list;
        }
        String text = parser.getText();
        Scalars.Scalar scalar =
                token == JsonToken.VALUE_STRING ? new Scalars.Scalar(Kind.STRING, text) : Scalars.plain(text);
        return Value.scalar(scalar.kind(), parent, key, line, column, scalar.text(), text);
    }

    private Value object(Value map, int depth) throws IOException, BadInput {
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            JsonLocation place = parser.getTokenLocation();
            String name = parser.currentName();
            parser.nextToken();
            Value child = value(map, name, depth + 1, place);
            Value before = map.field(name);
            if (!before.is(Kind.ABSENT)) {
                duplicates.add(new YamlReader.DuplicateKey(child, before.line()));
            }
            map.put(child);
        }
        return map;
    }
}
