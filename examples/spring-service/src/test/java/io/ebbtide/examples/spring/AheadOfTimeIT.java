package io.ebbtide.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.testkit.ServiceProcess;
import io.ebbtide.testkit.WireConnection;
import io.ebbtide.testkit.WireRequest;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The application as {@code spring-boot:process-aot} has prepared it; the build runs that under the profiles of this tag. */
@Tag("extended")
final class AheadOfTimeIT {
    private static final Duration SOON = Duration.ofMinutes(3);
    private static final String METADATA =
            "/META-INF/native-image/io.ebbtide/spring-service/reachability-metadata.json";

    @Test
    void preparedApplication_starts_serves_andDrains() throws Exception {
        try (RealStores stores = RealStores.start();
                ServiceProcess service = stores.launcher(OrdersApplication.class)
                        .jvmOptions("-Dspring.aot.enabled=true")
                        .environment("EBBTIDE_LAME_DUCK", "0s")
                        .start()) {
            service.awaitLine("Starting AOT-processed OrdersApplication", SOON);
            int port = Integer.parseInt(
                    service.awaitLine("Tomcat started on port (\\d+)", SOON).group(1));
            service.awaitLine("'orders' is RUNNING", SOON);
            int created;
            try (WireConnection connection = WireConnection.open(port, SOON)) {
                created = connection
                        .exchange(new WireRequest("POST", "/orders", "{\"item\":\"tea\",\"quantity\":2}"))
                        .status();
            }
            service.signal("TERM");

            assertThat(created).isEqualTo(201);
            assertThat(service.awaitExit(SOON).code()).as(service.output()).isZero();
            assertThat(service.report().get("outcome").asText()).isEqualTo("CLEAN");
        }
    }

    @Test
    void metadataOfTheImage_namesWhatEbbtideReflectsOn() throws Exception {
        try (InputStream file = getClass().getResourceAsStream(METADATA)) {
            assertThat(file).as(METADATA).isNotNull();
            assertThat(new String(file.readAllBytes(), StandardCharsets.UTF_8))
                    .contains("\"sun.misc.Signal\"", "\"sun.misc.SignalHandler\"")
                    .contains("\"serverSock\"", "\"redisConnectionFactory\"", "\"taskDecorator\"");
        }
    }
}
