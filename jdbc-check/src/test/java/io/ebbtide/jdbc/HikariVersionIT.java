package io.ebbtide.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.ebbtide.Ebbtide;
import io.ebbtide.health.Status;
import io.ebbtide.testkit.OtherClassPath;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** The check names a HikariCP that it does not support, and minds none that the checked pool is not of. */
final class HikariVersionIT {
    private static final Path REFUSED = Path.of("target", "hikari-refused");

    /** DriverManager takes the drivers that the class path of its first caller has, and no others ever. */
    @BeforeAll
    static void loadDriversOfThisClassPath() {
        assertThat(DriverManager.drivers()).isNotEmpty();
    }

    /** Run beside an older HikariCP. */
    public static final class Service implements Supplier<String> {
        @Override
        public String get() {
            try {
                JdbcCheck.of(new HikariDataSource());
                return "accepted";
            } catch (IllegalStateException e) {
                return e.getMessage();
            }
        }
    }

    /** Run beside an older HikariCP, with a data source that is not its own. */
    public static final class OtherPool implements Supplier<String> {
        @Override
        public String get() {
            var nowhere = new PGSimpleDataSource();
            nowhere.setServerNames(new String[] {"127.0.0.1"});
            nowhere.setPortNumbers(new int[] {1});
            try (Ebbtide service = Ebbtide.builder("other")
                    .readiness("db", JdbcCheck.of(nowhere).timeout(Duration.ofSeconds(10)))
                    .build()
                    .start()) {
                Awaitility.await().until(() -> service.health().snapshot().readiness() == Status.DEGRADED);
                return service.health().snapshot().checks().get(0).reason();
            }
        }
    }

    @Test
    void olderVersion_isRefusedWithTheRemedy() throws Exception {
        var other = OtherClassPath.of("HikariCP", REFUSED);

        assertThat(other.run(Service.class))
                .isEqualTo("HikariCP: 3.4.5 (expected: 4.0 or later);"
                        + " set such a version of com.zaxxer:HikariCP in dependencyManagement");
    }

    @Test
    void olderVersion_doesNotAffectTheCheckOfAnotherDataSource() throws Exception {
        var other = OtherClassPath.of("HikariCP", REFUSED);

        assertThat(other.run(OtherPool.class)).isEqualTo("no connection to the database");
    }
}
