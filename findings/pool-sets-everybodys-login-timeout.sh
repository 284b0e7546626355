#!/usr/bin/env bash
# HikariCP 7.1.0 with a jdbcUrl: the pool's connectionTimeout becomes java.sql.DriverManager's login timeout, which belongs to the whole
# process: the drivers of other pools obey it, too, and it stays when the pool is closed. Its own documentation calls connectionTimeout
# "the maximum number of milliseconds that a client will wait for a connection from the pool".
# Seen: login timeout of the process: 0 s before, 2 s with the pool, 2 s once it is closed; pgjdbc, whose login timeout is not set, gives up: true
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
for artifact in com.zaxxer:HikariCP:7.1.0 org.slf4j:slf4j-api:2.0.17 com.h2database:h2:2.3.232 org.postgresql:postgresql:42.7.7; do
    mvn -q -B dependency:copy -Dartifact="$artifact" -DoutputDirectory="$dir"
done
cat > "$dir/Seen.java" <<'J'
import com.zaxxer.hikari.*;
import java.net.*;
import java.sql.*;

class Seen {
    public static void main(String[] arguments) throws Exception {
        int before = DriverManager.getLoginTimeout();
        var config = new HikariConfig();
        config.setJdbcUrl("jdbc:h2:mem:a");
        config.setConnectionTimeout(2_000);
        var pool = new HikariDataSource(config);
        int with = DriverManager.getLoginTimeout();
        pool.close();
        int after = DriverManager.getLoginTimeout();
        System.out.printf(
                "login timeout of the process: %d s before, %d s with the pool, %d s once it is closed; pgjdbc, whose"
                        + " login timeout is not set, gives up: %s%n",
                before, with, after, givesUp());
    }

    /** A server that takes the connection and says nothing; by itself, pgjdbc would wait for it for ever. */
    private static boolean givesUp() throws Exception {
        try (var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var connecting = new Thread(() -> {
                try {
                    DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + silent.getLocalPort() + "/a?user=a")
                            .close();
                } catch (SQLException e) {
                    // as soon as it gives up
                }
            });
            connecting.setDaemon(true);
            connecting.start();
            connecting.join(30_000);
            return !connecting.isAlive();
        }
    }
}
J
seen=$(java -cp "$dir/*" "$dir/Seen.java" 2>/dev/null)
echo "$seen"
[ "$seen" = "login timeout of the process: 0 s before, 2 s with the pool, 2 s once it is closed; pgjdbc, whose login timeout is not set, gives up: true" ]
