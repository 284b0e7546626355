package io.ebbtide.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Sets a property of the whole JVM. */
@Isolated
final class JavaLauncherTest {
    /** Prints what it was started with. */
    static final class Greeting {
        private Greeting() {}

        public static void main(String[] arguments) {
            System.out.println(System.getProperty("greeting") + " " + System.getProperty("name"));
        }
    }

    @Test
    void jvmOptions_ofTheBuild_comeBeforeThoseOfTheTest() throws Exception {
        String before = System.getProperty(JavaLauncher.JVM_OPTIONS);
        System.setProperty(JavaLauncher.JVM_OPTIONS, "  -Dgreeting=hello  -Dname=build ");
        try (ServiceProcess process =
                JavaLauncher.of(Greeting.class).jvmOptions("-Dname=test").start()) {
            assertThat(process.awaitExit(Duration.ofSeconds(60)).code()).isZero();

            assertThat(process.output()).contains("hello test");
        } finally {
            if (before == null) {
                System.clearProperty(JavaLauncher.JVM_OPTIONS);
            } else {
                System.setProperty(JavaLauncher.JVM_OPTIONS, before);
            }
        }
    }

    /** Prints its limit on descriptors and where it looks for classes first. */
    static final class Surroundings {
        private Surroundings() {}

        public static void main(String[] arguments) {
            var system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            System.out.println(system.getMaxFileDescriptorCount() + " "
                    + System.getProperty("java.class.path").split(File.pathSeparator, 2)[0]);
        }
    }

    @Test
    void descriptors_areLimited_andAnEntryIsFirstOnTheClassPath(@TempDir Path folder) throws Exception {
        try (ServiceProcess process = JavaLauncher.of(Surroundings.class)
                .descriptors(100)
                .first(Path.of("second.jar"))
                .first(folder)
                .start()) {
            assertThat(process.awaitExit(Duration.ofSeconds(60)).code()).isZero();

            assertThat(process.output().lines()).containsExactly("100 " + folder);
        }
    }

    @Test
    void classOfAnotherClassPath_isStarted_withThatClassPathAlone(@TempDir Path folder) throws Exception {
        Path classes = Path.of(Surroundings.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        try (ServiceProcess process = JavaLauncher.ofClassPath(
                        Surroundings.class.getName(), List.of(classes, folder.resolve("extra-1.jar")))
                .without("extra-")
                .descriptors(100)
                .start()) {
            assertThat(process.awaitExit(Duration.ofSeconds(60)).code()).isZero();

            assertThat(process.output().lines()).containsExactly("100 " + classes);
        }
    }

    @Test
    void descriptors_fewerThanAJvmNeeds_areRefused() {
        JavaLauncher launcher = JavaLauncher.of(Surroundings.class);

        assertThatThrownBy(() -> launcher.descriptors(63)).hasMessage("maximum: 63 (expected: >= 64)");
    }
}
