package io.ebbtide.jdbc;

import io.ebbtide.testkit.Signals;
import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** Debian's PgBouncer on loopback before a PostgreSQL, with pools of sessions. Confine to one thread. */
final class RealPgBouncer implements AutoCloseable {
    private static final Duration HANG = Duration.ofMinutes(1);
    private static final Path PROGRAM = Path.of("/usr/sbin/pgbouncer");

    private final Path folder;
    private final Process process;
    private final int port;

    private RealPgBouncer(Path folder, Process process, int port) {
        this.folder = folder;
        this.process = process;
        this.port = port;
    }

    static boolean isInstalled() {
        return Files.isExecutable(PROGRAM);
    }

    /**
     * Starts one and waits until it has opened a connection to the server.
     *
     * @param sessions connections to the server, {@code default_pool_size}
     * @param clients that it accepts, {@code max_client_conn}
     */
    static RealPgBouncer start(RealPostgres postgres, int sessions, int clients) throws IOException {
        Path folder = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "pgbouncer");
        int port;
        try (var any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = any.getLocalPort();
        }
        Files.writeString(folder.resolve("users"), "\"postgres\" \"\"\n");
        Files.writeString(folder.resolve("pgbouncer.ini"), """
                [databases]
                postgres = host=127.0.0.1 port=%d dbname=postgres
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = %d
                unix_socket_dir =
                auth_type = trust
                auth_file = %s
                pool_mode = session
                server_login_retry = 1
                default_pool_size = %d
                max_client_conn = %d
                ignore_startup_parameters = extra_float_digits
                """.formatted(
                        postgres.port(), port, folder.resolve("users").toAbsolutePath(), sessions, clients));
        List<String> command = new ArrayList<>();
        if (LinuxUtils.isUnshareAvailable()) { // it refuses to run as root
            command.addAll(List.of("unshare", "--user"));
        }
        command.addAll(
                List.of(PROGRAM.toString(), folder.resolve("pgbouncer.ini").toString()));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        var started = new RealPgBouncer(folder, process, port);
        started.awaitAnswer();
        return started;
    }

    String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=postgres";
    }

    /** Lets it accept so many clients from now on, and keeps those that it has. */
    void maxClients(int clients) throws IOException {
        Path configuration = folder.resolve("pgbouncer.ini");
        Files.writeString(
                configuration,
                Files.readString(configuration).replaceAll("max_client_conn = \\d+", "max_client_conn = " + clients));
        long before = reloads();
        Signals.send(process.pid(), "HUP");
        long end = System.nanoTime() + HANG.toNanos();
        while (reloads() == before) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException(
                        "PgBouncer does not reload: " + Files.readString(folder.resolve("log")));
            }
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
    }

    private long reloads() throws IOException {
        try (Stream<String> lines = Files.lines(folder.resolve("log"))) {
            return lines.filter(line -> line.contains("SIGHUP")).count();
        }
    }

    /** Waits until it has a connection to the server: for as long as server_login_retry says it remembers that it had none. */
    void awaitAnswer() throws IOException {
        long end = System.nanoTime() + HANG.toNanos();
        while (true) {
            try (Connection connection = DriverManager.getConnection(jdbcUrl() + "&loginTimeout=10");
                    var statement = connection.createStatement()) {
                statement.execute("SELECT 1");
                return;
            } catch (SQLException e) {
                if (!process.isAlive() || System.nanoTime() > end) {
                    close();
                    throw new IllegalStateException("PgBouncer does not answer", e);
                }
                LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
            }
        }
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(HANG.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("PgBouncer does not end: " + Files.readString(folder.resolve("log")));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        PostgresBinaries.delete(folder);
    }
}
