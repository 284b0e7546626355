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
 * A queue in a folder, shared by any number of processes: {@code inbox} has what waits, {@code claimed} what somebody works
 * on, {@code done} what is finished. A file moves from one to the next in one step, so it is in one of them at any
 * moment. Safe for use by many threads.
 */
final class Spool {
    private final Path inbox;
    private final Path claimed;
    private final Path done;
    private final Duration lease;

    /** @param lease how long a message may take; after that somebody else gets it, too */
    Spool(Path folder, Duration lease) throws IOException {
        this.lease = lease;
        inbox = Files.createDirectories(folder.resolve("inbox"));
        claimed = Files.createDirectories(folder.resolve("claimed"));
        done = Files.createDirectories(folder.resolve("done"));
    }

    /** What waits, at most so many. */
    List<String> waiting(int most) throws IOException {
        try (Stream<Path> files = Files.list(inbox)) {
            return files.limit(most).map(file -> file.getFileName().toString()).toList();
        }
    }

    /** Takes a message for this process alone; returns false if another one was quicker. */
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

    /** Acknowledges it: it will not be worked on again, unless it took longer than the lease and was given back since. */
    void done(String name) throws IOException {
        try {
            move(claimed, done, name);
        } catch (NoSuchFileException e) {
            // given back: the process that claims it next acknowledges it
        }
    }

    /** Gives to others what a process has claimed that was killed since: what is older than the lease. */
    void giveBackAbandoned() throws IOException {
        Instant abandoned = Instant.now().minus(lease);
        try (Stream<Path> files = Files.list(claimed)) {
            for (Path file : files.toList()) {
                try {
                    if (Files.getLastModifiedTime(file).toInstant().isBefore(abandoned)) {
                        giveBack(file.getFileName().toString());
                    }
                } catch (NoSuchFileException e) {
                    // somebody has finished it, or was quicker
                }
            }
        }
    }

    /** Lets others have it, unless they have it already. */
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
