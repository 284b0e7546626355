package io.ebbtide.jdbc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The table of one database in the reference. Confine to one thread. */
final class MatrixTable {
    private static final Path PAGE = Path.of("..", "docs", "reference", "checks.md");

    private final MatrixDatabases database;
    private final Map<String, Map<MatrixFault, String>> rows = new LinkedHashMap<>();

    MatrixTable(MatrixDatabases database) {
        this.database = database;
    }

    void add(String pool, MatrixFault fault, String cell) {
        rows.computeIfAbsent(pool, each -> new LinkedHashMap<>()).put(fault, cell);
    }

    String text() {
        var text = new StringBuilder("| " + database.title() + " |");
        for (MatrixFault fault : MatrixFault.values()) {
            text.append(' ').append(fault.title()).append(" |");
        }
        text.append("\n|")
                .append("---|".repeat(1 + MatrixFault.values().length))
                .append('\n');
        rows.forEach((pool, cells) -> {
            text.append("| ").append(pool).append(" |");
            List.of(MatrixFault.values())
                    .forEach(fault -> text.append(' ').append(cells.get(fault)).append(" |"));
            text.append('\n');
        });
        return text.toString();
    }

    /** As it stands in the reference. */
    String documented() throws IOException {
        String page = Files.readString(PAGE);
        return page.substring(page.indexOf(begin()) + begin().length(), page.indexOf(end()));
    }

    /** Puts it into the reference. */
    void write() throws IOException {
        String page = Files.readString(PAGE);
        Files.writeString(
                PAGE,
                page.substring(0, page.indexOf(begin()) + begin().length())
                        + text()
                        + page.substring(page.indexOf(end())));
    }

    private String begin() {
        return "<!-- matrix " + database.name() + " -->\n\n";
    }

    private String end() {
        return "<!-- /matrix " + database.name() + " -->";
    }
}
