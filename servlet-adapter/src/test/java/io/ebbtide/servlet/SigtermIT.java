package io.ebbtide.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.LoadResult;
import io.ebbtide.testkit.ServiceProcess;
import io.ebbtide.testkit.StrictLoad;
import io.ebbtide.testkit.WireConnection;
import io.ebbtide.testkit.WireRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.catalina.startup.Tomcat;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** SIGTERM to a container that stops in a shutdown hook, as all do, and whose web applications may handle the signal first. */
@Execution(ExecutionMode.CONCURRENT) // they mostly wait
final class SigtermIT {
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final int CLIENTS = 16;

    @TempDir
    private Path folder;

    /** Each argument is a WAR; one that is named twice is undeployed before the port is printed. */
    static final class Container {
        public static void main(String[] wars) throws Exception {
            var tomcat = new Tomcat();
            Path base = Path.of(wars[0]).getParent();
            Files.createDirectories(base.resolve("webapps"));
            tomcat.setBaseDir(base.toString());
            tomcat.setPort(0);
            tomcat.getConnector();
            tomcat.start();
            List<String> there = new ArrayList<>();
            for (String war : wars) {
                String path = "/" + Path.of(war).getFileName().toString().replace(".war", "");
                if (there.contains(war)) {
                    tomcat.getHost().removeChild(tomcat.getHost().findChild(path));
                } else {
                    there.add(war);
                    tomcat.getHost().addChild(WarContext.of(tomcat, path, war));
                }
            }
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                try {
                    tomcat.stop();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }));
            System.out.println("port=" + tomcat.getConnector().getLocalPort());
            Thread.currentThread().join();
        }
    }

    @Test
    void containerReceivesTheSignal_afterTheService_andNothingIsLost() throws Exception {
        try (ServiceProcess container = start(war("orders", "lame-duck", "3s"))) {
            int port = container.awaitPort();
            awaitReady(port, "orders");
            StrictLoad load = StrictLoad.start(port, CLIENTS, number -> WireRequest.get("/orders/slow?millis=5"));
            Awaitility.await().atMost(SOON).until(() -> load.answered() > 200);

            load.stopAfter(Duration.ofMillis(1_500)); // a balancer learns late
            container.signal("TERM");
            LoadResult result = load.await(SOON);
            ServiceProcess.Exit exit = container.awaitExit(SOON);

            assertThat(result.lost()).isEmpty();
            assertThat(result.answered()).isEqualTo(result.sent());
            assertThat(exit.code()).isEqualTo(143);
            assertThat(container.output())
                    .contains("\"service\":\"orders\"", "\"reason\":\"SIGTERM\"", "\"outcome\":\"CLEAN\"");
        }
    }

    @Test
    @Tag("extended")
    void webApplicationsOfOneContainer_shutDownTogether_andASiblingHandlesTheSignalOfAnUndeployedOne()
            throws Exception {
        String undeployed = war("undeployed", "lame-duck", "1s");
        try (ServiceProcess container =
                start(undeployed, war("orders", "lame-duck", "1s"), war("shop", "lame-duck", "1s"), undeployed)) {
            assertThat(signalWithRequestsInFlight(container)).containsExactly(200, 200);

            assertThat(container.reports())
                    .hasSize(3)
                    .filteredOn(report -> report.get("reason").asText().equals("SIGTERM"))
                    .extracting(report -> report.get("service").asText())
                    .containsExactlyInAnyOrder("orders", "shop");
        }
    }

    /** Signals within a second are one; the lame duck alone would take longer than the test waits. */
    @Test
    void secondSignal_goesToTheContainerAtOnce() throws Exception {
        try (ServiceProcess container = start(war("orders", "lame-duck", "10m"))) {
            int port = container.awaitPort();
            awaitReady(port, "orders");
            container.signal("TERM");
            Awaitility.await().atMost(SOON).until(() -> ready(port, "orders") == 503);

            Awaitility.await().atMost(SOON).pollInterval(Duration.ofMillis(200)).until(() -> !signalIfAlive(container));

            assertThat(container.report().get("reason").asText()).isEqualTo("SIGTERM");
            assertThat(container.report().get("lameDuck").get("ended").asText()).isEqualTo("SKIPPED");
        }
    }

    private static boolean signalIfAlive(ServiceProcess container) {
        try {
            container.signal("TERM");
            return true;
        } catch (IllegalStateException e) {
            return container.isAlive();
        }
    }

    @Test
    void withoutTheParameter_theContainerHasTheSignal() throws Exception {
        try (ServiceProcess container = start(war("orders", "container", "10m"))) {
            awaitReady(container.awaitPort(), "orders");
            container.signal("TERM");
            container.awaitExit(SOON);

            assertThat(container.report().get("reason").asText()).isEqualTo("the process ends");
        }
    }

    /** The container stops them one after the other. */
    @Test
    @Tag("extended")
    void webApplicationsOfOneContainer_shareOneGrace_alsoIfTheContainerHasTheSignal() throws Exception {
        try (ServiceProcess container = start(war("orders", "container", "1s"), war("shop", "container", "1s"))) {
            signalWithRequestsInFlight(container);

            List<JsonNode> reports = container.reports();
            assertThat(reports)
                    .hasSize(2)
                    .allMatch(report -> report.get("reason").asText().equals("the process ends"));
            assertThat(began(reports.get(1)))
                    .as("began before the other one ended")
                    .isBefore(ended(reports.get(0)));
        }
    }

    /** Returns the statuses of two requests of some seconds that are in flight at the signal, one of each application. */
    private static List<Integer> signalWithRequestsInFlight(ServiceProcess container) throws Exception {
        int port = container.awaitPort();
        awaitReady(port, "orders");
        awaitReady(port, "shop");
        try (WireConnection orders = WireConnection.open(port, SOON);
                WireConnection shop = WireConnection.open(port, SOON)) {
            orders.send("GET /orders/slow?millis=5000 HTTP/1.1\r\nHost: localhost\r\n\r\n");
            shop.send("GET /shop/slow?millis=5000 HTTP/1.1\r\nHost: localhost\r\n\r\n");
            awaitInFlight(port, "orders");
            awaitInFlight(port, "shop");
            container.signal("TERM");
            List<Integer> statuses =
                    List.of(orders.read(false).status(), shop.read(false).status());
            container.awaitExit(SOON);
            return statuses;
        }
    }

    private static Instant began(JsonNode report) {
        return Instant.parse(report.get("at").asText());
    }

    private static Instant ended(JsonNode report) {
        return began(report).plusMillis(report.get("tookMillis").asLong());
    }

    private static ServiceProcess start(String... wars) {
        return JavaLauncher.of(Container.class).arguments(wars).start();
    }

    private String war(String name, String sigterm, String lameDuck) throws Exception {
        return War.withOneDependency()
                .with("WEB-INF/web.xml", """
                        <web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.0">
                            <context-param><param-name>ebbtide.sigterm</param-name><param-value>%s</param-value></context-param>
                            <context-param><param-name>ebbtide.grace</param-name><param-value>20m</param-value></context-param>
                            <context-param><param-name>ebbtide.lame-duck</param-name><param-value>%s</param-value></context-param>
                            <context-param><param-name>ebbtide.lame-duck-policy</param-name><param-value>fixed</param-value></context-param>
                        </web-app>""".formatted(sigterm, lameDuck))
                .writeTo(folder.resolve(name + ".war"))
                .toString();
    }

    private static void awaitReady(int port, String name) {
        Awaitility.await().atMost(SOON).until(() -> ready(port, name) == 200);
    }

    private static int ready(int port, String name) throws Exception {
        return WireConnection.get(port, "/" + name + "/health/ready").status();
    }

    /** There is no telling from outside; requests on other connections are answered after that one was read. */
    private static void awaitInFlight(int port, String name) throws Exception {
        for (int i = 0; i < 10; i++) {
            WireConnection.get(port, "/" + name + "/slow?millis=50");
        }
    }
}
