package io.ebbtide.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ebbtide.Ebbtide;
import io.ebbtide.health.Check;
import io.ebbtide.health.CheckStatus;
import io.ebbtide.health.Status;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each pool with each database in each fault: what the check says, and that the application gets from its pool afterwards what
 * it would get without a check. {@code -Dmatrix.write=true} writes the tables of docs/reference/checks.md; {@code -Dmatrix.only=POSTGRES,MARIADB} tries
 * these databases alone.
 */
final class MatrixIT {
    private static final Duration HANG = Duration.ofMinutes(2);
    private static final Duration FREEZE = Duration.ofSeconds(2);
    private static final int USES = 20;

    /** Longer than any pool or driver here waits, but for those who wait for ever. */
    private static final Duration MAX_FOR_A_USE = Duration.ofSeconds(40);

    private static final Duration SETTLES_WITHIN = Duration.ofMillis(2_500);
    private static final Duration LONG_FOR_A_USE = Duration.ofSeconds(3);

    /** The reason that the check gave, and how many of the application's uses failed afterwards. */
    private record Seen(String reason, int failed) {}

    @ParameterizedTest
    @EnumSource
    @Tag("full")
    void checks_sayWhatIsSo_andTakeNothingFromTheApplication(MatrixDatabases kind) throws Exception {
        String only = System.getProperty("matrix.only", kind.name());
        assumeTrue(List.of(only.split(",", -1)).contains(kind.name()), "-Dmatrix.only=" + only);
        var table = new MatrixTable(kind);
        List<String> worse = new ArrayList<>();
        try (MatrixDatabase database = kind.start()) {
            for (var pool : MatrixPools.of(kind).entrySet()) {
                for (MatrixFault fault : MatrixFault.values()) {
                    String cell = cell(pool.getKey(), pool.getValue(), database, fault, worse);
                    table.add(pool.getKey(), fault, cell);
                    System.out.printf("%s, %s, %s: %s%n", kind.title(), pool.getKey(), fault.title(), cell);
                }
            }
        }
        if (Boolean.getBoolean("matrix.write")) {
            table.write();
        }
        assertThat(worse).isEmpty();
        assertThat(table.documented()).isEqualTo(table.text());
    }

    /** One row: what the others say, in a minute. */
    @Test
    @Tag("extended")
    void oneRow_asDocumented() throws Exception {
        List<String> worse = new ArrayList<>();
        var table = new MatrixTable(MatrixDatabases.POSTGRES);
        String pool = OtherPool.TOMCAT.title();
        var row = new StringBuilder("| " + pool + " |");
        try (MatrixDatabase database = MatrixDatabases.POSTGRES.start()) {
            for (MatrixFault fault : MatrixFault.values()) {
                row.append(' ')
                        .append(cell(
                                pool, MatrixPools.of(MatrixDatabases.POSTGRES).get(pool), database, fault, worse))
                        .append(" |");
            }
        }
        assertThat(worse).isEmpty();
        assertThat(table.documented()).contains(row);
    }

    private static String cell(
            String pool, MatrixPools.Opener opener, MatrixDatabase database, MatrixFault fault, List<String> worse)
            throws Exception {
        Seen without = play(opener, database, fault, false);
        Seen with = play(opener, database, fault, true);
        if (with == null || without == null) {
            return "does not apply";
        }
        if (with.failed()
                > Math.max(without.failed(), OtherPool.SIZE)) { // each dead connection may fail one use, in either
            worse.add("%s, %s: %d of %d uses failed, without a check %d"
                    .formatted(pool, fault.title(), with.failed(), USES, without.failed()));
        }
        String use = without.failed() == USES ? "; all uses fail" : "; some uses fail";
        return with.reason() + (without.failed() == 0 ? "" : use);
    }

    private static Seen play(MatrixPools.Opener opener, MatrixDatabase database, MatrixFault fault, boolean checked)
            throws Exception {
        String url = fault == MatrixFault.REFUSED ? database.refusedUrl() : database.url();
        try (MatrixPools.Opened pool = opener.open(url);
                var service = new CheckedService(checked ? pool.source() : null)) {
            if (fault != MatrixFault.REFUSED) {
                use(pool.source());
                service.awaitUp();
            }
            String reason = switch (fault) {
                case FROZEN -> frozen(database, service);
                case KILLED -> killed(database, service);
                case REPLACED -> replaced(database);
                case REFUSED -> service.awaitDown();
                case LIMIT -> limited(database, pool.source(), service);
            };
            if (reason == null) {
                return null;
            }
            int failed = uses(pool.source(), fault == MatrixFault.REFUSED ? LONG_FOR_A_USE : MAX_FOR_A_USE);
            if (failed < USES) {
                service.awaitUp();
            } else if (fault == MatrixFault.REPLACED) {
                reason = service.awaitDown();
            }
            return new Seen(reason.isEmpty() && checked ? "up again" : reason, failed);
        }
    }

