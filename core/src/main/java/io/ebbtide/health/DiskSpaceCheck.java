package io.ebbtide.health;

import io.ebbtide.internal.Expect;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** Checks the usable space of a file system. */
final class DiskSpaceCheck implements Callable<Outcome> {
    private final Path path;
    private final long minimumBytes;

    DiskSpaceCheck(Path path, long minimumBytes) {
        this.path = Expect.present(path, "path");
        this.minimumBytes = minimumBytes;
        if (minimumBytes < 1) {
            throw Expect.wrong("minimumBytes", minimumBytes, ">= 1");
        }
    }

    @Override
    public Outcome call() throws IOException {
        try {
            long usable = Files.getFileStore(path).getUsableSpace();
            Outcome outcome = usable >= minimumBytes ? Outcome.up() : Outcome.down("disk is nearly full");
            return outcome.with("usableBytes", usable).with("minimumBytes", minimumBytes);
        } catch (NoSuchFileException e) {
            return Outcome.down("no such path");
        }
    }
}
