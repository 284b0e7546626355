package io.ebbtide.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** Describes the machine and the version that the figures were measured on. Stateless. */
final class Machine {
    private static final String UNKNOWN = "unknown";

    private Machine() {}

    /** The lines above the figures: the time, the commit, the JDK, the number of processors and their load. */
    static String header(Path folder) {
        int processors = Runtime.getRuntime().availableProcessors();
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        return """
                date        %s
                commit      %s
                JDK         %s %s, %s
                system      %s %s, %d processor(s)
                load        %s
                """.formatted(
                        OffsetDateTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS),
                        commit(folder),
                        System.getProperty("java.vm.name"),
                        System.getProperty("java.vm.version"),
                        System.getProperty("java.vendor"),
                        System.getProperty("os.name"),
                        System.getProperty("os.arch"),
                        processors,
                        load(load, processors));
    }

    /** The load average of the last minute; negative where the system has none. */
    static String load(double average, int processors) {
        if (average < 0) {
            return UNKNOWN;
        }
        String text = "%.1f in the last minute".formatted(average);
        return average > 0.5 * processors
                ? text + ": the machine is busy, so times are long and intervals wide; compare with a run at rest only"
                : text;
    }

    /**
     * The commit that is checked out in the folder or one above it, read from Git's files; uncommitted changes are
     * not detected.
     *
     * @return {@code unknown} if there is no repository, or its format is not supported
     */
    static String commit(Path folder) {
        try {
            for (Path each = folder.toAbsolutePath(); each != null; each = each.getParent()) {
                if (Files.exists(each.resolve(".git"))) {
                    return head(each.resolve(".git"));
                }
            }
        } catch (IOException e) {
            return UNKNOWN;
        }
        return UNKNOWN;
    }

    private static String head(Path repository) throws IOException {
        Path own = repository;
        if (Files.isRegularFile(own)) { // a worktree: a file that names the folder
            own = own.resolveSibling(Files.readString(own).strip().replaceFirst("^gitdir: ", ""));
        }
        Path shared = Files.exists(own.resolve("commondir"))
                ? own.resolve(Files.readString(own.resolve("commondir")).strip())
                : own;
        String head = Files.readString(own.resolve("HEAD")).strip();
        if (!head.startsWith("ref: ")) {
            return head;
        }
        String reference = head.substring("ref: ".length());
        if (Files.exists(shared.resolve(reference))) {
            return Files.readString(shared.resolve(reference)).strip();
        }
        List<String> packed = Files.readAllLines(shared.resolve("packed-refs"));
        return packed.stream()
                .filter(line -> line.endsWith(" " + reference))
                .map(line -> line.substring(0, line.indexOf(' ')))
                .findFirst()
                .orElse(UNKNOWN);
    }
}
