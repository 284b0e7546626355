package io.ebbtide.examples.war;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.LoadResult;
import io.ebbtide.testkit.ServiceProcess;
import io.ebbtide.testkit.StrictLoad;
import io.ebbtide.testkit.WireConnection;
import io.ebbtide.testkit.WireRequest;
import io.ebbtide.testkit.WireResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The WAR as it was built, in a container of its own process. */
final class WarIT {
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final Path WAR = Path.of(System.getProperty("war"));

    /** Of the container, which unpacks the WAR there. */
    @TempDir
    private Path folder;

    @Test
    void war_holdsTheDependencyAndItsOwn_andNoWebXml() throws Exception {
        try (var war = new ZipFile(WAR.toFile())) {
            List<String> entries = war.stream().map(Object::toString).toList();
            Stream<String> ours = entries.stream().filter(entry -> entry.startsWith("WEB-INF/lib/ebbtide-"));

            assertThat(ours).hasSize(2);
            assertThat(entries).doesNotContain("WEB-INF/web.xml");
        }
    }

    @Test
    void container_thatIsStoppedOnceTheTrafficIsGone_losesNothing() throws Exception {
        JavaLauncher launcher = JavaLauncher.of(Container.class)
                .jvmOptions("-Djava.util.logging.manager=org.apache.juli.ClassLoaderLogManager")
                .arguments(WAR.toString(), folder.toString());
        try (ServiceProcess container = launcher.start()) {
            int port = container.awaitPort();
            WireResponse health = WireConnection.get(port, "/shop/health");
            StrictLoad load = StrictLoad.start(port, 8, number -> WireRequest.get("/shop/price?item=" + number));
            Awaitility.await().atMost(SOON).until(() -> load.answered() > 500);
            load.stop();
            LoadResult result = load.await(SOON);
            container.signal("TERM");
            ServiceProcess.Exit exit = container.awaitExit(SOON);

            assertThat(health.body()).as("no details on the application's port").isEqualTo("{\"status\":\"UP\"}");
            assertThat(result.lost()).isEmpty();
            assertThat(result.answered()).isEqualTo(result.sent());
            assertThat(exit.code()).as("the container's own").isEqualTo(143);
            assertThat(container.report().get("outcome").asText()).isEqualTo("CLEAN");
            assertThat(container.report().get("reason").asText()).isEqualTo("the process ends");
        }
    }
}
