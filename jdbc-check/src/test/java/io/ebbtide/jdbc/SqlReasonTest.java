package io.ebbtide.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.health.Outcome;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;
import org.postgresql.util.ServerErrorMessage;

/** Reasons by the vendors' documented codes; those of PostgreSQL by its driver's own exceptions. */
final class SqlReasonTest {
    @ParameterizedTest
    @CsvSource({
        "org.mariadb.jdbc.export.ExceptionFactory, 42000, 1203, database has too many connections, true",
        "org.mariadb.jdbc.export.ExceptionFactory, 42000, 1226, database has too many connections, true",
        "com.mysql.cj.jdbc.exceptions.SQLError, 08004, 1040, database has too many connections, true",
        "com.mysql.cj.jdbc.exceptions.SQLError, 42000, 1049, 'no such database, or no permission for it', false",
        "com.mysql.cj.jdbc.exceptions.SQLError, 42000, 1044, 'no such database, or no permission for it', false",
        "com.mysql.cj.jdbc.exceptions.SQLError, 42000, 1064, query is invalid or not permitted, false",
        "com.mysql.cj.jdbc.exceptions.SQLError, 28000, 1045, login refused, false",
        "com.mysql.cj.jdbc.exceptions.SQLError, HY000, 1129, database has blocked this host, false",
        "oracle.jdbc.driver.T4CTTIoer11, 61000, 18, database has too many connections, true",
        "oracle.jdbc.driver.T4CTTIoer11, 61000, 20, database has too many connections, true",
        "oracle.jdbc.driver.T4CTTIoer11, 66000, 12516, database has too many connections, true",
        "oracle.jdbc.driver.T4CTTIoer11, 72000, 1017, login refused, false",
        "oracle.jdbc.driver.T4CTTIoer11, 66000, 12514, 'no such database, or no permission for it', false",
        "oracle.jdbc.driver.T4CTTIoer11, 72000, 1033, database accepts no connections now, false",
        "com.microsoft.sqlserver.jdbc.SQLServerException, S0001, 17809, database has too many connections, true",
        "com.microsoft.sqlserver.jdbc.SQLServerException, S0001, 10928, database is out of resources, true",
        "com.microsoft.sqlserver.jdbc.SQLServerException, S0001, 4060, 'no such database, or no permission for it', false",
        "com.microsoft.sqlserver.jdbc.SQLServerException, S0001, 18456, login refused, false",
        "org.h2.message.DbException, 42000, 1203, query is invalid or not permitted, false"
    })
    void code_isReadAsItsVendorMeansIt(String thrower, String state, int code, String reason, boolean alive) {
        var failure = new SQLException("not shown", state, code);
        failure.setStackTrace(new StackTraceElement[] {
            new StackTraceElement("java.lang.Thread", "run", null, 1), new StackTraceElement(thrower, "make", null, 1)
        });

        Outcome outcome = SqlReason.of(new SQLTransientConnectionException("the pool's own", failure));

        assertThat(outcome.reason()).isEqualTo(reason);
        assertThat(SqlReason.isOfALiveDatabase(outcome)).isEqualTo(alive);
    }

    /** PgBouncer at max_client_conn; PostgreSQL that starts; the driver's own complaint about the protocol. */
    @ParameterizedTest
    @CsvSource({
        "08P01, true",
        "53300, true",
        "XX000, true",
        "57P01, false",
        "57P03, false",
        "28P01, false",
        "28000, false",
        "3D000, false"
    })
    void loginThatAPostgresRefuses_saysWhetherItIsAlive(String state, boolean alive) {
        var failure = new PSQLException(new ServerErrorMessage("SFATAL\0VFATAL\0C%s\0Mnot shown\0\0".formatted(state)));

        assertThat(SqlReason.isOfALiveDatabase(SqlReason.of(failure))).isEqualTo(alive);
    }

    /** To 1.18 PgBouncer has one state for all that it refuses. */
    @ParameterizedTest
    @CsvSource({
        "no more connections allowed (max_client_conn), database has too many connections, true",
        "no such user: stranger, login refused, false",
        "password authentication failed, login refused, false",
        "no such database: shop, no such database, true",
        "bad packet, connection pooler refuses the login, true"
    })
    void whatPgBouncerRefuses_isReadFromItsMessage(String message, String reason, boolean alive) {
        var failure = new PSQLException(new ServerErrorMessage("SFATAL\0VFATAL\0C08P01\0M%s\0\0".formatted(message)));
        Outcome outcome = SqlReason.of(failure);

        assertThat(outcome.reason()).isEqualTo(reason);
        assertThat(SqlReason.isOfALiveDatabase(outcome)).isEqualTo(alive);
    }

    @Test
    void protocolViolationThatTheDriverSees_saysNothing() {
        var failure = new PSQLException("not shown", PSQLState.PROTOCOL_VIOLATION);

        assertThat(SqlReason.isOfALiveDatabase(SqlReason.of(failure))).isFalse();
        assertThat(SqlReason.of(failure).reason()).isEqualTo("no connection to the database");
    }

    @Test
    void exceptionWithoutState_isNamedByItsClass() {
        assertThat(SqlReason.of(new SQLException("not shown")).reason()).isEqualTo("failed with SQLException");
        assertThat(SqlReason.of(new SQLTransientConnectionException("not shown"))
                        .reason())
                .isEqualTo("no connection in time");
        assertThat(SqlReason.of(new IllegalStateException("not shown")).reason())
                .isEqualTo("failed with IllegalStateException");
    }
}
