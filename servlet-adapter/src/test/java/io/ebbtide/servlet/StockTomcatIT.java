package io.ebbtide.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.testkit.LoadResult;
import io.ebbtide.testkit.StrictLoad;
import io.ebbtide.testkit.WireConnection;
import io.ebbtide.testkit.WireRequest;
import io.ebbtide.testkit.WireResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A web application with one dependency in Tomcat as it is downloaded, ended as docs/reference/servlet.md says. */
@Tag("full")
final class StockTomcatIT {
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final int CLIENTS = 8;

    @TempDir
    private Path folder;

    static List<Path> downloads() throws IOException {
        try (Stream<Path> unpacked = Files.list(Path.of(System.getProperty("containers")))) {
            return unpacked.filter(home -> home.getFileName().toString().startsWith("apache-tomcat-"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("downloads")
    void sigterm_afterTheHoldFile_losesNothing(Path home) throws Exception {
        int port = freePort();
        Path hold = folder.resolve("hold");
        Path base = base(home, port, hold);
        var builder = new ProcessBuilder(
                        home.resolve("bin/catalina.sh").toAbsolutePath().toString(), "run")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile());
        builder.environment().put("CATALINA_BASE", base.toString());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process tomcat = builder.start();
        try {
            awaitReady(port, 200);
            StrictLoad load = StrictLoad.start(port, CLIENTS, number -> WireRequest.get("/orders/slow?millis=5"));
            Awaitility.await().atMost(SOON).until(() -> load.answered() > 500);

            Files.createFile(hold); // what a preStop hook does first
            awaitReady(port, 503);
            load.stopAfter(Duration.ofSeconds(1)); // the balancer has learned
            LoadResult result = load.await(SOON);
            try (WireConnection last = WireConnection.open(port, SOON)) {
                last.send("GET /orders/slow?millis=4000 HTTP/1.1\r\nHost: localhost\r\n\r\n");
                awaitInFlight(port);
                tomcat.toHandle().destroy(); // SIGTERM
                WireResponse answer = last.read(false);

                assertThat(answer.status())
                        .as("in flight at the signal, longer than Tomcat waits by default")
                        .isEqualTo(200);
                assertThat(answer.body()).isEqualTo("slow");
            }
            assertThat(tomcat.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();

            assertThat(result.lost()).isEmpty();
            assertThat(result.answered()).isEqualTo(result.sent()).isGreaterThan(500);
            assertThat(tomcat.exitValue()).isEqualTo(143);
            assertThat(log(base)).contains("\"service\":\"orders\"", "\"outcome\":\"CLEAN\"");
            assertThat(log(base) + Files.readString(folder.resolve("output")))
                    .as("Tomcat's warnings about remaining threads and thread locals")
                    .doesNotContain("ebbtide-orders-", "memory leak");
            System.out.printf(
                    "%s: sent %,d, lost %d%n",
                    home.getFileName(), result.sent(), result.lost().size());
        } finally {
            tomcat.descendants().forEach(ProcessHandle::destroyForcibly);
            tomcat.destroyForcibly();
        }
    }

    private Path base(Path home, int port, Path hold) throws IOException {
        Path base = Files.createDirectory(folder.resolve("base"));
        for (String each : List.of("logs", "temp", "work", "webapps", "conf")) {
            Files.createDirectory(base.resolve(each));
        }
        try (Stream<Path> files = Files.list(home.resolve("conf"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, base.resolve("conf").resolve(file.getFileName()));
            }
        }
        Path server = base.resolve("conf/server.xml");
        Files.writeString(
                server,
                Files.readString(server)
                        .replace("<Server port=\"8005\"", "<Server port=\"-1\"")
                        .replace("port=\"8080\"", "port=\"" + port + "\""));
        War.withOneDependency()
                .with("META-INF/context.xml", """
                        <Context unloadDelay="10000">
                            <Parameter name="ebbtide.hold-file" value="%s"/>
                        </Context>""".formatted(hold))
                .writeTo(base.resolve("webapps/orders.war"));
        return base;
    }

    private static void awaitReady(int port, int status) {
        Awaitility.await()
                .atMost(SOON)
                .ignoreExceptions()
                .until(() -> WireConnection.get(port, "/orders/health/ready").status() == status);
    }

    /** There is no telling from outside; a request on another connection is answered after this one was read. */
    private static void awaitInFlight(int port) throws IOException {
        for (int i = 0; i < 10; i++) {
            WireConnection.get(port, "/orders/slow?millis=50");
        }
    }

    private static String log(Path base) throws IOException {
        var text = new StringBuilder();
        try (Stream<Path> files = Files.list(base.resolve("logs"))) {
            for (Path file : files.toList()) {
                text.append(Files.readString(file));
            }
        }
        return text.toString();
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
