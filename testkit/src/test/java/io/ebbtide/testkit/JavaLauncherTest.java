package io.ebbtide.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
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
}
