package io.ebbtide.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.ServiceProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.jar.JarInputStream;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The application as one executable jar, which is replaced while it runs: all classes of core are loaded by then, from the jar within
 * it. The build makes that jar under the profiles of this tag.
 */
@Tag("extended")
final class ExecutableJarIT {
    private static final Duration SOON = Duration.ofMinutes(3);
    private static final String LAUNCHER = "org.springframework.boot.loader.launch.JarLauncher";
    private static final String CORE = "BOOT-INF/lib/ebbtide-core-";
    private static final String CLASS = ".class";

    /** In the JVM's log of the classes that it loads. */
    private static final Pattern LOADED_FROM_CORE =
            Pattern.compile(" (io\\.ebbtide\\.\\S+) source: jar:nested:\\S+/!" + CORE);

    private static final Pattern MISSING = Pattern.compile("NoClassDefFoundError: (io/ebbtide/\\S+?)[,\\s\"]");

    private static RealStores stores;

    @TempDir
    private Path folder;

    private Path jar;
    private Path log;
    private Set<String> core;

    @BeforeAll
    static void startStores() {
        stores = RealStores.start();
    }

    @AfterAll
    static void stopStores() {
        stores.close();
    }

    @BeforeEach
    void copyTheJar() throws IOException {
        jar = folder.resolve("orders.jar");
        log = folder.resolve("classes.log");
        try (Stream<Path> files = Files.list(Path.of("target"))) {
            Files.copy(
                    files.filter(file -> file.toString().endsWith("-executable.jar"))
                            .findFirst()
                            .orElseThrow(
                                    () -> new IllegalStateException(
                                            "no executable jar in target (expected: built with -Pextended, or -Dboot.skip=false)")),
                    jar);
        }
        core = classesOfCore();
    }

    private Set<String> classesOfCore() throws IOException {
        try (var outer = new ZipFile(jar.toFile())) {
            ZipEntry library = outer.stream()
                    .filter(entry -> entry.getName().startsWith(CORE))
                    .findFirst()
                    .orElseThrow();
            try (var inner = new JarInputStream(outer.getInputStream(library))) {
                return Stream.generate(() -> next(inner))
                        .takeWhile(name -> !name.isEmpty())
                        .filter(name -> name.endsWith(CLASS) && !name.endsWith("-info.class"))
                        .map(name -> name.substring(0, name.length() - CLASS.length())
                                .replace('/', '.'))
                        .collect(Collectors.toSet());
            }
        }
    }

    /** Returns the name of the next entry; an empty one at the end. */
    private static String next(JarInputStream of) {
        try {
            ZipEntry entry = of.getNextEntry();
            return entry == null ? "" : entry.getName();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ServiceProcess startedAndWarm() throws Exception {
        ServiceProcess service = stores.on(JavaLauncher.ofClassPath(LAUNCHER, List.of(jar)))
                .jvmOptions("-Xlog:class+load:file=" + log)
                .environment("EBBTIDE_LAME_DUCK", "0s")
                .start();
        try {
            service.awaitLine("'orders' is RUNNING", SOON);
            Awaitility.await()
                    .atMost(SOON)
                    .untilAsserted(() -> assertThat(loadedFromCore()).isEqualTo(core));
            return service;
        } catch (Exception | Error e) {
            service.close();
            throw e;
        }
    }

    private Set<String> loadedFromCore() throws IOException {
        return LOADED_FROM_CORE
                .matcher(Files.readString(log))
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toSet());
    }

    /** As by {@code rsync} or {@code mv}: a process that has the old file open can still read it. */
    @Test
    void jarThatIsReplaced_doesNotDisturbTheShutdown() throws Exception {
        try (ServiceProcess service = startedAndWarm()) {
            Path next = Files.createFile(folder.resolve("next.jar"));
            Files.move(next, jar, StandardCopyOption.ATOMIC_MOVE);

            service.signal("TERM");

            assertThat(core).hasSizeGreaterThan(100);
            assertThat(service.awaitExit(SOON).code()).as(service.output()).isZero();
            assertThat(service.report().get("outcome").asText()).isEqualTo("CLEAN");
        }
    }

    /** As by {@code cp} or {@code scp}: nothing more can be loaded, neither by the adapter, nor by Tomcat and Spring. */
    @Test
    void jarThatIsOverwritten_doesNotKeepCoreFromReporting() throws Exception {
        try (ServiceProcess service = startedAndWarm()) {
            Files.write(jar, new byte[1]);

            service.signal("TERM");
            int code = service.awaitExit(SOON).code();

            assertThat(service.report().get("exitCode").asInt()).isEqualTo(code);
            assertThat(service.report().get("stateMillis").has("STOPPING")).isTrue();
            assertThat(MISSING.matcher(service.output())
                            .results()
                            .map(match -> match.group(1).replace('/', '.')))
                    .doesNotContainAnyElementsOf(core);
        }
    }
}
