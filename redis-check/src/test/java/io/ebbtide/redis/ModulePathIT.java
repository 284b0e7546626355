package io.ebbtide.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ebbtide.testkit.ModularApplication;
import io.ebbtide.testkit.ServiceProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The check in a service that is a named module. */
@Tag("extended")
final class ModulePathIT {
    private static final Duration SOON = Duration.ofMinutes(2);

    @Test
    void javaM_check_isUp_andTheServiceStops(@TempDir Path folder) throws Exception {
        assumeTrue(ModularApplication.canCompile(), "the JVM that runs this test has no javac");
        assumeTrue(ModularApplication.canStart(), "HdrHistogram 2.2.1 is no valid module");
        assumeTrue(
                System.getProperty("java.class.path").contains("netty-resolver-dns-"),
                "Lettuce 6 needs other modules than the application of this test requires");
        ModularApplication orders = ModularApplication.compile(
                "example.orders",
                Path.of("src", "test", "modular"),
                folder.resolve("classes"),
                List.of(
                        "logback-classic-",
                        "logback-core-",
                        "ebbtide-redis-",
                        "lettuce-core-",
                        "reactor-core-",
                        "reactive-streams-",
                        "redis-authx-core-",
                        "netty-common-",
                        "netty-buffer-",
                        "netty-transport-4",
                        "netty-transport-native-unix-common-",
                        "netty-handler-",
                        "netty-resolver-4",
                        "netty-resolver-dns-",
                        "netty-codec-base-",
                        "netty-codec-dns-"),
                List.of());

        try (RealRedis redis = RealRedis.start();
                ServiceProcess service = orders.launcher("example.orders.Orders")
                        .arguments(String.valueOf(redis.port()))
                        .start()) {
            service.awaitLine("check 'redis' of 'orders' is up", SOON);
            service.signal("TERM");

            assertThat(service.awaitExit(SOON).code()).isZero();
            assertThat(service.report().get("reason").asText()).isEqualTo("SIGTERM");
            assertThat(service.output()).doesNotContain("NoClassDefFoundError");
        }
    }
}
