#!/usr/bin/env bash
# H2 2.3.232: java.sql.Statement.setQueryTimeout says that it limits "a Statement object"; with H2 it is kept by the connection, so
# the next statement, also one that the application makes after a pool has lent the connection again, begins with it.
# Seen: limit of a new statement: before 0 s, after another one had 30 s and was closed: 30 s
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mvn -q -B dependency:copy -Dartifact=com.h2database:h2:2.3.232 -DoutputDirectory="$dir"
cat > "$dir/Seen.java" <<'J'
import java.sql.*;

class Seen {
    public static void main(String[] arguments) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:h2:mem:one")) {
            int before = limit(connection);
            try (Statement statement = connection.createStatement()) {
                statement.setQueryTimeout(30);
                statement.execute("SELECT 1");
            }
            System.out.printf(
                    "limit of a new statement: before %d s, after another one had 30 s and was closed: %d s%n",
                    before, limit(connection));
        }
    }

    private static int limit(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.getQueryTimeout();
        }
    }
}
J
seen=$(java -cp "$dir/*" "$dir/Seen.java")
echo "$seen"
[ "$seen" = "limit of a new statement: before 0 s, after another one had 30 s and was closed: 30 s" ]
