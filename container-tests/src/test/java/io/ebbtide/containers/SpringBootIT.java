package io.ebbtide.containers;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.containers.app.BootApplication;
import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.ServiceProcess;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;

/** A web application of Spring Boot with one additional dependency. */
@Tag("trials")
final class SpringBootIT {
    @TempDir
    private Path folder;

    /** Without a server: the test checks only the log lines of the library. */
    static final class Embedded {
        public static void main(String[] arguments) {
            SpringApplication.run(BootApplication.class, "--spring.main.web-application-type=none")
                    .close();
        }
    }

    @Test
    void beansLive_untilTheLastAnswer_andTheReportIsInTheLog() throws Exception {
        SigtermResult result;
        try (RunningContainer running =
                RunningContainer.start(Container.TOMCAT_10, folder.resolve("boot"), TestWar.ofSpringBoot())) {
            result = SigtermResult.of(running, 500);
        }

        assertThat(result.log()).contains("Starting BootApplication").doesNotContain("the pool is closed");
        assertThat(result.allInFlightAnswered()).as(result.toString()).isTrue();
        assertThat(result.log().lines().filter(line -> line.contains("\"outcome\":\"CLEAN\"")))
                .as("by Logback, whose own listener ends it later")
                .anyMatch(line -> line.contains("INFO"));
        assertThat(result.log()).doesNotContain("registers nothing here");
    }

    @Test
    void whereSpringBootStartsTheServer_theLibrarySaysThatItDoesNothing() throws Exception {
        try (ServiceProcess process = JavaLauncher.of(Embedded.class).start()) {
            process.awaitExit(RunningContainer.SOON);

            assertThat(process.output())
                    .contains("ebbtide-servlet registers nothing here, because Spring Boot starts the server itself");
        }
    }
}
