package io.ebbtide.examples.deploy;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * A program that is there or is not. Safe for use by many threads.
 *
 * @param name what it is called
 * @param remedy how to get it
 */
record Tool(String name, String remedy) {
    /** Reached by a broken program alone. */
    private static final long HANG_MINUTES = 5;

    static final Tool KUBECTL = new Tool("kubectl", "any of 1.27 or later");
    static final Tool PROMTOOL = new Tool("promtool", "apt-get install prometheus");

    /**
     * What it printed, and how it ended. Immutable.
     *
     * @param exit its exit code
     * @param output standard output
     * @param errors standard error
     */
    record Result(int exit, String output, String errors) {}

    /** Skips the test where the program is missing. */
    void assume() {
        boolean there = Arrays.stream(System.getenv("PATH").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, name)));
        assumeTrue(there, () -> name + " is not installed (expected: on the PATH; " + remedy + ")");
    }

    /** Skips the test where kubectl is missing, or so old that its kustomize knows no components. */
    static void assumeKustomize() {
        KUBECTL.assume();
        String version =
                KUBECTL.run(Path.of("."), "version", "--client", "-o", "json").output();
        assumeTrue(
                Pattern.compile("\"kustomizeVersion\": \"v([5-9]|\\d\\d)")
                        .matcher(version)
                        .find(),
                () -> "kubectl is too old (expected: kustomize 5 or later; " + KUBECTL.remedy() + "): " + version);
    }

    /** Runs it to its end. */
    Result run(Path folder, String... arguments) {
        try {
            return start(folder, arguments);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(name + " did not run", e);
        }
    }

    private Result start(Path folder, String... arguments) throws IOException, InterruptedException {
        Path output = Files.createTempFile(Path.of("target"), name, ".out");
        Path errors = Files.createTempFile(Path.of("target"), name, ".err");
        try {
            var command = new ArrayList<>(List.of(name));
            command.addAll(List.of(arguments));
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectOutput(output.toFile())
                    .redirectError(errors.toFile())
                    .start();
            if (!process.waitFor(HANG_MINUTES, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new AssertionError(command + " did not end within " + HANG_MINUTES + " min");
            }
            return new Result(process.exitValue(), Files.readString(output), Files.readString(errors));
        } finally {
            Files.delete(output);
            Files.delete(errors);
        }
    }
}
