package io.ebbtide.examples.spool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * A queue in a folder, shared by any number of processes: {@code inbox} holds waiting files, {@code claimed} files that a process
 * works on, {@code done} finished files. A file moves from one to the next atomically, so it is always in exactly one of
 * them. Safe for use by many threads.
 */
final class Spool {
    private final Path inbox;
    private final Path claimed;
    private final Path done;
    private final Duration lease;

    /** @param lease the maximum time for a message; after that another process receives it, too */
    Spool(Path folder, Duration lease) throws IOException {
        this.lease = lease;
        inbox = Files.createDirectories(folder.resolve("inbox"));
        claimed = Files.createDirectories(folder.resolve("claimed"));
        done = Files.createDirectories(folder.resolve("done"));
    }

    /** The waiting messages, up to a maximum number. */
    List<String> waiting(int max) throws IOException {
        try (Stream<Path> files = Files.list(inbox)) {
            return files.limit(max).map(file -> file.getFileName().toString()).toList();
        }
    }

    /** Claims a message for this process; returns false if another process was quicker. */
    boolean claim(String name) throws IOException {
        try {
            Files.setLastModifiedTime(inbox.resolve(name), FileTime.from(Instant.now()));
            move(inbox, claimed, name);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    byte[] read(String name) throws IOException {
        return Files.readAllBytes(claimed.resolve(name));
    }

    /** Acknowledges a message: it is not processed again, unless it took longer than the lease and has been given back since. */
    void done(String name) throws IOException {
        try {
            move(claimed, done, name);
        } catch (NoSuchFileException e) {
            // given back: the process that claims it next acknowledges it
        }
    }

    /** Gives back the messages of processes that were killed: claims that are older than the lease. */
    void giveBackAbandoned() throws IOException {
        Instant abandoned = Instant.now().minus(lease);
        try (Stream<Path> files = Files.list(claimed)) {
            for (Path file : files.toList()) {
                try {
                    if (Files.getLastModifiedTime(file).toInstant().isBefore(abandoned)) {
                        giveBack(file.getFileName().toString());
                    }
                } catch (NoSuchFileException e) {
                    // another process has finished it, or was quicker
                }
            }
        }
    }

    /** Gives a message back to other processes, unless they have it already. */
    void giveBack(String name) throws IOException {
        try {
            move(claimed, inbox, name);
        } catch (NoSuchFileException e) {
            // finished, or given back because its lease was over
        }
    }

    private static void move(Path from, Path to, String name) throws IOException {
        Files.move(from.resolve(name), to.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }
}
