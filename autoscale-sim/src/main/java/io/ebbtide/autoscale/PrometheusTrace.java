package io.ebbtide.autoscale;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Reads Prometheus' answer to {@code /api/v1/query_range} (Prometheus, "HTTP API", section "Range queries") of requests per second.
 * Several series are added up.
 */
final class PrometheusTrace {
    private static final int MAX_BLANKS = 1024;

    private PrometheusTrace() {}

    /** Whether a stream begins like a JSON object; the stream is at its beginning afterwards. */
    static boolean isOne(BufferedInputStream stream) throws IOException {
        stream.mark(MAX_BLANKS);
        try {
            for (int i = 0; i < MAX_BLANKS; i++) {
                int each = stream.read();
                if (each > ' ' && each < 0x80) {
                    return each == '{';
                }
            }
            return false;
        } finally {
            stream.reset();
        }
    }

    static Steps read(InputStream stream, String name, Duration step, Duration maxGap) throws IOException {
        try (JsonParser json = JsonFactory.builder()
                .disable(StreamReadFeature.AUTO_CLOSE_SOURCE) // the caller closes it
                .build()
                .createParser(stream)) {
            return new Reader(name, step, maxGap).read(json);
        } catch (JsonProcessingException e) {
            long line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
            throw BadInput.at(
                    name, line, "not JSON: %s (expected: Prometheus' answer to a range query)", e.getOriginalMessage());
        }
    }

    /** Reads one file. Not thread-safe. */
    private static final class Reader {
        private final String name;
        private final Duration step;
        private final Duration maxGap;
        private @Nullable Steps sum;
        private double first;
        private String error = "";
        private String type = "";
        private int series;
        private int singles;

        Reader(String name, Duration step, Duration maxGap) {
            this.name = name;
            this.step = step;
            this.maxGap = maxGap;
        }

        Steps read(JsonParser json) throws IOException {
            json.nextToken();
            eachField(json, this::ofAnswer);
            Steps whole = sum;
            if (whole == null) {
                throw BadInput.of(
                        name,
                        "%s (expected: the answer to a range query, resultType matrix, with at least one series)",
                        !error.isEmpty()
                                ? "Prometheus reports: " + error
                                : type.isEmpty() || type.equals("matrix") ? "no series" : "resultType " + type);
            }
            if (singles == series) {
                throw BadInput.of(name, "%d series of 1 row (expected: at least one with 2 rows)", series);
            }
            return whole;
        }

        private void ofAnswer(String field, JsonParser json) throws IOException {
            switch (field) {
                case "error" -> error = json.getText();
                case "data" -> eachField(json, this::ofData);
                default -> json.skipChildren();
            }
        }

        private void ofData(String field, JsonParser json) throws IOException {
            if (field.equals("resultType")) {
                type = json.getText();
            } else if (field.equals("result") && json.currentToken() == JsonToken.START_ARRAY) {
                while (json.nextToken() != JsonToken.END_ARRAY && json.currentToken() != null) {
                    if (json.currentToken() == JsonToken.START_OBJECT) {
                        eachField(json, this::ofSeries);
                    }
                }
            } else {
                json.skipChildren();
            }
        }

        private void ofSeries(String field, JsonParser json) throws IOException {
            if (!field.equals("values") || json.currentToken() != JsonToken.START_ARRAY) {
                json.skipChildren();
                return;
            }
            series++;
            var builder = new StepsBuilder(name + " (series " + series + ")", step, maxGap);
            while (json.nextToken() == JsonToken.START_ARRAY) {
                int line = json.currentLocation().getLineNr();
                json.nextToken();
                double time = number(json, line);
                json.nextToken();
                double rate = number(json, line);
                builder.add(line, time, rate);
                if (json.nextToken() != JsonToken.END_ARRAY) {
                    throw BadInput.at(name, line, "a sample of more than two values (expected: [time, \"value\"])");
                }
            }
            Steps part = builder.buildPart();
            singles += builder.isSingle() ? 1 : 0;
            Steps before = sum;
            if (before == null) {
                first = builder.first();
                sum = part.withName(name);
                return;
            }
            double offset = (builder.first() - first) / (step.toNanos() / 1e9);
            if (Math.abs(offset) > Steps.MAX) {
                throw Steps.tooMany(name, Math.abs(offset), step);
            }
            sum = before.plus(part, (int) Math.round(offset));
            first = Math.min(first, builder.first());
        }

        private double number(JsonParser json, int line) throws IOException {
            String text = json.currentToken() == null ? "" : String.valueOf(json.getText());
            try {
                return Double.parseDouble(text);
            } catch (NumberFormatException e) {
                throw BadInput.at(name, line, "'%s' (expected: [time, \"value\"])", text);
            }
        }
    }

    /** Handles a field's value; the parser is at that value. */
    @FunctionalInterface
    private interface FieldReader {
        void read(String field, JsonParser json) throws IOException;
    }

    private static void eachField(JsonParser json, FieldReader reader) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return;
        }
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            json.nextToken();
            reader.read(field, json);
        }
    }
}
