package io.ebbtide.undertow;

import io.ebbtide.testkit.WireConnection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Debian's HAProxy on loopback. Confine to one thread. */
final class RealHaProxy implements AutoCloseable {
    private static final Duration HANG = Duration.ofMinutes(1);
    private static final Path PROGRAM = Path.of("/usr/sbin/haproxy");

    private static final String BEFORE = """
            global
                maxconn 500
            defaults
                mode http
                timeout connect 5s
                timeout client 60s
                timeout server 60s
            frontend statistics
                bind 127.0.0.1:%d
                stats enable
                stats uri /statistics
            """;

    private final Path folder;
    private final Process process;
    private final int statistics;

    private RealHaProxy(Path folder, Process process, int statistics) {
        this.folder = folder;
        this.process = process;
        this.statistics = statistics;
    }

    static boolean isInstalled() {
        return Files.isExecutable(PROGRAM);
    }

    static int freePort() throws IOException {
        try (var any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return any.getLocalPort();
        }
    }

    /** @param sections of its configuration: frontends, backends */
    static RealHaProxy start(String sections) throws IOException {
        Path folder = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "haproxy");
        int statistics = freePort();
        Path configuration = folder.resolve("haproxy.cfg");
        Files.writeString(configuration, BEFORE.formatted(statistics) + sections);
        Process process = new ProcessBuilder(PROGRAM.toString(), "-db", "-f", configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        var started = new RealHaProxy(folder, process, statistics);
        started.awaitAnswer();
        return started;
    }

    /** The state of each server by the name of its backend and its own, such as {@code orders/a} and {@code UP}. */
    Map<String, String> states() throws IOException {
        return column(17);
    }

    /** How often this server, such as {@code orders/a}, was taken out because its health check failed. */
    int timesDown(String server) throws IOException {
        return Integer.parseInt(column(22).get(server));
    }

    /** The number of requests that this server, such as {@code orders/a}, has been sent. */
    long requests(String server) throws IOException {
        return Long.parseLong(column(7).get(server));
    }

    private Map<String, String> column(int column) throws IOException {
        var values = new TreeMap<String, String>();
        String table = WireConnection.get(statistics, "/statistics;csv").body();
        for (String line : table.split("\n", -1)) {
            String[] cells = line.split(",", -1);
            boolean isServer = cells.length > column
                    && !cells[0].startsWith("#")
                    && !cells[1].equals("FRONTEND")
                    && !cells[1].equals("BACKEND");
            if (isServer) {
                values.put(cells[0] + "/" + cells[1], cells[column]);
            }
        }
        return values;
    }

    private void awaitAnswer() throws IOException {
        long end = System.nanoTime() + HANG.toNanos();
        while (true) {
            try {
                states();
                return;
            } catch (IOException e) {
                if (!process.isAlive() || System.nanoTime() > end) {
                    String log = Files.readString(folder.resolve("log"));
                    close();
                    throw new IllegalStateException("HAProxy does not answer: " + log, e);
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
                throw new IllegalStateException("HAProxy does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Files.deleteIfExists(folder.resolve("haproxy.cfg"));
        Files.deleteIfExists(folder.resolve("log"));
        Files.deleteIfExists(folder);
    }
}
