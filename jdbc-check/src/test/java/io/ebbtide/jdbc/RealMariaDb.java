package io.ebbtide.jdbc;

import io.ebbtide.testkit.Signals;
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

/** Debian's MariaDB on loopback, asked by the driver of MariaDB or of MySQL. Confine to one thread. */
final class RealMariaDb implements MatrixDatabase {
    private static final Duration HANG = Duration.ofMinutes(2);
    private static final Path SERVER = Path.of("/usr/sbin/mariadbd");
    private static final Path INSTALL = Path.of("/usr/bin/mariadb-install-db");
    private static final String USER = "app";
    private static final String PASSWORD = "not-a-secret";

    private final Path folder;
    private final String scheme;
    private final int port;
    private Process process;

    private RealMariaDb(Path folder, String scheme, int port) {
        this.folder = folder;
        this.scheme = scheme;
        this.port = port;
    }

    static boolean isInstalled() {
        return Files.isExecutable(SERVER) && Files.isExecutable(INSTALL);
    }

    /** @param scheme chooses the driver: {@code mariadb} or {@code mysql} */
    static RealMariaDb start(String scheme) throws Exception {
        Path folder = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "mariadb");
        int port;
        try (var any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = any.getLocalPort();
        }
        var started = new RealMariaDb(folder.toAbsolutePath(), scheme, port);
        started.initialise();
        started.restart();
        started.execute("CREATE DATABASE shop");
        started.execute("CREATE USER '%s'@'%%' IDENTIFIED BY '%s'".formatted(USER, PASSWORD));
        started.execute("GRANT ALL ON shop.* TO '%s'@'%%'".formatted(USER));
        return started;
    }

    private void initialise() throws Exception {
        List<String> command = new ArrayList<>(List.of(
                INSTALL.toString(),
                "--no-defaults",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                "--datadir=" + folder.resolve("data")));
        asRoot(command);
        Process install = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("install.log").toFile())
                .start();
        if (!install.waitFor(HANG.toSeconds(), TimeUnit.SECONDS) || install.exitValue() != 0) {
            install.destroyForcibly();
            throw new IllegalStateException(
                    "mariadb-install-db failed: " + Files.readString(folder.resolve("install.log")));
        }
    }

    /** It refuses to run as root unless configured. */
    private static void asRoot(List<String> command) {
        if ("root".equals(System.getProperty("user.name"))) {
            command.add("--user=root");
        }
    }

    @Override
    public String url() {
        return url(USER, PASSWORD);
    }

    @Override
    public String refusedUrl() {
        return url(USER, "wrong");
    }

    private String url(String user, String password) {
        String more = scheme.equals("mysql") ? "&allowPublicKeyRetrieval=true&sslMode=DISABLED" : "";
        return "jdbc:%s://127.0.0.1:%d/shop?user=%s&password=%s%s".formatted(scheme, port, user, password, more);
    }

    @Override
    public void freeze() {
        Signals.send(process.pid(), "STOP");
    }

    @Override
    public void thaw() {
        Signals.send(process.pid(), "CONT");
    }

    @Override
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    @Override
    public void restart() throws Exception {
        List<String> command = new ArrayList<>(List.of(
                SERVER.toString(),
                "--no-defaults",
                "--datadir=" + folder.resolve("data"),
                "--port=" + port,
                "--bind-address=127.0.0.1",
                "--socket=" + folder.resolve("socket"),
                "--pid-file=" + folder.resolve("pid"),
                "--skip-name-resolve",
                "--innodb-flush-log-at-trx-commit=0"));
        asRoot(command);
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        long end = System.nanoTime() + HANG.toNanos();
        while (true) {
            try {
                execute("SELECT 1");
                return;
            } catch (SQLException e) {
                if (!process.isAlive() || System.nanoTime() > end) {
                    process.destroyForcibly();
                    throw new IllegalStateException(
                            "MariaDB does not answer: " + Files.readString(folder.resolve("log")), e);
                }
                LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
            }
        }
    }

    /** Reported by 1226 under SQL state 42000. */
    @Override
    public boolean limit(int connections) throws SQLException {
        execute("ALTER USER '%s'@'%%' WITH MAX_USER_CONNECTIONS %d".formatted(USER, connections));
        return true;
    }

    @Override
    public void noLimit() throws SQLException {
        execute("ALTER USER '%s'@'%%' WITH MAX_USER_CONNECTIONS 0".formatted(USER));
    }

    private void execute(String sql) throws SQLException {
        String admin = "jdbc:mariadb://127.0.0.1:%d/mysql?user=root&connectTimeout=10000".formatted(port);
        try (Connection connection = DriverManager.getConnection(admin);
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        kill();
        PostgresBinaries.delete(folder);
    }
}
