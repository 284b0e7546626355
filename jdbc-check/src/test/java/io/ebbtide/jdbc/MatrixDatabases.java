package io.ebbtide.jdbc;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** The databases of the matrix, and the drivers that they are asked by. */
enum MatrixDatabases {
    POSTGRES("PostgreSQL") {
        @Override
        MatrixDatabase start() throws Exception {
            return new Postgres();
        }
    },
    PGBOUNCER("PgBouncer, PostgreSQL") {
        @Override
        MatrixDatabase start() throws Exception {
            assumeTrue(RealPgBouncer.isInstalled(), "PgBouncer is not installed (.ci/steps installs it)");
            return new Bounced();
        }
    },
    MARIADB("MariaDB, its driver") {
        @Override
        MatrixDatabase start() throws Exception {
            assumeTrue(RealMariaDb.isInstalled(), "MariaDB is not installed (.ci/nightly installs it)");
            return RealMariaDb.start("mariadb");
        }
    },
    MYSQL_DRIVER("MariaDB, MySQL's driver") {
        @Override
        MatrixDatabase start() throws Exception {
            assumeTrue(RealMariaDb.isInstalled(), "MariaDB is not installed (.ci/nightly installs it)");
            return RealMariaDb.start("mysql");
        }
    },
    H2_SERVER("H2 as a server") {
        @Override
        MatrixDatabase start() throws Exception {
            return H2Server.start();
        }
    };

    private final String title;

    MatrixDatabases(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    abstract MatrixDatabase start() throws Exception;

    /** PostgreSQL asked directly. */
    private static class Postgres implements MatrixDatabase {
        final RealPostgres server = RealPostgres.start();

        Postgres() throws SQLException {
            execute("CREATE ROLE app LOGIN");
        }

        @Override
        public String url() {
            return server.jdbcUrl().replace("user=postgres", "user=app");
        }

        @Override
        public String refusedUrl() {
            return url().replace("user=app", "user=stranger");
        }

        @Override
        public void freeze() {
            server.freeze();
        }

        @Override
        public void thaw() {
            server.thaw();
        }

        @Override
        public void kill() {
            server.kill();
        }

        @Override
        public void restart() {
            server.restart();
        }

        /** Reported by SQL state 53300. */
        @Override
        public boolean limit(int connections) throws Exception {
            execute("ALTER ROLE app CONNECTION LIMIT " + connections);
            return true;
        }

        @Override
        public void noLimit() throws Exception {
            execute("ALTER ROLE app CONNECTION LIMIT -1");
        }

        private void execute(String sql) throws SQLException {
            try (Connection connection = DriverManager.getConnection(server.jdbcUrl());
                    var statement = connection.createStatement()) {
                statement.execute(sql);
            }
        }

        @Override
        public void close() throws Exception {
            server.close();
        }
    }

    /** The same server, with PgBouncer before it, which goes on while the server is frozen, killed, replaced. */
    private static final class Bounced extends Postgres {
        private final RealPgBouncer bouncer = RealPgBouncer.start(server, 20, 100);

        Bounced() throws Exception {}

        @Override
        public String url() {
            return bouncer.jdbcUrl();
        }

        @Override
        public String refusedUrl() {
            return bouncer.jdbcUrl().replace("user=postgres", "user=stranger");
        }

        @Override
        public void restart() {
            super.restart();
            try {
                bouncer.awaitAnswer();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Reported by SQL state 08P01. */
        @Override
        public boolean limit(int connections) throws Exception {
            bouncer.maxClients(connections);
            return true;
        }

        @Override
        public void noLimit() throws Exception {
            bouncer.maxClients(100);
        }

        @Override
        public void close() throws Exception {
            bouncer.close();
            super.close();
        }
    }
}
