package io.ebbtide.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The limit of threads of this process, as far as the system reports it. Linux only. Confine to one thread. */
final class ThreadLimit {
    /*
     * A cgroup's pids.max limits the threads of all processes in it, as does that of each cgroup above it that is visible here. A limit
     * that is set further up, as by the kubelet's podPidsLimit on the pod, cannot be seen from inside the container. RLIMIT_NPROC
     * limits the threads of the user, wherever they run, of which only our own can be counted here; the superuser is exempt.
     */
    private static final double NEAR = 0.9;
    private static final double FAR = 0.8;

    private final Path proc;
    private final List<Path> cgroups;
    private final Map<Path, Long> refusals = new HashMap<>();
    private final boolean isUserLimited;
    private boolean isNear;

    /** The refusals at the last mark: the kernel counts since the cgroup exists, and earlier ones do not concern this service. */
    private long marked;

    /**
     * Usage of one limit.
     *
     * @param name the name of the limit in its documentation
     */
    record Usage(String name, long count, long limit) {
        private double share() {
            return (double) count / limit;
        }
    }

    /**
     * @param proc {@code /proc/self}
     * @param cgroups {@code /sys/fs/cgroup}
     */
    ThreadLimit(Path proc, Path cgroups) {
        this.proc = proc;
        this.cgroups = limited(proc.resolve("cgroup"), cgroups);
        String user = firstLine(proc.resolve("status"), line -> line.startsWith("Uid:"));
        isUserLimited = user != null && !user.split("\\s+", 3)[1].equals("0");
        mark();
    }

    /** Returns an instance that knows of no limit. */
    static ThreadLimit none() {
        return new ThreadLimit(Path.of("/nonexistent"), Path.of("/nonexistent"));
    }

    static ThreadLimit ofSystem() {
        return new ThreadLimit(Path.of("/proc/self"), Path.of("/sys/fs/cgroup"));
    }

    /** Returns the limit that is nearest to being reached; null if none is known. */
    @Nullable
    Usage nearest() {
        Usage nearest = ofUser();
        for (Path cgroup : cgroups) {
            Long limit = number(cgroup.resolve("pids.max"));
            Long count = number(cgroup.resolve("pids.current"));
            if (limit != null && count != null && limit > 0) {
                var usage = new Usage("pids.max of the cgroup", count, limit);
                nearest = nearest == null || usage.share() > nearest.share() ? usage : nearest;
            }
        }
        return nearest;
    }

    /** Returns a warning when a limit first comes near; null at all other times. */
    @Nullable
    String warning() {
        Usage usage = nearest();
        if (usage == null) { // perhaps unreadable for lack of a descriptor, which proves nothing about threads
            return null;
        }
        if (usage.share() < FAR) {
            isNear = false;
        }
        if (isNear || usage.share() < NEAR) {
            return null;
        }
        isNear = true;
        return ("%d of %d threads are in use (%s); at the limit no new thread can be started for a request (expected: below %d %%);"
                        + " find out which threads do not end (ps -L -o comm -p <pid>), or raise the limit")
                .formatted(usage.count(), usage.limit(), usage.name(), Math.round(100 * NEAR));
    }

    /** Begins a new period for {@link #hasRefusedSinceMark}, as the constructor does. */
    void mark() {
        marked = refusals();
    }

    /** Returns whether the system has refused a thread since the last mark; false where it does not count that. */
    boolean hasRefusedSinceMark() {
        return refusals() > marked;
    }

    /** Returns how often the system has refused a thread for one of these limits, as far as it counts that. */
    private long refusals() {
        long sum = 0;
        for (Path cgroup : cgroups) {
            String events = firstLine(cgroup.resolve("pids.events"), line -> line.startsWith("max "));
            Long count = events == null ? null : number(events.substring("max ".length()));
            Long known = count == null ? refusals.get(cgroup) : count; // perhaps unreadable for lack of a descriptor
            if (known != null) {
                refusals.put(cgroup, known);
                sum += known;
            }
        }
        return sum;
    }

    private @Nullable Usage ofUser() {
        if (!isUserLimited) {
            return null;
        }
        String limits = firstLine(proc.resolve("limits"), line -> line.startsWith("Max processes"));
        String threads = firstLine(proc.resolve("status"), line -> line.startsWith("Threads:"));
        if (limits == null || threads == null) {
            return null;
        }
        Long limit = number(limits.substring("Max processes".length()).strip().split("\\s+", 2)[0]);
        Long count = number(threads.substring("Threads:".length()));
        return limit == null || count == null || limit <= 0
                ? null
                : new Usage(
                        "RLIMIT_NPROC of the user, which also counts the threads of the user's other processes",
                        count,
                        limit);
    }

    /** Returns the cgroups of this process, and those above them, that limit threads now. */
    private static List<Path> limited(Path membership, Path root) {
        List<Path> limited = new ArrayList<>();
        for (String line : lines(membership)) { // hierarchy:controllers:path, see cgroups(7)
            String[] parts = line.split(":", 3);
            if (parts.length == 3 && (parts[1].isEmpty() || ("," + parts[1] + ",").contains(",pids,"))) {
                Path top = parts[1].isEmpty() ? root : root.resolve("pids");
                Path own = top.resolve(parts[2].substring(1)).normalize();
                for (Path each = Files.isDirectory(own) ? own : top;
                        each != null && each.startsWith(top);
                        each = each.getParent()) {
                    if (number(each.resolve("pids.max")) != null) {
                        limited.add(each);
                    }
                }
            }
        }
        return limited;
    }

    private static @Nullable Long number(Path file) {
        String line = firstLine(file, any -> true);
        return line == null ? null : number(line);
    }

    /** Returns null for text that is no number, such as {@code max} and {@code unlimited}. */
    private static @Nullable Long number(String text) {
        try {
            return Long.valueOf(text.strip());
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static @Nullable String firstLine(Path file, Predicate<String> wanted) {
        for (String line : lines(file)) {
            if (wanted.test(line)) {
                return line;
            }
        }
        return null;
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
        } catch (IOException | RuntimeException e) { // no Linux, no such controller, or no permission
            return List.of();
        }
    }
}
