package io.ebbtide.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.ServiceProcess;
import io.ebbtide.testkit.WireConnection;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** What a wrong property, and a variable of the environment, do on each line of Spring Boot. */
public abstract class ConfigurationContract {
    private static final Duration SOON = Duration.ofMinutes(5);

    /** For the tests of the starters. */
    protected ConfigurationContract() {}

    /** An application without a web server. */
    @SpringBootConfiguration(proxyBeanMethods = false)
    @NarrowAutoConfiguration
    static class Application {}

    private static Throwable failureOf(String... arguments) {
        return catchThrowable(() -> new SpringApplicationBuilder(Application.class)
                .properties(
                        "spring.main.web-application-type=none",
                        "spring.main.banner-mode=off",
                        "logging.level.root=off")
                .run(arguments)
                .close());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--ebbtide.grace=30        | ebbtide.grace: 30 (expected: a number with a unit such as 500ms, 30s or 2m, or PT30S)",
                "--ebbtide.drain=1h        | grace: ",
                "--ebbtide.management-port=99999 | 99999",
                "--ebbtide.indicator-interval=5 | ebbtide.indicator-interval: 5 (expected: a number with a unit"
            })
    final void wrongValue_isExplainedOnThePageOfFailedStarts(String argument, String expected) {
        Throwable failure = failureOf(argument.strip());

        FailureAnalysis analysis = Objects.requireNonNull(new WrongSettingAnalyzer().analyze(failure));
        assertThat(analysis.getDescription())
                .startsWith("A setting of Ebbtide is wrong: ")
                .contains(expected);
        assertThat(analysis.getAction()).contains("Correct the property ebbtide.*", "EBBTIDE_*");
    }

    private static int port(ServiceProcess process) throws InterruptedException {
        return Integer.parseInt(process.awaitLine("\\bport=(\\d+)", SOON).group(1));
    }

    @Test
    final void variable_winsOverTheProperty_andAWrongOneIsExplained() throws Exception {
        JavaLauncher launcher = JavaLauncher.of(WorkApplication.class)
                .arguments(
                        "--ebbtide.grace=50m",
                        "--ebbtide.lame-duck=0s",
                        "--ebbtide.management-port=0",
                        "--management.endpoints.web.exposure.include=ebbtide",
                        "--spring.main.banner-mode=off");
        try (ServiceProcess process =
                launcher.environment("EBBTIDE_GRACE", "40m").start()) {
            assertThat(WireConnection.get(port(process), "/actuator/ebbtide").body())
                    .contains("\"grace\":\"PT40M\"");
        }
        try (ServiceProcess process =
                launcher.environment("EBBTIDE_GRACE", "40").start()) {
            assertThat(process.awaitExit(SOON).code()).isEqualTo(1);
            assertThat(process.output())
                    .contains("APPLICATION FAILED TO START", "Description:", "A setting of Ebbtide is wrong", "Action:")
                    .contains("EBBTIDE_GRACE=40 is wrong: expected: a number with a unit");
        }
    }
}
