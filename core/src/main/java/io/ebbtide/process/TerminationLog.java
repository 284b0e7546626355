package io.ebbtide.process;

import io.ebbtide.internal.BoundedCall;
import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Redact;
import io.ebbtide.internal.Ticker;
import io.ebbtide.report.ShutdownReport;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The file whose text the platform shows as the reason why a container ended (Kubernetes: {@code terminationMessagePath}).
 * Safe for use by many threads.
 */
final class TerminationLog {
    /*
     * Open from the start on: at the end no memory and no file handle may be available. A write that fails (a full disk)
     * or hangs is ignored: its caller waits only for a short time.
     */
    private static final Path KUBERNETES = Path.of("/dev/termination-log");

    private static final Duration MAX_TO_OPEN = Duration.ofSeconds(1);

    private final @Nullable FileOutputStream file;
    private final boolean canOverwrite;
    private boolean hasDraft;
    private boolean isFinal;
    private int remainingBytes = ShutdownReport.MAX_TEXT_BYTES;

    /** @param canOverwrite whether it is a file that can be emptied and rewritten, and no pipe or terminal */
    private TerminationLog(@Nullable FileOutputStream file, boolean canOverwrite) {
        this.file = file;
        this.canOverwrite = canOverwrite;
    }

    /** Returns a log that discards everything. */
    static TerminationLog none() {
        return new TerminationLog(null, false);
    }

    /** Whether it discards everything. */
    boolean isNone() {
        return file == null;
    }

    /**
     * Opens and empties the file.
     *
     * @param configured the path; null for Kubernetes' own, if it exists
     * @param warn receives a line if it cannot be written
     */
    static TerminationLog open(@Nullable String configured, Ticker ticker, Consumer<String> warn) {
        if (configured == null && !Files.isWritable(KUBERNETES)) { // in /dev, which answers
            return none();
        }
        var opened = new CompletableFuture<TerminationLog>();
        BoundedCall call = BoundedCall.begin(
                "ebbtide-termination-message",
                () -> {
                    TerminationLog file = openNow(configured);
                    if (!opened.complete(file)) {
                        file.close(); // too late
                    }
                },
                ticker);
        boolean inTime = call.await(MAX_TO_OPEN);
        Throwable failure = inTime ? call.failure() : new IOException("not open after " + Durations.text(MAX_TO_OPEN));
        opened.complete(none());
        if (failure != null) {
            warn.accept(
                    ("EBBTIDE_TERMINATION_LOG=%s cannot be written, so the platform will not show why this process ends"
                                    + " (expected: a file that may be created or written): %s")
                            .formatted(configured == null ? KUBERNETES : configured, Redact.oneLine(failure)));
        }
        return opened.join();
    }

    /** May block for ever, on a file system that does not answer. */
    private static TerminationLog openNow(@Nullable String configured) throws IOException {
        Path path = configured == null ? KUBERNETES : Path.of(configured);
        boolean isSpecial = Files.exists(path) && !Files.isRegularFile(path);
        return isSpecial
                ? new TerminationLog(openSpecial(path), false)
                : new TerminationLog(new FileOutputStream(path.toFile()), true);
    }

    /** On Linux, open(2) of a FIFO for writing alone waits until another process opens it for reading; for both it does not. */
    private static FileOutputStream openSpecial(Path path) throws IOException {
        if (Files.readAttributes(path, BasicFileAttributes.class).isDirectory()) {
            throw new IOException("is a directory");
        }
        try {
            var file =
                    new RandomAccessFile(path.toFile(), "rw"); // never closed: it shares its descriptor with the stream
            return new FileOutputStream(file.getFD());
        } catch (IOException e) { // not readable
            return new FileOutputStream(path.toFile());
        }
    }

    /** Closes the file; nothing can be written any more. */
    void close() {
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            // it is written already, or cannot be
        }
    }

    /** Writes the reports, each with an equal share of the room. */
    void write(List<ShutdownReport> reports) {
        if (file != null && !reports.isEmpty()) {
            int share = ShutdownReport.MAX_TEXT_BYTES / reports.size();
            for (ShutdownReport report : reports) {
                byte[] text = report.text(share).getBytes(StandardCharsets.UTF_8);
                write(text, text.length);
            }
        }
    }

    /**
     * Writes the text that remains if the process is killed before its reports are written, in place of an earlier draft.
     * Does nothing once the reports are written.
     *
     * @param text called while the draft is written, so that the last one to be written is the latest
     */
    synchronized void writeDraft(Supplier<String> text) {
        if (file == null || !canOverwrite || isFinal) {
            return;
        }
        byte[] bytes = text.get().getBytes(StandardCharsets.UTF_8);
        try {
            empty(file);
            hasDraft = true;
            file.write(bytes, 0, Math.min(bytes.length, ShutdownReport.MAX_TEXT_BYTES));
        } catch (IOException e) {
            // for example a full disk
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
                // then it follows the draft: no memory may be available
            }
        }
        int count = Math.min(length, remainingBytes);
        if (file == null || count == 0) {
            return;
        }
        remainingBytes -= count;
        try {
            file.write(bytes, 0, count);
        } catch (IOException e) {
            // no other place to report it
        }
    }
}
