package io.ebbtide.testkit;

import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The class path of this JVM with some of its jars replaced, to run code with another version of a library than the one
 * it was compiled with. Obtained from {@link #of}. Immutable.
 */
public final class OtherClassPath {
    private final List<Path> entries;

    private OtherClassPath(List<Path> entries) {
        this.entries = entries;
    }

    /**
     * Replaces the jars whose file names begin with a prefix by those of a folder.
     *
     * @throws IllegalArgumentException if there is no such jar, or no jar in the folder
     */
    public static OtherClassPath of(String prefix, Path folder) throws IOException {
        List<Path> before = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .toList();
        List<Path> kept = before.stream()
                .filter(each -> !each.getFileName().toString().startsWith(prefix))
                .toList();
        if (kept.size() == before.size()) {
            throw new IllegalArgumentException(
                    "prefix: %s (expected: the beginning of the file name of a jar on the class path)"
                            .formatted(prefix));
        }
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> others = files.filter(each -> each.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
            if (others.isEmpty()) {
                throw new IllegalArgumentException(
                        "folder: %s (expected: a folder that contains jars)".formatted(folder));
            }
            return new OtherClassPath(
                    Stream.concat(kept.stream(), others.stream()).toList());
        }
    }

    /**
     * Runs code in a separate class loader, on the calling thread, and returns its result.
     *
     * @param code has a public constructor without parameters; the result must be of a JDK type
     */
    public String run(Class<? extends Supplier<String>> code) throws IOException, ReflectiveOperationException {
        URL[] urls = entries.stream().map(OtherClassPath::url).toArray(URL[]::new);
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (var loader = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader())) {
            thread.setContextClassLoader(loader);
            var instance = (Supplier<?>)
                    loader.loadClass(code.getName()).getDeclaredConstructor().newInstance();
            return String.valueOf(instance.get());
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static URL url(Path entry) {
        try {
            return entry.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
