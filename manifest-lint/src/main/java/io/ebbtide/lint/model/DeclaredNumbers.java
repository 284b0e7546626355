package io.ebbtide.lint.model;

import io.ebbtide.lint.read.Value;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Numbers that no field of a manifest holds, declared in {@code lint.ebbtide.io} annotations of a workload or its pods. */
public final class DeclaredNumbers {
    public static final String PREFIX = "lint.ebbtide.io/";
    public static final String IGNORE = PREFIX + "ignore.";
    public static final List<String> DURATIONS =
            List.of("lame-duck", "drain", "stop", "longest-request", "idle-timeout", "propagation");
    public static final List<String> COUNTS = List.of("pool-size", "database-connections");

    private DeclaredNumbers() {}

    /** This duration, if it is declared and can be read. */
    public static Optional<Sourced<Duration>> duration(Workload workload, String name) {
        Value value = workload.annotation(PREFIX + name);
        if (!value.exists()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Sourced.of(Spans.parse(value.text()), "annotation " + PREFIX + name));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // the rule bad-declaration reports it
        }
    }

    /** This whole number, if it is declared and can be read. */
    public static Optional<Sourced<Long>> count(Workload workload, String name) {
        Value value = workload.annotation(PREFIX + name);
        return value.integer().isPresent()
                ? Optional.of(Sourced.of(value.integer().getAsLong(), "annotation " + PREFIX + name))
                : Optional.empty();
    }
}