    private static String frozen(MatrixDatabase database, CheckedService service) {
        database.freeze();
        try {
            return service.awaitDown();
        } finally {
            database.thaw();
        }
    }

    private static String killed(MatrixDatabase database, CheckedService service) throws Exception {
        database.kill();
        String reason = service.awaitDown();
        database.restart();
        return reason;
    }

    private static String replaced(MatrixDatabase database) throws Exception {
        database.kill();
        database.restart();
        return "";
    }

    private static String limited(MatrixDatabase database, DataSource source, CheckedService service) throws Exception {
        List<Connection> inUse = new ArrayList<>();
        for (int i = 0; i < OtherPool.SIZE; i++) {
            inUse.add(source.getConnection());
            use(inUse.get(i));
        }
        boolean limited = database.limit(OtherPool.SIZE);
        String reason = limited ? service.stays() : null;
        for (Connection each : inUse) {
            each.close();
        }
        database.noLimit();
        return reason;
    }

    private static void use(DataSource source) throws SQLException {
        try (Connection connection = source.getConnection()) {
            use(connection);
        }
    }

    private static void use(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("SELECT 1");
        }
    }

    /** Returns how many fail. One that fails after a long time takes the others with it, which would wait as long. */
    private static int uses(DataSource source, Duration max) throws InterruptedException {
        int failed = 0;
        for (int i = 0; i < USES; i++) {
            long beganNanos = System.nanoTime();
            var done = new CompletableFuture<Void>();
            var thread = new Thread(() -> {
                try {
                    use(source);
                    done.complete(null);
                } catch (SQLException | RuntimeException e) {
                    done.completeExceptionally(e);
                }
            });
            thread.setDaemon(true);
            thread.start();
            try {
                done.get(max.toSeconds(), TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                failed++;
                if (System.nanoTime() - beganNanos > LONG_FOR_A_USE.toNanos()) {
                    return failed + USES - i - 1;
                }
            } catch (TimeoutException e) {
                return failed + USES - i;
            }
        }
        return failed;
    }

    /** A service whose only readiness check looks at the pool; or none. */
    private static final class CheckedService implements AutoCloseable {
        private final Ebbtide service;

        CheckedService(DataSource source) {
            if (source == null) {
                service = null;
                return;
            }
            Check check = JdbcCheck.of(source)
                    .required()
                    .every(Duration.ofMillis(200))
                    .timeout(Duration.ofSeconds(1))
                    .downAfter(1);
            service = Ebbtide.builder("matrix").readiness("db", check).build().start();
        }

        private CheckStatus check() {
            return service.health().snapshot().checks().get(0);
        }

        private CheckStatus await(Predicate<CheckStatus> condition) {
            return Awaitility.await()
                    .atMost(HANG)
                    .pollInterval(Duration.ofMillis(10))
                    .until(this::check, condition);
        }

        void awaitUp() {
            if (service != null) {
                await(check -> check.known() && check.status() == Status.UP);
            }
        }

        /** Returns why; without a check, waits for as long as one may take to find out. */
        String awaitDown() {
            if (service == null) {
                LockSupport.parkNanos(FREEZE.toNanos());
                return "";
            }
            await(check -> check.known() && check.status() == Status.DOWN);
            return settled();
        }

        /** The first reason may be that of a connection which was found dead; the pool may have thrown away such since. */
        private String settled() {
            var end = check().checkedAt().plus(SETTLES_WITHIN);
            await(check -> check.checkedAt().isAfter(end));
            return status();
        }

        /** Looks for some runs whether it stays up. */
        String stays() {
            if (service == null) {
                return "";
            }
            CheckStatus busy = await(check -> check.status() != Status.UP
                    || !List.of("ok", "none").contains(check.details().getOrDefault("pool", "none")));
            var end = busy.checkedAt().plusSeconds(2);
            CheckStatus last = await(
                    check -> check.status() != Status.UP || check.checkedAt().isAfter(end));
            return last.status() == Status.UP ? "up, `" + last.details().get("pool") + "`" : status();
        }

        String status() {
            CheckStatus now = check();
            return now.status() == Status.UP ? "up" : "down, `%s`".formatted(now.reason());
        }

        @Override
        public void close() {
            if (service != null) {
                service.close();
            }
        }
    }
}
