package io.ebbtide.benchmarks;

import io.ebbtide.testkit.JavaLauncher;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Another version of the library, which is measured in turn with this one. Stateless. */
final class Baseline {
    /** The system property with its jars, such as those of ebbtide-core and ebbtide-undertow, separated as in a class path. */
    static final String PROPERTY = "benchmark.baseline";

    private Baseline() {}

    /**
     * Returns the jars; none if no other version is to be measured.
     *
     * @throws IllegalArgumentException if one of them does not exist
     */
    static List<Path> jars() {
        List<Path> jars = new ArrayList<>();
        for (String each : System.getProperty(PROPERTY, "").split(File.pathSeparator, -1)) {
            Path jar = Path.of(each).toAbsolutePath();
            if (!each.isEmpty() && !Files.isRegularFile(jar)) {
                throw new IllegalArgumentException("%s: %s (expected: jars of another version, separated by '%s')"
                        .formatted(PROPERTY, jar, File.pathSeparator));
            }
            if (!each.isEmpty()) {
                jars.add(jar);
            }
        }
        return jars;
    }

    /** Lets a launcher use the other version. */
    static JavaLauncher of(JavaLauncher launcher) {
        jars().forEach(launcher::first);
        return launcher;
    }

    /** Notes that none is measured, and how one would be. */
    static void noteIfNone(Results results) {
        if (jars().isEmpty()) {
            results.note("no version to compare with: -D%s=<jars> names one".formatted(PROPERTY));
        }
    }
}
