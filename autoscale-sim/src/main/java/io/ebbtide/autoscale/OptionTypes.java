package io.ebbtide.autoscale;

import io.ebbtide.internal.Durations;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How the values of options are written. */
final class OptionTypes {
    private OptionTypes() {}

    /** Reads a duration with its unit. */
    static final class DurationConverter implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String value) {
            try {
                return Durations.parse(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException("'%s' (%s)".formatted(value, e.getMessage()));
            }
        }
    }

    /** Reads a share: {@code 0.1%} or {@code 0.001}. */
    static final class ShareConverter implements ITypeConverter<Double> {
        @Override
        public Double convert(String value) {
            try {
                String text = value.strip();
                double share = text.endsWith("%")
                        ? Double.parseDouble(text.substring(0, text.length() - 1)) / 100
                        : Double.parseDouble(text);
                if (share >= 0 && share <= 1) {
                    return share;
                }
            } catch (NumberFormatException e) {
                // reported below
            }
            throw new TypeConversionException(
                    "'%s' (expected: 0 to 1, or 0%% to 100%%, such as 0.1%%)".formatted(value));
        }
    }
}
