package io.ebbtide.testkit.contract;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The page that lists the promises that each adapter keeps. Immutable. */
final class PromiseTable {
    /*
     * Each adapter's test knows only its own column, and keeps the others unchanged. In the page the columns are
     * side by side, and the promises they cannot keep below, in a separate part for each adapter: so two adapters that are changed at
     * the same time change the same line only if neither keeps the same promise.
     *
     * A cell is "yes" or "**no**"; a missing one, as with a new promise, counts as "yes" until its adapter's own
     * test shows otherwise.
     */
    private static final String BEGIN = "<!-- promises -->";
    private static final String END = "<!-- /promises -->";
    private static final List<String> ADAPTERS = List.of("Undertow", "Tomcat", "Jetty", "Servlet");

    private final String page;
    private final Map<String, Map<String, String>> cells;

    private PromiseTable(String page) {
        this.page = page;
        cells = cellsOf(between(page, BEGIN, END));
    }

    static PromiseTable read(Path file) throws IOException {
        return new PromiseTable(Files.readString(file));
    }

    void write(Path file) throws IOException {
        Files.writeString(file, page);
    }

    /** The same page with this adapter's column and reasons. */
    PromiseTable withColumn(String adapter, Map<Promise, String> cannot) {
        String tables = replaced(page, BEGIN, END, tables(adapter, cannot));
        return new PromiseTable(replaced(tables, begin(adapter), end(adapter), reasons(cannot)));
    }

    /** Fails if the page differs for this adapter. */
    void verifyColumn(String adapter, Map<Promise, String> cannot) {
        PromiseTable expected = withColumn(adapter, cannot);
        for (Promise promise : Promise.values()) {
            String seen = cell(promise, adapter);
            String right = expected.cell(promise, adapter);
            Seen.that(seen.equals(right), "the page on " + promise + " of " + adapter, seen, right + remedy());
        }
        Seen.that(
                cells.keySet().equals(expected.cells.keySet()),
                "the page's promises",
                cells.keySet(),
                expected.cells.keySet() + remedy());
        String seen = between(page, begin(adapter), end(adapter));
        String right = between(expected.page, begin(adapter), end(adapter));
        Seen.that(seen.equals(right), "the page's reasons of " + adapter, seen, right + remedy());
    }

    private static String remedy() {
        return "; -Dcontract.write=true writes it";
    }

    private String tables(String adapter, Map<Promise, String> cannot) {
        var text = new StringBuilder("\n");
        for (Promise.Topic topic : Promise.Topic.values()) {
            text.append("\n| ").append(topic.heading()).append(" | ").append(String.join(" | ", ADAPTERS));
            text.append(" |\n|---").append("|---".repeat(ADAPTERS.size())).append("|\n");
            for (Promise promise : Promise.values()) {
                if (promise.topic() == topic) {
                    text.append("| ").append(promise.sentence()).append(" |");
                    for (String each : ADAPTERS) {
                        String own = cannot.containsKey(promise) ? "**no**" : "yes";
                        text.append(' ')
                                .append(each.equals(adapter) ? own : cell(promise, each))
                                .append(" |");
                    }
                    text.append('\n');
                }
            }
        }
        return text.append('\n').toString();
    }

    private static String reasons(Map<Promise, String> cannot) {
        if (cannot.isEmpty()) {
            return "\nKeeps all.\n";
        }
        var text = new StringBuilder("\n");
        new EnumMap<>(cannot)
                .forEach((promise, reason) -> text.append("- *%s*: %s\n".formatted(promise.sentence(), reason)));
        return text.toString();
    }

    private String cell(Promise promise, String adapter) {
        return cells.getOrDefault(key(promise.topic().heading(), promise.sentence()), Map.of())
                .getOrDefault(adapter, "yes");
    }

    /** The cells of each row by adapter, by heading and sentence. */
    private static Map<String, Map<String, String>> cellsOf(String tables) {
        var rows = new LinkedHashMap<String, Map<String, String>>();
        List<String> header = List.of();
        for (String line : tables.lines().toList()) {
            if (!line.startsWith("|")) {
                header = List.of();
                continue;
            }
            List<String> parts = Arrays.stream(line.substring(1).split("\\|"))
                    .map(String::strip)
                    .toList();
            if (header.isEmpty()) {
                header = parts;
            } else if (!parts.get(0).startsWith("---")) {
                var row = new LinkedHashMap<String, String>();
                for (int i = 1; i < Math.min(parts.size(), header.size()); i++) {
                    row.put(header.get(i), parts.get(i));
                }
                rows.put(key(header.get(0), parts.get(0)), row);
            }
        }
        return rows;
    }

    private static String key(String heading, String sentence) {
        return heading + ": " + sentence;
    }

    private static String begin(String adapter) {
        return "<!-- " + adapter + " -->";
    }

    private static String end(String adapter) {
        return "<!-- /" + adapter + " -->";
    }

    private static String between(String text, String begin, String end) {
        int from = text.indexOf(begin);
        int to = text.indexOf(end);
        if (from < 0 || to < from) {
            throw new AssertionError("the page has no %s ... %s (expected: both, in this order)".formatted(begin, end));
        }
        return text.substring(from + begin.length(), to);
    }

    private static String replaced(String text, String begin, String end, String within) {
        String before = between(text, begin, end);
        int from = text.indexOf(begin) + begin.length();
        return text.substring(0, from) + within + text.substring(from + before.length());
    }
}
