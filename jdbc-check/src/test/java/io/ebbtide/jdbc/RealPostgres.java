package io.ebbtide.jdbc;

import io.ebbtide.testkit.Signals;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A real PostgreSQL on loopback, to be frozen, killed and started again on its port. Confine to one thread. */
public final class RealPostgres implements AutoCloseable {
    /*
     * The server is a child of this process, without pg_ctl in between: an orphan is reaped by process 1, and the first
     * process of a container may reap no child. A server that was killed would then stay a zombie, and neither a restart
     * nor a stop by its lock file would come to an end.
     */
    private static final Duration HANG = Duration.ofMinutes(2);
    private static final int PORTS_TO_TRY = 10;

    private final Path folder;
    private final int maxConnections;
    private final Thread hook = new Thread(() -> process().destroyForcibly(), "stops PostgreSQL");
    private Process process;
    private int port;

    private RealPostgres(Path folder, int maxConnections) {
        this.folder = folder;
        this.maxConnections = maxConnections;
    }

    /** Starts one and waits until it answers. */
    public static RealPostgres start() {
        return start(100);
    }

    /** The same with a limit of connections. */
    public static RealPostgres start(int maxConnections) {
        try {
            Path target = Files.createDirectories(Path.of("target"));
            var postgres = new RealPostgres(Files.createTempDirectory(target, "postgres-data"), maxConnections);
            postgres.initialise();
            for (int i = 1; i < PORTS_TO_TRY; i++) { // another process may be faster to take the port
                postgres.port = freePort();
                if (postgres.tryStart()) {
                    return postgres;
                }
            }
            postgres.port = freePort();
            postgres.restart();
            return postgres;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return port;
    }

    /** With the user, who needs no password. */
    public String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=postgres";
    }

    /** Makes a user who needs a password, unlike the others. */
    public void userWithPassword(String user, String password) {
        try {
            Path file = folder.resolve("data/pg_hba.conf");
            String rules = Files.readString(file);
            Files.writeString(file, "host all %s 127.0.0.1/32 scram-sha-256%n".formatted(user) + rules);
            try (Connection admin = DriverManager.getConnection(jdbcUrl());
                    var statement = admin.createStatement()) {
                statement.execute("CREATE ROLE %s LOGIN PASSWORD '%s'".formatted(user, password));
                statement.execute("SELECT pg_reload_conf()");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** All its processes: it takes connections and bytes, as far as the kernel does that, and answers nothing. */
    public void freeze() {
        signal(process.toHandle(), "STOP");
        awaitState(process.pid(), "SIGSTOP", "T", "Z");
        List<ProcessHandle> all = processes(); // a stopped server forks no more of them
        all.forEach(each -> signal(each, "STOP"));
        all.forEach(each -> awaitState(each.pid(), "SIGSTOP", "T", "Z"));
    }

    public void thaw() {
        processes().forEach(each -> signal(each, "CONT"));
    }

    /** All its processes, as by {@code kill -9}. */
    public void kill() {
        List<ProcessHandle> all = processes();
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(each -> awaitState(each.pid(), "SIGKILL", "Z"));
        awaitEnd();
    }

    /** Starts it on its port and its data. */
    public void restart() {
        try {
            if (!tryStart()) {
                throw new IllegalStateException("PostgreSQL does not start: " + log());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Its data are deleted with it, so it need not write them first. */
    @Override
    public void close() {
        thaw();
        if (process.isAlive()) {
            signal(process.toHandle(), "QUIT"); // an immediate stop, which gives shared memory back
            awaitEnd();
        }
        Runtime.getRuntime().removeShutdownHook(hook);
        PostgresBinaries.delete(folder);
    }

    private void initialise() throws IOException {
        process = start(PostgresBinaries.command(
                "initdb", "-A", "trust", "-U", "postgres", "-E", "UTF-8", "--no-sync", "-D", data()));
        awaitEnd();
        if (process.exitValue() != 0) {
            throw new IllegalStateException("initdb failed: " + log());
        }
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Returns whether it answers; false if it has ended before it did. */
    private boolean tryStart() throws IOException {
        var settings = List.of(
                "listen_addresses=127.0.0.1",
                "port=" + port,
                "max_connections=" + maxConnections,
                "fsync=off", // what is written outlives the process all the same
                "synchronous_commit=on", // or it forgets what it acknowledged when killed
                "unix_socket_directories=");
        List<String> command = new ArrayList<>(PostgresBinaries.command("postgres", "-D", data()));
        settings.forEach(setting -> command.addAll(List.of("-c", setting)));
        process = start(command);
        long end = System.nanoTime() + HANG.toNanos();
        while (process.isAlive()) {
            if (answers()) {
                return true;
            }
            if (System.nanoTime() > end) {
                process.destroyForcibly();
                throw new IllegalStateException("PostgreSQL does not answer: " + log());
            }
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
        return false;
    }

    /** Another server may have taken the port. */
    private boolean answers() {
        try (Connection connection = DriverManager.getConnection(jdbcUrl() + "&loginTimeout=10");
                var statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SHOW data_directory")) {
            return result.next() && result.getString(1).equals(data());
        } catch (SQLException e) {
            return false;
        }
    }

    private Process start(List<String> command) throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
    }

    private Process process() {
        return process;
    }

    private String data() {
        return folder.resolve("data").toAbsolutePath().toString();
    }

    private String log() throws IOException {
        return Files.readString(folder.resolve("log"));
    }

    /** The server first, or it would replace those that end. */
    private List<ProcessHandle> processes() {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .toList();
    }

    private void awaitEnd() {
        try {
            if (!process.waitFor(HANG.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("PostgreSQL does not end: " + log());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the end of PostgreSQL", e);
        }
    }

    /** A signal takes a moment, in which a server that is not stopped yet may fork another process. */
    private static void awaitState(long pid, String signal, String... states) {
        long end = System.nanoTime() + HANG.toNanos();
        while (!isIn(pid, states)) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("PostgreSQL's process %d ignores %s".formatted(pid, signal));
            }
            LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
        }
    }

    /** One of these states, or gone. */
    private static boolean isIn(long pid, String... states) {
        try {
            String stat = Files.readString(Path.of("/proc", String.valueOf(pid), "stat"));
            return Stream.of(states).anyMatch(state -> stat.contains(") " + state + " "));
        } catch (IOException e) {
            return true;
        }
    }

    private static void signal(ProcessHandle target, String name) {
        try {
            Signals.send(target.pid(), name);
        } catch (IllegalStateException e) {
            if (target.isAlive()) {
                throw e;
            }
        }
    }

    /** Below the range from which the kernel takes ports for clients, one of which could hold it at a restart. */
    private static int freePort() throws IOException {
        var random = new Random();
        while (true) {
            int candidate = 20_000 + random.nextInt(12_000);
            try (var socket = new ServerSocket(candidate, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (BindException e) {
                // taken; the next one
            }
        }
    }
}
