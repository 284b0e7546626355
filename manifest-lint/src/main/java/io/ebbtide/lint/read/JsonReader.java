package io.ebbtide.lint.read;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
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
                    .maxStringLength(Limits.MAX_BYTES)
                    .maxNumberLength(1_000)
                    .build())
            .build();

    private final JsonParser parser;
    private final Limits limits;
    private final TreeBuilder builder = new TreeBuilder();
    private final Texts texts;
    private int values;

    private JsonReader(JsonParser parser, Limits limits, Texts texts) {
        this.parser = parser;
        this.texts = texts;
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
    static List<Document> read(String text, Limits limits, Texts texts) throws BadInput {
        try (JsonParser parser = JSON.createParser(text)) {
            return new JsonReader(parser, limits, texts).readAll();
        } catch (JsonProcessingException e) {
            JsonLocation place = e.getLocation();
            throw new BadInput(
                    place == null ? 0 : Math.max(0, place.getLineNr()), "not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new BadInput("not JSON: " + e.getMessage());
        }
    }

    private List<Document> readAll() throws IOException, BadInput {
        var documents = new ArrayList<Document>();
        while (parser.nextToken() != null) {
            if (documents.size() == limits.documents()) {
                throw BadInput.beyondLimits(
                        parser.getTokenLocation().getLineNr(),
                        "too much: more than %,d documents (expected: at most that many)"
                                .formatted(limits.documents()));
            }
            builder.clear();
            int root = value(null, 0, parser.getTokenLocation());
            if (!builder.isNull(root)) {
                documents.add(Document.of(builder));
            }
        }
        return documents;
    }

    /** Reads the value whose first token is the current one. */
    private int value(@Nullable String key, int depth, JsonLocation place) throws IOException, BadInput {
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
            int map = builder.open(ValueKind.MAP, key, line, column);
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                JsonLocation placeOfKey = parser.getTokenLocation();
                String name = shared(parser.currentName());
                parser.nextToken();
                value(name, depth + 1, placeOfKey);
            }
            builder.close(map);
            return map;
        }
        if (token == JsonToken.START_ARRAY) {
            int list = builder.open(ValueKind.LIST, key, line, column);
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                value(null, depth + 1, parser.getTokenLocation());
            }
            builder.close(list);
            return list;
        }
        String text = shared(parser.getText());
        Scalars.Scalar scalar =
                token == JsonToken.VALUE_STRING ? new Scalars.Scalar(ValueKind.STRING, text) : Scalars.plain(text);
        return builder.scalar(key, scalar.kind(), scalar.text(), text, line, column);
    }

    private String shared(String text) {
        return texts.of(text, 0, text.length());
    }
}
