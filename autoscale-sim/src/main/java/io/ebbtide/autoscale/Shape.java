package io.ebbtide.autoscale;

import io.ebbtide.internal.Durations;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.DoubleUnaryOperator;

/** Loads described by a few numbers. */
final class Shape {
    private final String description;
    private final Map<String, String> numbers = new LinkedHashMap<>();

    private Shape(String description) {
        this.description = description;
    }

    static Steps parse(String description) {
        int colon = description.indexOf(':');
        String kind = colon < 0 ? description : description.substring(0, colon);
        var shape = new Shape(description);
        if (colon >= 0) {
            for (String part : description.substring(colon + 1).split(",", -1)) {
                int equals = part.indexOf('=');
                if (equals <= 0) {
                    throw BadInput.of(description, "'%s' (expected: name=number, separated by commas)", part);
                }
                shape.numbers.put(
                        part.substring(0, equals).strip(),
                        part.substring(equals + 1).strip());
            }
        }
        return switch (kind) {
            case "spike" -> shape.spike();
            case "ramp" -> shape.ramp();
            case "sawtooth" -> shape.sawtooth();
            case "constant" -> shape.constant();
            case "day" -> shape.day();
            default ->
                throw BadInput.of(
                        description,
                        "shape '%s' (expected: spike, ramp, sawtooth, constant or day, a colon, and its numbers)",
                        kind);
        };
    }

    private Steps spike() {
        double base = rate("base");
        double peak = rate("peak");
        double at = seconds("at", "10m");
        double rise = seconds("rise", "0s");
        double lasts = seconds("for", "5m");
        return trace(at, "40m", time -> {
            if (time < at || time >= at + rise + lasts + rise) {
                return base;
            }
            double up = rise == 0 ? 1 : Math.min(1, (time - at) / rise);
            double down = rise == 0 ? 1 : Math.min(1, (at + rise + lasts + rise - time) / rise);
            return base + (peak - base) * Math.min(up, down);
        });
    }

    private Steps ramp() {
        double from = rate("from");
        double to = rate("to");
        double at = seconds("at", "5m");
        double over = Math.max(1e-9, seconds("over", "10m"));
        return trace(at, "40m", time -> from + (to - from) * Math.min(1, Math.max(0, (time - at) / over)));
    }

    private Steps sawtooth() {
        double low = rate("low");
        double high = rate("high");
        double period = Math.max(1, seconds("period", "10m"));
        return trace("1h", time -> low + (high - low) * (time % period) / period);
    }

    private Steps constant() {
        double rate = rate("rate");
        return trace("1h", time -> rate);
    }

    /** Minimum at 4 a.m., maximum at 4 p.m. */
    private Steps day() {
        double low = rate("low");
        double high = rate("high");
        return trace(
                "24h", time -> (low + high) / 2 - (high - low) / 2 * Math.cos(2 * Math.PI * (time / 3600 - 4) / 24));
    }

    private Steps trace(String usualLength, DoubleUnaryOperator rate) {
        return trace(0, usualLength, rate);
    }

    /** @param change when the shape changes, in seconds: never, if that is after its end */
    private Steps trace(double change, String usualLength, DoubleUnaryOperator rate) {
        double length = seconds("length", usualLength);
        if (change > 0 && change >= length) {
            throw BadInput.of(
                    description,
                    "at: %.0f s (expected: before the end, which is at %.0f s); set a longer length",
                    change,
                    length);
        }
        if (!numbers.isEmpty()) {
            throw BadInput.of(description, "unknown: %s", String.join(", ", new TreeSet<>(numbers.keySet())));
        }
        if (length < 1 || length > Steps.MAX) {
            throw BadInput.of(description, "length %.0f s (expected: 1 s to %,d s)", length, Steps.MAX);
        }
        float[] rates = new float[(int) length];
        for (int i = 0; i < rates.length; i++) {
            rates[i] = (float) rate.applyAsDouble(i);
        }
        return new Steps(description, Steps.USUAL, rates);
    }

    private double rate(String name) {
        String text = numbers.remove(name);
        if (text == null) {
            throw BadInput.of(description, "%s is missing (expected: %s=<requests in a second>)", name, name);
        }
        try {
            double rate = Double.parseDouble(text);
            if (rate >= 0 && rate <= 1e9) {
                return rate;
            }
        } catch (NumberFormatException e) {
            // reported below
        }
        throw BadInput.of(description, "%s: '%s' (expected: 0 to 1e9 requests in a second)", name, text);
    }

    private double seconds(String name, String usual) {
        String text = numbers.remove(name);
        try {
            Duration duration = Durations.parse(text == null ? usual : text);
            if (!duration.isNegative()) {
                return duration.toMillis() / 1000.0;
            }
        } catch (IllegalArgumentException e) {
            // reported below
        }
        throw BadInput.of(
                description, "%s: '%s' (expected: a duration, such as 90s or 10m)", name, String.valueOf(text));
    }
}
