package io.ebbtide.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.Ebbtide;
import io.ebbtide.health.Status;
import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** HikariCP is optional: without it on the class path other data sources are checked all the same. */
final class WithoutHikariTest {
    /** Run in a class loader that cannot see HikariCP. */
    public static final class Service implements Supplier<String> {
        @Override
        public String get() {
            var nowhere = new PGSimpleDataSource();
            nowhere.setServerNames(new String[] {"127.0.0.1"});
            nowhere.setPortNumbers(new int[] {1});
            try (Ebbtide service = Ebbtide.builder("without")
                    .readiness("db", JdbcCheck.of(nowhere).timeout(Duration.ofSeconds(60)))
                    .build()
                    .start()) {
                Awaitility.await()
                        .atMost(Duration.ofMinutes(2))
                        .until(() -> service.health().snapshot().readiness() == Status.DEGRADED);
                return service.health().snapshot().checks().get(0).reason();
            }
        }
    }

    @Test
    void check_worksWithoutHikari() throws Exception {
        URL[] classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains("HikariCP"))
                .map(WithoutHikariTest::url)
                .toArray(URL[]::new);
        assertThat(classPath)
                .hasSizeLessThan(System.getProperty("java.class.path").split(File.pathSeparator).length);

        try (var loader = new URLClassLoader(classPath, ClassLoader.getPlatformClassLoader())) {
            var service = (Supplier<?>) loader.loadClass(Service.class.getName())
                    .getDeclaredConstructor()
                    .newInstance();

            assertThat(service.get()).isEqualTo("no connection to the database");
        }
    }

    private static URL url(String entry) {
        try {
            return Path.of(entry).toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalStateException(e);
        }
    }
}
