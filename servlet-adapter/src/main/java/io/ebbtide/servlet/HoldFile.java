package io.ebbtide.servlet;

import io.ebbtide.health.Check;
import io.ebbtide.health.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Holds the service out of rotation while a file exists. A web application learns of its end too late to fail its
 * readiness before it; the operator who ends the container can do so by a file, which needs no port, no path and no
 * permission but the file system's.
 */
final class HoldFile {
    private static final Duration EVERY = Duration.ofSeconds(1);

    private HoldFile() {}

    static Check check(Path file) {
        return Check.of(() -> Files.exists(file) ? Outcome.down("held by a file") : Outcome.up())
                .every(EVERY)
                .downAfter(1);
    }
}
