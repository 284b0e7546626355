package io.ebbtide.autoscale;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Reads Prometheus' answer to {@code /api/v1/query_range} (Prometheus, "HTTP API", section "Range queries") of requests per second.
 * Several series are added up.
 */
final class PrometheusTrace {
    private PrometheusTrace() {}

    /** Whether a file begins like a JSON object. */
    static boolean isOne(Path file) throws IOException {
        try (InputStream stream = Files.newInputStream(file)) {
            for (int i = 0; i < 1024; i++) {
                int each = stream.read();
                if (each > ' ' && each < 0x80) {
                    return each == '{';
                }
            }
        }
        return false;
    }

    static Trace read(Path file, Duration step, Duration maxGap) throws IOException {
        String name = file.toString();
        try (InputStream stream = Files.newInputStream(file);
                JsonParser json = JsonFactory.builder().build().createParser(stream)) {
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
        private @Nullable Trace sum;
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

        Trace read(JsonParser json) throws IOException {
            json.nextToken();
            eachField(json, this::ofAnswer);
            Trace trace = sum;
            if (trace == null) {
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
            return trace;
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
            var builder = new TraceBuilder(name + " (series " + series + ")", step, maxGap);
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
            Trace trace = builder.buildPart();
            singles += builder.isSingle() ? 1 : 0;
            Trace before = sum;
            if (before == null) {
                first = builder.first();
                sum = new Trace(name, step, copy(trace));
                return;
            }
            double offset = (builder.first() - first) / (step.toNanos() / 1e9);
            if (Math.abs(offset) > Trace.MAX_STEPS) {
                throw Trace.tooLong(name, Math.abs(offset), step);
            }
            sum = before.plus(trace, (int) Math.round(offset));
            first = Math.min(first, builder.first());
        }

        private static float[] copy(Trace trace) {
            float[] rates = new float[trace.steps()];
            for (int i = 0; i < rates.length; i++) {
                rates[i] = (float) trace.rate(i);
            }
            return rates;
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
