package io.ebbtide.containers;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.testkit.WireConnection;
import io.ebbtide.testkit.WireResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A web application with one additional dependency and no additional code, in containers as they are downloaded. {@code
 * -Dcontainers.only=LIBERTY,WILDFLY} runs only these; {@code -Dcontainers.write=true} writes the table of
 * docs/reference/servlet.md.
 */
final class ContainersIT {
    private static final ContainerTable TABLE = new ContainerTable();
    private static final int ABORTED = 100;
    private static final int ROUNDS = 20;

    private static final List<String> PROBES =
            List.of("/health", "/health/live", "/health/ready", "/health/startup", "/health/started");

    /** As they are answered without Ebbtide, in each container in its own way. */
    private static final List<String> PAGES = List.of(
            "/", "/index.html", "/big.txt", "/nothing", "/slow", "/asynchronous", "/forward", "/include", "/error");

    @TempDir
    private Path folder;

    static List<Container> downloaded() throws IOException {
        List<String> only = List.of(System.getProperty("containers.only", "").split(",", -1));
        var there = new ArrayList<Container>();
        for (Container each : Container.values()) {
            if (each.isThere() && (only.contains("") || only.contains(each.name()))) {
                there.add(each);
            }
        }
        return there;
    }

    @Tag("smoke")
    @ParameterizedTest
    @MethodSource("downloaded")
    void webApplication_answersAsWithoutUs_andIsCounted(Container container) throws Exception {
        List<String> without;
        try (RunningContainer plain =
                RunningContainer.start(container, folder.resolve("without"), TestWar.withoutEbbtide())) {
            without = pages(plain);
        }
        try (RunningContainer running =
                RunningContainer.start(container, folder.resolve("with"), TestWar.withEbbtide())) {
            for (String probe : PROBES) {
                assertThat(running.get(probe).status()).as(probe).isEqualTo(200);
                assertThat(running.exchange("HEAD", probe).status())
                        .as("HEAD " + probe)
                        .isEqualTo(200);
                assertThat(running.exchange("OPTIONS", probe).status())
                        .as("OPTIONS " + probe)
                        .isEqualTo(200);
            }
            assertThat(pages(running)).isEqualTo(without);
            assertEachIsCountedOnce(running, container);
            awaitNothingInFlight(running);

            for (int i = 0; i < ABORTED; i++) {
                abort(running, i % 2 == 0 ? "/download" : "/asynchronous-download");
            }
            awaitNothingInFlight(running);
            TABLE.add(container, ContainerTable.Column.PAGES, "as without Ebbtide, nothing in flight at the end");
        }
    }

    /**
     * How many of the later requests are lost is printed and decides nothing: a container that closes its port loses whatever is sent
     * for the rest of the two seconds, with or without Ebbtide, so the difference of two runs is when either closed it.
     */
    @Tag("smoke")
    @ParameterizedTest
    @MethodSource("downloaded")
    void requestsInFlightAtSigterm_areAnswered_orReportedAsCut(Container container) throws Exception {
        SigtermResult without = sigterm(container, "without", TestWar.withoutEbbtide());
        SigtermResult result = sigterm(container, "with", TestWar.withEbbtide());
        System.out.println(container.title + ", SIGTERM, without Ebbtide: " + without);
        System.out.println(container.title + ", SIGTERM, with us: " + result);

        if (container.answersWhatIsInFlight) {
            assertThat(result.allInFlightAnswered()).as(result.toString()).isTrue();
            assertThat(result.reports("CLEAN"))
                    .as("the report is found, and says CLEAN")
                    .isTrue();
        } else {
            assertThat(without.allInFlightAnswered())
                    .as("not worse than without Ebbtide")
                    .isFalse();
            assertThat(result.reports("WORK_CUT"))
                    .as("the report is found, and names the aborted work")
                    .isTrue();
        }
        if (without.losesNothing()) {
            assertThat(result.load().lost())
                    .as("no loss where there is none without Ebbtide")
                    .isEmpty();
        }
        TABLE.add(container, ContainerTable.Column.IN_FLIGHT, without.inFlight() + " / " + result.inFlight());
        TABLE.add(container, ContainerTable.Column.LATER, without.later() + " / " + result.later());
    }

    private SigtermResult sigterm(Container container, String name, TestWar war) throws Exception {
        try (RunningContainer running = RunningContainer.start(container, folder.resolve(name), war)) {
            return SigtermResult.of(running, 500);
        }
    }

    @Tag("smoke")
    @ParameterizedTest
    @MethodSource("downloaded")
    void sigtermThatTheApplicationHandles_losesNothing(Container container) throws Exception {
        TestWar war = TestWar.withEbbtide()
                .with(
                        "ebbtide.sigterm",
                        "lame-duck",
                        "ebbtide.grace",
                        "60s",
                        "ebbtide.lame-duck",
                        "4s",
                        "ebbtide.lame-duck-policy",
                        "fixed");
        try (RunningContainer running = RunningContainer.start(container, folder.resolve("with"), war)) {
            SigtermResult result = SigtermResult.behindBalancer(running, 10_000);
            System.out.println(container.title + ", SIGTERM, handled by the application: " + result);

            assertThat(result.load().lost()).isEmpty();
            assertThat(result.load().statuses()).as("no other status").containsOnlyKeys(200);
            assertThat(result.load().sent()).as("by two instances").isGreaterThan(10_000);
            assertThat(result.allInFlightAnswered()).isTrue();
            assertThat(result.reports("CLEAN")).isTrue();
            TABLE.add(container, ContainerTable.Column.HANDLED, "answered, none lost");
        }
    }

