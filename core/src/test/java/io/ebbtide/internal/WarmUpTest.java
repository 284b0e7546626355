package io.ebbtide.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.testing.TestTimeouts;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

final class WarmUpTest {
    /** Warms up, waits for the end of the warm-up, and does nothing else. */
    static final class Idle {
        public static void main(String[] arguments) throws InterruptedException {
            WarmUp.forShutdown(() -> {});
            for (Thread thread : Thread.getAllStackTraces().keySet()) {
                if (thread.getName().equals("ebbtide-warm-up")) {
                    thread.join();
                }
            }
        }
    }

    @Test
    void classesOfAFolder_areFound() throws Exception {
        assertThat(WarmUp.classes("io.ebbtide", WarmUp.class))
                .contains("io.ebbtide.internal.WarmUp", "io.ebbtide.sequence.Lifecycle")
                .noneMatch(name -> name.endsWith("-info"));
    }

    @Test
    void classesOfAPackageInAJar_areFound() throws Exception {
        assertThat(WarmUp.classes("org.slf4j.helpers", Logger.class))
                .contains("org.slf4j.helpers.NOPLogger")
                .doesNotContain("org.slf4j.Logger");
    }

    @Test
    void classesOfAJarByItsJarUrl_areFound() throws Exception {
        URL jar = Logger.class.getProtectionDomain().getCodeSource().getLocation();

        assertThat(WarmUp.classes("org.slf4j.helpers", new URL("jar:" + jar + "!/")))
                .isEqualTo(WarmUp.classes("org.slf4j.helpers", Logger.class))
                .contains("org.slf4j.helpers.NOPLogger");
    }

    @Test
    void classesOfTheRuntime_areLeftAlone() throws Exception {
        assertThat(WarmUp.classes("java", String.class)).isEmpty();
    }

    @Test
    void everyClassIsLoaded_ofServingAndOfShuttingDown_andNothingLogs() throws Exception {
        List<String> own = WarmUp.classes("io.ebbtide", WarmUp.class);

        String loaded = loadedByAProcessThat(Idle.class);

        assertThat(own).hasSizeGreaterThan(100).allMatch(name -> loaded.contains(name + " source:"), loaded);
        assertThat(loaded)
                .contains("com.fasterxml.jackson.core.JsonFactory")
                .doesNotContain("org.slf4j.LoggerFactory ");
    }

    private static String loadedByAProcessThat(Class<?> main) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xlog:class+load",
                        "-cp",
                        System.getProperty("java.class.path"),
                        main.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(TestTimeouts.HANG.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }
}
