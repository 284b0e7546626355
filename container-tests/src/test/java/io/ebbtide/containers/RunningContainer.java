package io.ebbtide.containers;

import io.ebbtide.testkit.Signals;
import io.ebbtide.testkit.WireConnection;
import io.ebbtide.testkit.WireResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A container that was started, with its web application. Confine to one thread. */
final class RunningContainer implements AutoCloseable {
    /** Only a container that does not start, serve or end at all takes this long. */
    static final Duration SOON = Duration.ofMinutes(3);

    private final Container container;
    private final Path base;
    private final int port = Ports.free();
    private final Container.Start start;
    private final Process process;

    private RunningContainer(Container container, Path base) throws IOException, InterruptedException {
        this.container = container;
        this.base = base;
        start = container.layOut(base, port);
        var builder = new ProcessBuilder(Signals.withDefaultDispositions(start.command()))
                .directory(base.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output().toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("EBBTIDE_"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(start.environment());
        process = builder.start();
    }

    /** Returns once the web application answers. */
    static RunningContainer start(Container container, Path base, TestWar war)
            throws IOException, InterruptedException {
        Files.createDirectories(base);
        war.writeTo(base.resolve("orders.war"));
        var running = new RunningContainer(container, base.toAbsolutePath());
        try {
            Awaitility.await("what the container printed is in " + running.output())
                    .atMost(SOON)
                    .ignoreExceptions()
                    .until(() -> running.get("/slow").status() == 200);
        } catch (RuntimeException e) {
            running.close();
            throw e;
        }
        return running;
    }

    private Path output() {
        return base.resolve("output.txt");
    }

    int port() {
        return port;
    }

    WireResponse get(String path) throws IOException {
        return WireConnection.get(port, "/" + Container.APPLICATION + path);
    }

    WireResponse exchange(String method, String path) throws IOException {
        try (WireConnection connection = WireConnection.open(port, SOON)) {
            return connection.exchange(method, "/" + Container.APPLICATION + path);
        }
    }

    /** Signals the JVM, which is the started script's process or a child of it. */
    void sigterm() {
        Signals.send(jvm().pid(), "TERM");
    }

    ProcessHandle jvm() {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .filter(each -> each.info().command().orElse("").endsWith("java"))
                .max(Comparator.comparing(each -> each.info().startInstant().orElseThrow()))
                .orElseThrow();
    }

    void awaitExit() {
        Awaitility.await()
                .atMost(SOON)
                .until(() ->
                        !process.isAlive() && process.descendants().findAny().isEmpty());
    }

    /** The complete output and logs of the container. */
    String log() throws IOException {
        var text = new StringBuilder(Files.readString(output()));
        if (Files.isDirectory(start.logs())) {
            try (Stream<Path> files = Files.walk(start.logs())) {
                for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                    text.append(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
                }
            }
        }
        return text.toString();
    }

    /** Deploys the web application again, which the container detects by the file's time, and then removes it. */
    void redeploy(TestWar war) throws IOException {
        Path deployed = start.deployments().resolve("orders.war");
        Files.delete(deployed);
        awaitStatus(404);
        war.writeTo(deployed);
        awaitStatus(200);
    }

    private void awaitStatus(int status) {
        Awaitility.await()
                .atMost(SOON)
                .ignoreExceptions()
                .until(() -> get("/slow").status() == status);
    }

    /** The output of {@code jcmd}. */
    String jcmd(String command) throws IOException, InterruptedException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Process asked = new ProcessBuilder(List.of(jcmd.toString(), String.valueOf(jvm().pid()), command))
                .redirectErrorStream(true)
                .start();
        String printed = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        asked.waitFor();
        return printed;
    }

    @Override
    public String toString() {
        return container.title;
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
