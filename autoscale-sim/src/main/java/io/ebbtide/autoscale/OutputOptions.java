package io.ebbtide.autoscale;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say what is written, and where. */
final class OutputOptions {
    /** The formats of standard output. */
    enum Format {
        TEXT,
        JSON
    }

    @Option(names = "--html", paramLabel = "FILE", description = "Write one page with charts.")
    private @Nullable Path html;

    @Option(names = "--png", paramLabel = "FILE", description = "Write the charts as one image.")
    private @Nullable Path png;

    @Option(names = "--format", paramLabel = "FORMAT", description = "Of standard output: text (default) or json")
    private Format format = Format.TEXT;

    /**
     * Refuses files that could not be written, or would replace another file of this call, before a long simulation.
     *
     * @param inputs by the name under which messages have them
     */
    void check(Map<String, Path> inputs) throws IOException {
        var known = new LinkedHashMap<>(inputs);
        check("--html", html, known);
        check("--png", png, known);
    }

    private static void check(String option, @Nullable Path file, Map<String, Path> known) throws IOException {
        if (file == null) {
            return;
        }
        if (file.toString().equals("-")) {
            throw BadInput.of(option, "- (expected: a file; standard output has the numbers, see --format)");
        }
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null && !Files.isDirectory(folder)) {
            throw BadInput.of(option, "%s: no folder %s (expected: a file in a folder that exists)", file, folder);
        }
        if (Files.isDirectory(file)) {
            throw BadInput.of(option, "%s: a folder (expected: a file)", file);
        }
        for (Map.Entry<String, Path> each : known.entrySet()) {
            if (isSame(file, each.getValue())) {
                throw BadInput.of(option, "%s is also %s (expected: two files)", file, each.getKey());
            }
        }
        known.put(option, file);
    }

    private static boolean isSame(Path one, Path other) throws IOException {
        if (one.toAbsolutePath().normalize().equals(other.toAbsolutePath().normalize())) {
            return !isDevice(one);
        }
        return Files.exists(one) && Files.exists(other) && Files.isSameFile(one, other) && !isDevice(one);
    }

    /** {@code /dev/null} takes everything. */
    private static boolean isDevice(Path file) {
        return Files.exists(file) && !Files.isRegularFile(file);
    }

    void write(Report report, PrintWriter out) throws IOException {
        out.print(
                switch (format) {
                    case TEXT -> TextReport.text(report);
                    case JSON -> JsonReport.text(report);
                });
        out.flush();
        if (html != null) {
            write(html, HtmlReport.text(report).getBytes(StandardCharsets.UTF_8));
        }
        if (png != null) {
            write(png, Charts.png(Charts.stacked(Charts.of(report.results()))));
        }
    }

    private static void write(Path file, byte[] content) {
        try {
            Files.write(file, content);
        } catch (IOException e) {
            throw BadInput.of(
                    file.toString(),
                    "cannot be written: %s (expected: a file that can be written, and free space)",
                    reason(e));
        }
    }

    private static String reason(IOException failure) {
        if (failure instanceof NoSuchFileException) {
            return "no such file or folder";
        }
        if (failure instanceof AccessDeniedException) {
            return "permission denied";
        }
        String reason = failure instanceof FileSystemException file ? file.getReason() : failure.getMessage();
        return reason == null ? failure.getClass().getSimpleName() : reason;
    }
}
