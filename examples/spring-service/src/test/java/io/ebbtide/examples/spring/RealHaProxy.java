package io.ebbtide.examples.spring;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Debian's HAProxy on loopback, whose servers are added and removed as the endpoints of a Service are: it sends no new connection to a
 * removed one, and keeps those that are open. It checks no health and never retries a request. Confine to one thread.
 */
final class RealHaProxy implements AutoCloseable {
    private static final Duration HANG = Duration.ofMinutes(1);
    private static final Path PROGRAM = Path.of("/usr/sbin/haproxy");

    private final Path folder;
    private final Process process;
    private final int port;
    private final int commands;

    private RealHaProxy(Path folder, Process process, int port, int commands) {
        this.folder = folder;
        this.process = process;
        this.port = port;
        this.commands = commands;
    }

    static boolean isInstalled() {
        return Files.isExecutable(PROGRAM);
    }

    /**
     * Starts one with servers that are not in rotation yet.
     *
     * @param mode {@code tcp} or {@code http}
     * @param servers how many servers it may have, numbered from 0
     */
    static RealHaProxy start(String mode, int servers) throws IOException {
        Path folder = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "haproxy");
        int port = freePort();
        int commands = freePort();
        var configuration = new StringBuilder("""
                global
                    maxconn 1000
                    stats socket 127.0.0.1:%d level admin
                defaults
                    mode %s
                    timeout connect 5s
                    timeout client 60s
                    timeout server 60s
                frontend in
                    bind 127.0.0.1:%d
                    default_backend orders
                backend orders
                    balance roundrobin
                """.formatted(commands, mode, port));
        for (int i = 0; i < servers; i++) {
            configuration.append("    server s%d 127.0.0.1:1 disabled%n".formatted(i));
        }
        Path file = Files.writeString(folder.resolve("haproxy.cfg"), configuration);
        Process process = new ProcessBuilder(PROGRAM.toString(), "-db", "-f", file.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        var started = new RealHaProxy(folder, process, port, commands);
        started.awaitAnswer();
        return started;
    }

    int port() {
        return port;
    }

    /** Sends a share of the new connections to a port of loopback from now on. */
    void add(int server, int backendPort) throws IOException {
        command("set server orders/s%d addr 127.0.0.1 port %d".formatted(server, backendPort));
        command("set server orders/s%d state ready".formatted(server));
    }

    /** Sends no new connection to a server from now on. */
    void remove(int server) throws IOException {
        command("set server orders/s%d state maint".formatted(server));
    }

    private static int freePort() throws IOException {
        try (var any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return any.getLocalPort();
        }
    }

    private String command(String text) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), commands)) {
            socket.setSoTimeout((int) HANG.toMillis());
            socket.getOutputStream().write((text + "\n").getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
            boolean isDone = answer.isEmpty() || answer.startsWith("IP changed") || answer.startsWith("no need");
            if (!isDone && text.startsWith("set ")) {
                throw new IllegalStateException("HAProxy: '%s' for '%s'".formatted(answer, text));
            }
            return answer;
        }
    }

    private void awaitAnswer() throws IOException {
        long end = System.nanoTime() + HANG.toNanos();
        while (true) {
            try {
                command("show info");
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
