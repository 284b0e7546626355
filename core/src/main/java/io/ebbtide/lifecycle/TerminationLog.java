package io.ebbtide.lifecycle;

import io.ebbtide.internal.Redact;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The file whose text the platform shows as the reason why a container ended (Kubernetes: {@code terminationMessagePath}).
 * Safe for use by many threads.
 */
final class TerminationLog {
    /*
     * Open from the start on: at the end there may be no memory and no file handle to be had. What a write does that
     * fails (a full disk) or hangs is nobody's trouble any more: whoever calls it waits for a moment only.
     */
    private static final Path KUBERNETES = Path.of("/dev/termination-log");

    private final @Nullable OutputStream file;
    private int left = ReportText.MOST_BYTES;

    private TerminationLog(@Nullable OutputStream file) {
        this.file = file;
    }

    /** Nobody reads it. */
    static TerminationLog none() {
        return new TerminationLog(null);
    }

    /**
     * Opens and empties the file.
     *
     * @param configured null for Kubernetes' own, if it is there
     * @param warn told if it cannot be written
     */
    static TerminationLog open(@Nullable String configured, Consumer<String> warn) {
        if (configured == null && !Files.isWritable(KUBERNETES)) {
            return new TerminationLog(null);
        }
        Path path = configured == null ? KUBERNETES : Path.of(configured);
        try {
            return new TerminationLog(new FileOutputStream(path.toFile()));
        } catch (IOException e) {
            warn.accept(
                    ("EBBTIDE_TERMINATION_LOG=%s cannot be written, so the platform will not show why this process ends"
                                    + " (expected: a file that may be created or written): %s")
                            .formatted(path, Redact.oneLine(e)));
            return new TerminationLog(null);
        }
    }

    /** Writes the reports, each with an equal share of the room. */
    void write(List<ShutdownReport> reports) {
        if (file != null && !reports.isEmpty()) {
            int share = ReportText.MOST_BYTES / reports.size();
            for (ShutdownReport report : reports) {
                byte[] text = ReportText.of(report, share).getBytes(StandardCharsets.UTF_8);
                write(text, text.length);
            }
        }
    }

    /** Writes as much as there is room for. */
    synchronized void write(byte[] bytes, int length) {
        int count = Math.min(length, left);
        if (file == null || count == 0) {
            return;
        }
        left -= count;
        try {
            file.write(bytes, 0, count);
        } catch (IOException e) {
            // nobody is left to tell
        }
    }
}
