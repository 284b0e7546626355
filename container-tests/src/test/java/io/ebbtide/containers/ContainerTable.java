package io.ebbtide.containers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;

/** The table of the reference, with the results of the trials. Confine to one thread. */
final class ContainerTable {
    private static final Path PAGE = Path.of("..", "docs", "reference", "servlet.md");
    private static final String BEGIN = "<!-- containers -->\n\n";
    private static final String END = "\n<!-- end of containers -->";

    private final Map<Container, Map<Column, String>> rows = new EnumMap<>(Container.class);

    /** The kinds of trials. */
    enum Column {
        IN_FLIGHT("two requests of 4 s in flight at SIGTERM: without Ebbtide / with"),
        LATER("requests that come in the 2 s after it: without Ebbtide / with"),
        HANDLED("with `ebbtide.sigterm` = `lame-duck`, both"),
        PAGES("pages, probes, 100 aborted downloads"),
        REDEPLOYED("redeployed 20 times");

        private final String title;

        Column(String title) {
            this.title = title;
        }
    }

    void add(Container container, Column column, String cell) {
        rows.computeIfAbsent(container, each -> new EnumMap<>(Column.class)).put(column, cell);
    }

    /** Whether all trials were run, in all containers. */
    boolean isComplete() {
        return rows.size() == Container.values().length
                && rows.values().stream().allMatch(cells -> cells.size() == Column.values().length);
    }

    String text() {
        String titles =
                Arrays.stream(Column.values()).map(column -> column.title).collect(Collectors.joining(" | "));
        var text = new StringBuilder(
                "| container | " + titles + " |\n|" + "---|".repeat(1 + Column.values().length) + "\n");
        rows.forEach((container, cells) -> text.append("| ")
                .append(container.title)
                .append(" | ")
                .append(String.join(" | ", cells.values()))
                .append(" |\n"));
        return text.toString();
    }

    /** The table as the reference has it. */
    static String documented() throws IOException {
        String page = Files.readString(PAGE);
        return page.substring(page.indexOf(BEGIN) + BEGIN.length(), page.indexOf(END));
    }

    /** Writes the table into the reference. */
    void write() throws IOException {
        String page = Files.readString(PAGE);
        Files.writeString(
                PAGE,
                page.substring(0, page.indexOf(BEGIN) + BEGIN.length()) + text() + page.substring(page.indexOf(END)));
    }
}
