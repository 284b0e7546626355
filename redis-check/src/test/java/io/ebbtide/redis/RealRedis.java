package io.ebbtide.redis;

import io.ebbtide.testkit.Signals;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import redis.embedded.core.ExecutableProvider;

/** A real Redis on loopback, to be frozen, killed and started again on its port. Confine to one thread. */
public final class RealRedis implements AutoCloseable {
    private static final Duration HANG = Duration.ofMinutes(2);
    private static final int PORTS_TO_TRY = 10;
    private static final Path TARGET = Path.of("target");

    private final List<String> settings;
    private final Path folder;
    private final int port;
    private Process process;

    private RealRedis(List<String> settings, Path folder, int port) {
        this.settings = settings;
        this.folder = folder;
        this.port = port;
    }

    /** Starts one and waits until it answers. Each setting is one as on the command line: {@code --maxclients}, {@code 10}. */
    public static RealRedis start(String... settings) {
        IllegalStateException last = null;
        for (int i = 0; i < PORTS_TO_TRY; i++) { // another process may be faster to take the port
            try {
                Path folder = Files.createTempDirectory(Files.createDirectories(TARGET), "redis-data");
                var redis = new RealRedis(List.of(settings), folder, freePort());
                try {
                    redis.restart();
                    return redis;
                } catch (IllegalStateException e) {
                    redis.close();
                    last = e;
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        throw last;
    }

    /** Starts a Sentinel that watches a master. */
    public static RealRedis sentinel(String masterName, RealRedis master) {
        try {
            Path folder = Files.createTempDirectory(Files.createDirectories(TARGET), "redis-sentinel");
            Path file = folder.resolve("sentinel.conf");
            Files.writeString(file, "sentinel monitor %s 127.0.0.1 %d 1%n".formatted(masterName, master.port()));
            var sentinel = new RealRedis(List.of(file.toAbsolutePath().toString(), "--sentinel"), folder, freePort());
            sentinel.restart();
            return sentinel;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return port;
    }

    public String uri() {
        return "redis://127.0.0.1:" + port;
    }

    /** It takes connections and bytes, as far as the kernel does that, and answers nothing. */
    public void freeze() {
        Signals.send(process.pid(), "STOP");
    }

    public void thaw() {
        if (process.isAlive()) {
            Signals.send(process.pid(), "CONT");
        }
    }

    /** As by {@code kill -9}. */
    public void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    /** Stops it as an administrator would: data is written first. */
    public void stop() {
        process.destroy();
        awaitEnd();
    }

    /** Starts it on its port and its data. */
    public void restart() {
        restart(List.of());
    }

    /** The same with more settings for this time. */
    public void restart(List<String> more) {
        try {
            var command = new ArrayList<String>();
            command.add(Holder.EXECUTABLE);
            command.addAll(settings); // first, as one may be the name of a file
            command.addAll(List.of("--port", String.valueOf(port), "--bind", "127.0.0.1"));
            command.addAll(List.of("--dir", folder.toAbsolutePath().toString(), "--daemonize", "no"));
            if (!settings.contains("--sentinel")) {
                command.addAll(List.of("--save", ""));
            }
            command.addAll(more);
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("log").toFile())
                    .start();
            awaitAnswer();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Any answer will do: one that wants a password has started, too. */
    private void awaitAnswer() throws IOException {
        long end = System.nanoTime() + HANG.toNanos();
        while (System.nanoTime() < end && process.isAlive()) {
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setSoTimeout(10_000);
                socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
                if (socket.getInputStream().read() > 0 && process.isAlive()) {
                    return;
                }
            } catch (IOException e) {
                LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
            }
        }
        process.destroyForcibly();
        throw new IllegalStateException("Redis did not start: " + Files.readString(folder.resolve("log")));
    }

    private void awaitEnd() {
        try {
            if (!process.waitFor(HANG.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("Redis does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the end of Redis", e);
        }
    }

    @Override
    public void close() {
        kill();
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Written once by each JVM, and deleted at its end. */
    private static final class Holder {
        static final String EXECUTABLE = executable();

        private static String executable() {
            try {
                Path folder = Files.createTempDirectory(Files.createDirectories(TARGET), "redis-server");
                folder.toFile().deleteOnExit();
                File file = ExecutableProvider.newJarResourceProvider(folder.toFile())
                        .get();
                file.deleteOnExit();
                return file.getAbsolutePath();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
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
