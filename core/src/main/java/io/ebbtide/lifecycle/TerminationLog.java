package io.ebbtide.lifecycle;

import io.ebbtide.internal.Redact;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
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

    private final @Nullable FileOutputStream file;
    private final boolean canOverwrite;
    private boolean hasDraft;
    private boolean isFinal;
    private int left = ReportText.MOST_BYTES;

    /** @param canOverwrite whether it is a file in which writing can begin anew, and no pipe or terminal */
    private TerminationLog(@Nullable FileOutputStream file, boolean canOverwrite) {
        this.file = file;
        this.canOverwrite = canOverwrite;
    }

    /** Nobody reads it. */
    static TerminationLog none() {
        return new TerminationLog(null, false);
    }

    /**
     * Opens and empties the file.
     *
     * @param configured null for Kubernetes' own, if it is there
     * @param warn told if it cannot be written
     */
    static TerminationLog open(@Nullable String configured, Consumer<String> warn) {
        if (configured == null && !Files.isWritable(KUBERNETES)) {
            return new TerminationLog(null, false);
        }
        Path path = configured == null ? KUBERNETES : Path.of(configured);
        try {
            return new TerminationLog(new FileOutputStream(path.toFile()), Files.isRegularFile(path));
        } catch (IOException e) {
            warn.accept(
                    ("EBBTIDE_TERMINATION_LOG=%s cannot be written, so the platform will not show why this process ends"
                                    + " (expected: a file that may be created or written): %s")
                            .formatted(path, Redact.oneLine(e)));
            return new TerminationLog(null, false);
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

    /**
     * Writes what stands in the file if the process is killed before its reports are written, in place of an earlier draft.
     * Does nothing once these are.
     *
     * @param text asked while the draft is written, so that the last one to be written is the latest
     */
    synchronized void writeDraft(Supplier<String> text) {
        if (file == null || !canOverwrite || isFinal) {
            return;
        }
        byte[] bytes = text.get().getBytes(StandardCharsets.UTF_8);
        try {
            empty(file);
            hasDraft = true;
            file.write(bytes, 0, Math.min(bytes.length, ReportText.MOST_BYTES));
        } catch (IOException e) {
            // a disk that is full, say
        }
    }

    private static void empty(FileOutputStream file) throws IOException {
        file.getChannel().truncate(0);
    }

    /** Writes as much as there is room for. */
    synchronized void write(byte[] bytes, int length) {
        if (length == 0) {
            return; // a rehearsal
        }
        isFinal = true;
        if (file != null && hasDraft) {
            hasDraft = false;
            try {
                empty(file);
            } catch (IOException | RuntimeException | Error e) {
                // then behind the draft: there may be no memory to be had
            }
        }
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
