package io.ebbtide.internal;

import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/** Loads classes in the background, once a service runs. */
public final class WarmUp {
    private static final AtomicBoolean RUNS = new AtomicBoolean();
    /** The first requests have the processors for themselves. */
    private static final Duration PAUSE = Duration.ofMillis(500);

    private static final String OURS = "io.ebbtide";
    private static final String CLASS = ".class";

    private WarmUp() {}

    /**
     * Loads, while a service runs that owns the process, the classes that its shutdown needs: by then its jar may have been
     * replaced, or the heap may be full. Once per process.
     *
     * @param rehearsal run afterwards, on the same thread: links and initializes what is not by being loaded
     */
    public static void forShutdown(Runnable rehearsal) {
        if (RUNS.compareAndSet(false, true)) {
            inBackground(rehearsal);
        }
    }

    /** The thread ends shortly afterwards. */
    private static void inBackground(Runnable rehearsal) {
        try {
            Threads.daemon("ebbtide-warm-up", () -> attempt(rehearsal)).start();
        } catch (OutOfMemoryError e) {
            // no thread available: then each class is loaded when it is needed
        }
    }

    private static void attempt(Runnable rehearsal) {
        try {
            LockSupport.parkNanos(PAUSE.toNanos());
            loadForShutdown();
            rehearsal.run();
        } catch (RuntimeException | Error e) { // for example a full heap
            // each class is loaded when it is needed, and the code that needs it reports why it cannot be
        }
    }

    private static void loadForShutdown() {
        try {
            Json.bytes(json -> {
                json.writeStartObject();
                json.writeStringField("status", "UP");
                json.writeNumberField("count", 1);
                json.writeEndObject();
            });
        } catch (RuntimeException | Error e) {
            // the code that needs it fails by itself, and reports it
        }
        Redact.text("redis://user:password@host"); // its patterns take a while
        try {
            classes(OURS, WarmUp.class).forEach(WarmUp::link);
        } catch (IOException | URISyntaxException | RuntimeException | Error e) {
            // the rest is loaded when it is needed
        }
    }

    /** The names of all classes of a package and its subpackages that are where this class is; none where that is unknown. */
    static List<String> classes(String within, Class<?> type) throws IOException, URISyntaxException {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        URL place = source == null ? null : source.getLocation();
        return place == null ? List.of() : classes(within, place);
    }

    /** @param place a folder; or a jar, perhaps one with all of an application, perhaps one inside another */
    static List<String> classes(String within, URL place) throws IOException, URISyntaxException {
        if (place.getProtocol().equals("jar")) { // Spring Boot's nested jars, which its URL handler reads
            return place.openConnection() instanceof JarURLConnection nested ? classes(within, nested) : List.of();
        }
        if (!place.getProtocol().equals("file")) {
            return List.of();
        }
        Path path = Path.of(place.toURI());
        if (Files.isDirectory(path)) {
            try (Stream<Path> files = Files.walk(path)) {
                return names(within, files.map(file -> path.relativize(file).toString()));
            }
        }
        try (var jar = new JarFile(path.toFile())) {
            return names(within, jar.stream().map(Object::toString));
        }
    }

    private static List<String> classes(String within, JarURLConnection nested) throws IOException {
        nested.setUseCaches(false); // the jar is closed here: no other reader may share it
        try (JarFile jar = nested.getJarFile()) {
            return names(within, jar.stream().map(Object::toString));
        }
    }

    private static List<String> names(String within, Stream<String> files) {
        return files.filter(file -> file.endsWith(CLASS) && !file.endsWith("-info.class"))
                .map(file -> file.substring(0, file.length() - CLASS.length())
                        .replace('\\', '.')
                        .replace('/', '.'))
                .filter(name -> name.startsWith(within + "."))
                .toList();
    }

    /** Loads and verifies, and does not initialise: that might log. */
    @SuppressWarnings("ReturnValueIgnored") // reading a class's members verifies it first
    private static void link(String name) {
        try {
            Class.forName(name, false, WarmUp.class.getClassLoader()).getDeclaredConstructors();
        } catch (ClassNotFoundException | LinkageError e) {
            // it needs a library that is absent
        }
    }
}