    @Tag("trials")
    @ParameterizedTest
    @MethodSource("downloaded")
    void redeployments_retainNothing(Container container) throws Exception {
        if (!container.redeploys()) {
            TABLE.add(container, ContainerTable.Column.REDEPLOYED, "does not apply");
            return;
        }
        TestWar war = TestWar.withEbbtide().withoutWebSockets().with("ebbtide.sigterm", "lame-duck");
        try (RunningContainer running = RunningContainer.start(container, folder.resolve("with"), war)) {
            for (int i = 0; i < ROUNDS; i++) {
                running.redeploy(war);
            }

            Awaitility.await().atMost(RunningContainer.SOON).untilAsserted(() -> {
                running.jcmd("GC.run");
                assertThat(running.jcmd("GC.class_histogram")
                                .lines()
                                .map(line -> line.strip().split("\\s+"))
                                .filter(columns ->
                                        columns.length > 3 && columns[3].equals("io.ebbtide.servlet.WebService")))
                        .as("copies of the library; WildFly keeps the last but one of any web application")
                        .allMatch(columns -> columns[1].equals("1"))
                        .hasSizeBetween(1, 2);
            });
            assertThat(running.jcmd("Thread.print")
                            .lines()
                            .filter(line -> line.startsWith("\"ebbtide-") && line.contains("-checks")))
                    .hasSize(1);
            TABLE.add(container, ContainerTable.Column.REDEPLOYED, "nothing is retained");
        }
    }

    @AfterAll
    static void table() throws IOException {
        if (!TABLE.isComplete()) {
            return; // some containers, or some trials
        }
        if (Boolean.getBoolean("containers.write")) {
            TABLE.write();
        }
        assertThat(TABLE.text())
                .as("as in docs/reference/servlet.md, which -Dcontainers.write=true brings up to date")
                .isEqualTo(ContainerTable.documented());
    }

    private static List<String> pages(RunningContainer running) throws IOException {
        List<String> answers = new ArrayList<>();
        for (String page : PAGES) {
            WireResponse answer = running.get(page);
            String type = answer.header("content-type");
            String length = answer.header("content-length");
            answers.add("%s %d %s %s %s".formatted(page, answer.status(), type, length, answer.body()));
        }
        answers.add("/throws " + running.get("/throws").status()); // its page shows the stack
        answers.add("/upload " + upload(running));
        return answers;
    }

    /** All of {@link #PAGES}, a failure, an upload and a WebSocket. */
    private static void assertEachIsCountedOnce(RunningContainer running, Container container) throws Exception {
        for (String page : PAGES) {
            long before = total(running);
            running.get(page);
            assertThat(total(running) - before).as(page).isEqualTo(2); // this request and those before it
        }
        long before = total(running);
        running.get("/throws");
        assertThat(total(running) - before).as("/throws").isEqualTo(2);

        before = total(running);
        upload(running);
        assertThat(total(running) - before).as("an upload of two parts").isEqualTo(2);

        if (container.hasWebSockets()) {
            before = total(running);
            assertThat(echo(running, "over a WebSocket")).isEqualTo("over a WebSocket");
            assertThat(total(running) - before).as("a WebSocket").isEqualTo(2);
        }
    }

    private static long total(RunningContainer running) throws IOException {
        return Long.parseLong(running.get("/in-flight?total").body());
    }

    private static String upload(RunningContainer running) throws IOException {
        String body = Stream.of("one", "two")
                .map(name -> "--edge\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\ncontent\r\n".formatted(name))
                .collect(Collectors.joining("", "", "--edge--\r\n"));
        try (WireConnection connection = WireConnection.open(running.port(), RunningContainer.SOON)) {
            connection.send("""
                    POST /%s/upload HTTP/1.1\r
                    Host: localhost\r
                    Content-Type: multipart/form-data; boundary=edge\r
                    Content-Length: %d\r
                    \r
                    %s""".formatted(Container.APPLICATION, body.length(), body));
            WireResponse answer = connection.read(false);
            return answer.status() + " " + answer.body();
        }
    }

    /** The text that a WebSocket sends back; it then ends without a closing handshake. */
    private static String echo(RunningContainer running, String message) throws Exception {
        var received = new CompletableFuture<String>();
        WebSocket socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(
                        URI.create("ws://localhost:%d/%s/socket".formatted(running.port(), Container.APPLICATION)),
                        new WebSocket.Listener() {
                            @Override
                            public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
                                received.complete(data.toString());
                                return null;
                            }

                            @Override
                            public void onError(WebSocket from, Throwable error) {
                                received.completeExceptionally(error);
                            }
                        })
                .get(RunningContainer.SOON.toSeconds(), TimeUnit.SECONDS);
        try {
            socket.sendText(message, true);
            return received.get(RunningContainer.SOON.toSeconds(), TimeUnit.SECONDS);
        } finally {
            socket.abort();
        }
    }

    private static void abort(RunningContainer running, String path) throws IOException {
        try (WireConnection connection = WireConnection.open(running.port(), RunningContainer.SOON)) {
            connection.send("GET /%s%s HTTP/1.1\r\nHost: localhost\r\n\r\n".formatted(Container.APPLICATION, path));
            connection.readHead();
            connection.abort();
        }
    }

    private static void awaitNothingInFlight(RunningContainer running) {
        Awaitility.await()
                .atMost(RunningContainer.SOON)
                .until(() -> running.get("/in-flight").body().equals("0"));
    }
}
