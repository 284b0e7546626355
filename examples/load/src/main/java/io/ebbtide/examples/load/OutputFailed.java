package io.ebbtide.examples.load;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** A file of the run that cannot be written; the message names it and the reason. */
final class OutputFailed extends IOException {
    private static final long serialVersionUID = 1;

    OutputFailed(Path file, IOException cause) {
        super(
                file + " cannot be written: " + reason(cause)
                        + " (expected: a folder that can be written, and room in it; see --out)",
                cause);
    }

    String text() {
        return String.valueOf(getMessage());
    }

    private static String reason(IOException cause) {
        String reason = cause instanceof FileSystemException failure ? failure.getReason() : cause.getMessage();
        return reason == null ? cause.getClass().getSimpleName() : reason;
    }
}
