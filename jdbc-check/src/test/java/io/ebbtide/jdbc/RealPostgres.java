package io.ebbtide.jdbc;

import io.ebbtide.testkit.Signals;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A real PostgreSQL on loopback, to be frozen, killed and started again on its port. Confine to one thread. */
public final class RealPostgres implements AutoCloseable {
    private static final Duration TO_STOP = Duration.ofSeconds(20);

    private final Path folder;
    private final int mostConnections;
    private EmbeddedPostgres postgres;
    private int port;

    private RealPostgres(Path folder, int mostConnections) {
        this.folder = folder;
        this.mostConnections = mostConnections;
    }

    /** Starts one and waits until it answers. */
    public static RealPostgres start() {
        return start(100);
    }

    /** The same with a limit of connections. */
    public static RealPostgres start(int mostConnections) {
        try {
            var postgres = new RealPostgres(Files.createTempDirectory("postgres"), mostConnections);
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
        processes().stream().findFirst().ifPresent(postmaster -> {
            signal(postmaster, "STOP");
            awaitStopped(postmaster.pid());
        });
        List<ProcessHandle> all = processes(); // nobody makes another any more
        all.forEach(process -> signal(process, "STOP"));
        all.forEach(process -> awaitStopped(process.pid()));
    }

    public void thaw() {
        processes().forEach(process -> signal(process, "CONT"));
    }

    /** All its processes, as by {@code kill -9}. */
    public void kill() {
        List<ProcessHandle> all = processes();
        all.forEach(ProcessHandle::destroyForcibly);
        while (all.stream().anyMatch(ProcessHandle::isAlive)) {
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
        release();
    }

    /** Starts it on its port, the first time on a free one, and its data. */
    public void restart() {
        try {
            postgres = EmbeddedPostgres.builder()
                    .setPort(port)
                    .setDataDirectory(folder.resolve("data"))
                    .setCleanDataDirectory(false)
                    .setServerConfig("listen_addresses", "127.0.0.1")
                    .setServerConfig("max_connections", String.valueOf(mostConnections))
                    .setServerConfig("synchronous_commit", "on") // or it forgets what it acknowledged when killed
                    .setServerConfig("unix_socket_directories", "")
                    .start();
            port = postgres.getPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        thaw();
        release();
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops it, if it still runs, and lets go of its data. */
    private void release() {
        try {
            postgres.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The postmaster first, or it would replace whom it misses. */
    private List<ProcessHandle> processes() {
        try {
            Path file = folder.resolve("data/postmaster.pid");
            long pid = Long.parseLong(Files.readAllLines(file).get(0).strip());
            return ProcessHandle.of(pid).stream()
                    .flatMap(postmaster -> Stream.concat(Stream.of(postmaster), postmaster.descendants()))
                    .toList();
        } catch (IOException e) {
            return List.of(); // it does not run
        }
    }

    /** A signal is on its way a little: meanwhile the postmaster may make a backend that nobody stops. */
    private static void awaitStopped(long pid) {
        long end = System.nanoTime() + TO_STOP.toNanos();
        while (!isStopped(pid)) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("PostgreSQL does not stop on SIGSTOP");
            }
            LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
        }
    }

    private static boolean isStopped(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", String.valueOf(pid), "stat"));
            return stat.contains(") T ") || stat.contains(") Z ");
        } catch (IOException e) {
            return true; // it has ended
        }
    }

    private static void signal(ProcessHandle process, String name) {
        try {
            Signals.send(process.pid(), name);
        } catch (IllegalStateException e) {
            if (process.isAlive()) {
                throw e;
            }
        }
    }
}
