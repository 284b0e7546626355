package io.ebbtide.jdbc;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** Databases that run within the application's process. */
enum EmbeddedDatabase {
    H2("H2") {
        @Override
        String url(Path folder) {
            return "jdbc:h2:" + folder.resolve("h2") + ";USER=owner;PASSWORD=";
        }

        @Override
        String refusedUrl(Path folder) {
            return "jdbc:h2:" + folder.resolve("h2") + ";USER=stranger;PASSWORD=";
        }

        @Override
        void end(Path folder) throws SQLException {
            execute(url(folder), "SHUTDOWN");
        }
    },
    HSQLDB("HSQLDB") {
        @Override
        String url(Path folder) {
            return "jdbc:hsqldb:file:" + folder.resolve("hsqldb") + ";user=SA;password=";
        }

        @Override
        String refusedUrl(Path folder) {
            return "jdbc:hsqldb:file:" + folder.resolve("hsqldb") + ";user=STRANGER;password=";
        }

        @Override
        void end(Path folder) throws SQLException {
            execute(url(folder), "SHUTDOWN");
        }
    },
    DERBY("Derby") {
        @Override
        String url(Path folder) {
            return "jdbc:derby:" + folder.resolve("derby") + ";create=true";
        }

        @Override
        String refusedUrl(Path folder) {
            return null;
        }

        @Override
        void end(Path folder) {
            try {
                DriverManager.getConnection("jdbc:derby:" + folder.resolve("derby") + ";shutdown=true")
                        .close();
            } catch (SQLException e) {
                // "Database ... shutdown", which is how Derby says that it went well
            }
        }
    },
    SQLITE("SQLite") {
        @Override
        String url(Path folder) {
            return "jdbc:sqlite:" + folder.resolve("sqlite");
        }

        @Override
        String refusedUrl(Path folder) {
            return null;
        }

        @Override
        void end(Path folder) {
            // it is a file, and has no process that could end
        }
    };

    private final String title;

    EmbeddedDatabase(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    abstract String url(Path folder);

    /** Null where everybody may log in. */
    abstract String refusedUrl(Path folder);

    /** Shuts it down, with all connections. */
    abstract void end(Path folder) throws SQLException;

    /** A query that each of them knows. */
    String query() {
        return switch (this) {
            case H2, SQLITE -> "SELECT 1";
            case HSQLDB -> "SELECT 1 FROM INFORMATION_SCHEMA.SYSTEM_USERS";
            case DERBY -> "VALUES 1";
        };
    }

    private static void execute(String url, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
