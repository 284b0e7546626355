package io.ebbtide.autoscale;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads rows of a time and requests in a second, separated by comma, semicolon or tab. The time is in seconds (of an epoch or from any
 * zero), milliseconds, microseconds or nanoseconds of the epoch, or ISO 8601. A first row of names may say which columns these are.
 */
final class CsvTrace {
    private static final List<String> TIMES = List.of("time", "timestamp", "ts", "date", "datetime", "seconds");
    private static final List<String> RATES = List.of("rate", "rps", "requests", "requests_per_second", "value", "qps");
    private static final Pattern NUMBER = Pattern.compile("[-+]?[0-9.]+([eE][-+]?[0-9]+)?");
    private static final int MAX_LINE = 64 * 1024;
    /** From these numbers on the unit is the smaller one: then it is after 1973; in the larger one it would be after 5138. */
    private static final double MILLIS_FROM = 1e11;

    private static final double MICROS_FROM = 1e14;
    private static final double NANOS_FROM = 1e17;

    private CsvTrace() {}

    static Steps read(InputStream stream, String name, Duration step, Duration maxGap) throws IOException {
        var trace = new StepsBuilder(name, step, maxGap);
        int timeColumn = 0;
        int rateColumn = 1;
        long line = 0;
        boolean begun = false;
        // A decoder refuses what is not UTF-8; a charset would replace it.
        var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8.newDecoder()));
        try {
            for (String row = next(reader, name, 1); row != null; row = next(reader, name, line + 1)) {
                line++;
                String text = line == 1 && row.startsWith("\uFEFF") ? row.substring(1) : row;
                if (text.isBlank() || text.startsWith("#")) {
                    continue;
                }
                String[] cells = cells(text);
                if (!begun && cells.length > 1 && isOfNames(cells)) {
                    timeColumn = column(cells, TIMES, 0);
                    rateColumn = column(cells, RATES, timeColumn == 0 ? 1 : 0);
                    boolean isKnown = isIn(cells[timeColumn], TIMES) && isIn(cells[rateColumn], RATES);
                    if (cells.length > 2 && !isKnown) {
                        throw BadInput.at(
                                name,
                                line,
                                "columns '%s' (expected: of more than two, one of %s and one of %s)",
                                brief(text),
                                String.join(", ", TIMES),
                                String.join(", ", RATES));
                    }
                    begun = true;
                    continue;
                }
                begun = true;
                if (cells.length <= Math.max(timeColumn, rateColumn)) {
                    throw BadInput.at(
                            name, line, "'%s' (expected: a time, a comma, requests in a second)", brief(text));
                }
                OptionalDouble time = time(cells[timeColumn]);
                if (time.isEmpty()) {
                    throw BadInput.at(
                            name,
                            line,
                            "time '%s' (expected: seconds, milliseconds or microseconds of the epoch, or ISO 8601)",
                            brief(cells[timeColumn]));
                }
                trace.add(line, time.getAsDouble(), rate(name, line, cells[rateColumn]));
            }
        } catch (CharacterCodingException e) {
            throw BadInput.at(name, line + 1, "not UTF-8 (expected: rows of a time and requests in a second)");
        }
        return trace.build();
    }

    private static @Nullable String next(BufferedReader reader, String name, long line) throws IOException {
        int first = reader.read();
        if (first < 0) {
            return null;
        }
        var text = new StringBuilder(64);
        for (int each = first; each >= 0 && each != '\n'; each = reader.read()) {
            if (each != '\r') {
                text.append((char) each);
            }
            if (text.length() > MAX_LINE) {
                throw BadInput.at(
                        name, line, "more than %,d characters (expected: a time and requests in a second)", MAX_LINE);
            }
        }
        return text.toString();
    }

    private static String[] cells(String row) {
        char separator = row.indexOf('\t') >= 0 ? '\t' : row.indexOf(';') >= 0 ? ';' : ',';
        int at = row.indexOf(separator);
        if (at >= 0 && row.indexOf(separator, at + 1) < 0) { // the usual case, without a regular expression
            return new String[] {unquoted(row.substring(0, at)), unquoted(row.substring(at + 1))};
        }
        return Arrays.stream(row.split(String.valueOf(separator), -1))
                .map(CsvTrace::unquoted)
                .toArray(String[]::new);
    }

    private static String unquoted(String cell) {
        String text = cell.strip();
        return text.length() > 1 && text.startsWith("\"") && text.endsWith("\"")
                ? text.substring(1, text.length() - 1)
                : text;
    }

    /** A first row without any number; one with a number is a row whose time is wrong. */
    private static boolean isOfNames(String[] cells) {
        return time(cells[0]).isEmpty()
                && Arrays.stream(cells).noneMatch(each -> NUMBER.matcher(each).matches());
    }

    private static boolean isIn(String name, List<String> known) {
        return known.contains(name.toLowerCase(Locale.ROOT));
    }

    private static int column(String[] names, List<String> known, int other) {
        for (String each : known) {
            for (int i = 0; i < names.length; i++) {
                if (names[i].toLowerCase(Locale.ROOT).equals(each)) {
                    return i;
                }
            }
        }
        return other;
    }

    private static double rate(String name, long line, String cell) {
        try {
            return Double.parseDouble(cell);
        } catch (NumberFormatException e) {
            throw BadInput.at(name, line, "'%s' (expected: requests in a second, a number)", brief(cell));
        }
    }

    private static OptionalDouble time(String cell) {
        if (cell.isEmpty()) {
            return OptionalDouble.empty();
        }
        char begin = cell.charAt(0);
        if (begin != '-' && begin != '+' && begin != '.' && (begin < '0' || begin > '9')) {
            return OptionalDouble.empty();
        }
        if (cell.indexOf('-', 1) < 0 && cell.indexOf(':') < 0) {
            try {
                double number = Double.parseDouble(cell);
                return Double.isFinite(number) ? OptionalDouble.of(ofEpoch(number)) : OptionalDouble.empty();
            } catch (NumberFormatException e) {
                return OptionalDouble.empty();
            }
        }
        try {
            return OptionalDouble.of(seconds(cell.replace(' ', 'T')));
        } catch (DateTimeException e) {
            return OptionalDouble.empty();
        }
    }

    private static double ofEpoch(double number) {
        if (number >= NANOS_FROM) {
            return number / 1e9;
        }
        if (number >= MICROS_FROM) {
            return number / 1e6;
        }
        return number >= MILLIS_FROM ? number / 1e3 : number;
    }

    private static double seconds(String iso) {
        if (iso.endsWith("Z")) {
            return seconds(Instant.parse(iso));
        }
        boolean offset = iso.lastIndexOf('+') > 0 || iso.lastIndexOf('-') > iso.indexOf('T');
        return offset
                ? seconds(OffsetDateTime.parse(iso).toInstant())
                : seconds(LocalDateTime.parse(iso).toInstant(ZoneOffset.UTC));
    }

    private static double seconds(Instant instant) {
        return instant.getEpochSecond() + instant.getNano() / 1e9;
    }

    private static String brief(String text) {
        return text.length() > 60 ? text.substring(0, 60) + "..." : text;
    }
}
