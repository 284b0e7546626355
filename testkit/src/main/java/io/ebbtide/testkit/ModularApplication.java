package io.ebbtide.testkit;

import io.ebbtide.internal.Expect;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An application with a module descriptor, compiled from source, with jars of this process's class path on its module path. Created with
 * {@link #compile}. Immutable.
 *
 * <pre>{@code
 * ModularApplication orders = ModularApplication.compile(
 *         "example.orders", sources, folder.resolve("classes"), List.of("logback-classic-", "logback-core-"), List.of());
 * Path image = ModularApplication.link(folder.resolve("image"), "java.management", "jdk.unsupported");
 * try (ServiceProcess service = orders.launcher("example.orders.Orders").javaHome(image).start()) { ... }
 * }</pre>
 */
public final class ModularApplication {
    private static final Pattern MODULE = Pattern.compile("\\w+(\\.\\w+)*");
    private static final Path HOME = Path.of(System.getProperty("java.home"));

    /** The dependencies of {@code ebbtide-core}, except jspecify, which is not needed at run time. */
    private static final List<String> CORE = List.of(
            "ebbtide-core-",
            "slf4j-api-",
            "micrometer-core-",
            "micrometer-commons-",
            "micrometer-observation-",
            "HdrHistogram-",
            "jackson-core-");

    /** Dependencies of older versions of Micrometer. */
    private static final String LATENCY_UTILS = "LatencyUtils-";

    private final String module;
    private final List<Path> modulePath;

    /** The options of javac and java for the jars on the class path. */
    private final List<String> options;

    private ModularApplication(String module, List<Path> modulePath, List<String> options) {
        this.module = module;
        this.modulePath = modulePath;
        this.options = options;
    }

    /** Whether this process runs on a JDK, with {@code javac}, as {@link #compile} needs it. */
    public static boolean canCompile() {
        return Files.isExecutable(tool("javac"));
    }

    /** Whether a JVM starts with {@code ebbtide-core}'s dependencies on its module path: not with HdrHistogram 2.2.1, an invalid module. */
    public static boolean canStart() {
        return !System.getProperty("java.class.path").contains("HdrHistogram-2.2.1.jar");
    }

    /** Whether this process runs on a JDK with {@code jlink}, as {@link #link} needs it. */
    public static boolean canLink() {
        return Files.isExecutable(tool("jlink"));
    }

    /**
     * Compiles the application for Java 17, with the {@code javac} of this process's JDK. Blocks until that has ended, some seconds.
     * Jars are found on this process's class path by the beginnings of their file names. {@code ebbtide-core} and its dependencies are
     * always on the module path.
     *
     * @param module the name of the application's module
     * @param sources a folder with {@code module-info.java} and the other sources
     * @param classes where the compiled classes are written; may not exist yet
     * @param modules further jars on the module path; may be empty
     * @param others the jars that remain on the class path, which the application's module reads ({@code --add-reads}); may be empty
     * @throws IllegalArgumentException if no jar's name begins with one of these
     * @throws IllegalStateException if it does not compile; the message has the compiler's output
     */
    public static ModularApplication compile(
            String module, Path sources, Path classes, List<String> modules, List<String> others)
            throws InterruptedException {
        Expect.text(module, "module");
        Expect.present(sources, "sources");
        Expect.present(classes, "classes");
        var modulePath = new ArrayList<>(jars(CORE, "modules"));
        if (System.getProperty("java.class.path").contains(LATENCY_UTILS)) {
            modulePath.add(jar(LATENCY_UTILS, "modules"));
        }
        modulePath.addAll(jars(modules, "modules"));
        List<Path> classPath = jars(others, "others");
        List<String> options = classPath.isEmpty()
                ? List.of()
                : List.of("-cp", joined(classPath), "--add-reads", module + "=ALL-UNNAMED");
        var command = new ArrayList<>(List.of(tool("javac").toString(), "--release", "17", "-d", classes.toString()));
        command.addAll(options);
        command.addAll(List.of("-p", joined(modulePath)));
        try (Stream<Path> files = Files.walk(sources)) {
            files.map(Path::toString).filter(file -> file.endsWith(".java")).forEach(command::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        run(command);
        modulePath.add(classes);
        return new ModularApplication(module, List.copyOf(modulePath), options);
    }

    /**
     * Builds a runtime image of modules of this process's JDK, and of the modules that they require. Blocks until it is built, some ten
     * seconds.
     *
     * @param image a folder that does not exist yet; afterwards 50 MB and more
     * @param jdkModules the names, at least one
     * @return the image, for {@link JavaLauncher#javaHome}
     * @throws IllegalArgumentException if there are none, or one is not a module name
     * @throws IllegalStateException if it cannot be built; the message has the output of jlink
     */
    public static Path link(Path image, String... jdkModules) throws InterruptedException {
        Expect.present(image, "image");
        List<String> modules = Expect.list(Arrays.asList(Expect.present(jdkModules, "jdkModules")), "jdkModules");
        Expect.atLeast(1, modules.size(), "jdkModules");
        for (String module : modules) {
            if (!MODULE.matcher(module).matches()) {
                throw Expect.wrong("jdkModules", '"' + module + '"', "the name of a module, such as java.management");
            }
        }
        run(List.of(
                tool("jlink").toString(),
                "--add-modules",
                String.join(",", modules),
                "--no-header-files",
                "--no-man-pages",
                "--output",
                image.toString()));
        return image;
    }

    /**
     * Creates a launcher by {@code java -p ... -m}.
     *
     * @param main the main class, such as {@code example.orders.Orders}
     */
    public JavaLauncher launcher(String main) {
        return JavaLauncher.ofModule(module + "/" + Expect.text(main, "main"), modulePath)
                .jvmOptions(options.toArray(String[]::new));
    }

    private static Path tool(String name) {
        return HOME.resolve("bin").resolve(name);
    }

    private static List<Path> jars(List<String> prefixes, String parameter) {
        return Expect.list(prefixes, parameter).stream()
                .map(prefix -> jar(prefix, parameter))
                .toList();
    }

    private static Path jar(String prefix, String parameter) {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .filter(entry -> entry.getFileName().toString().startsWith(prefix))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "%s: %s (expected: the beginning of the file name of a jar on the class path)"
                                .formatted(parameter, prefix)));
    }

    private static String joined(List<Path> paths) {
        return paths.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }

    private static void run(List<String> command) throws InterruptedException {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(String.join(" ", command) + " failed:\n" + output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
