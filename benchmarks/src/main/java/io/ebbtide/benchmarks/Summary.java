package io.ebbtide.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The table at the end of a run of benchmarks. Stateless. */
final class Summary {
    private static final List<String> HEAD =
            List.of("benchmark", "figure", "unit", "value", "95 % interval", "bound", "result", "took");

    private Summary() {}

    /** The table as text: one line for each figure, and for each failed measurement. */
    static String of(List<Results.Row> rows) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(HEAD);
        rows.forEach(row -> lines.add(cells(row)));
        int[] widths = new int[HEAD.size()];
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        var text = new StringBuilder();
        for (List<String> line : lines) {
            var padded = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                padded.append(line.get(i))
                        .append(" ".repeat(widths[i] - line.get(i).length() + 2));
            }
            text.append(padded.toString().stripTrailing()).append('\n');
        }
        rows.forEach(row -> {
            if (row instanceof Results.Failed failed) {
                text.append("could not measure: %s: %s\n".formatted(name(failed), failed.reason()));
            }
        });
        return text.toString();
    }

    private static List<String> cells(Results.Row row) {
        if (row instanceof Results.Measured measured) {
            Figure figure = measured.figure();
            return List.of(
                    row.benchmark(),
                    figure.name(),
                    figure.unit().text(figure.value()).replaceFirst("^\\S+ ?", ""),
                    figure.unit().number(figure.value()),
                    figure.interval(),
                    figure.boundText(),
                    figure.comparison(),
                    seconds(row.took()));
        }
        String what = row instanceof Results.Failed failed ? failed.what() : "";
        return List.of(row.benchmark(), what, "", "-", "-", "-", "could not measure", seconds(row.took()));
    }

    /** A failure that does not belong to one figure has the name of the benchmark. */
    private static String name(Results.Failed failed) {
        return failed.what().equals(failed.benchmark())
                ? failed.benchmark()
                : failed.benchmark() + ", " + failed.what();
    }

    private static String seconds(Duration took) {
        return (took.toMillis() + 500) / 1_000 + " s";
    }
}
