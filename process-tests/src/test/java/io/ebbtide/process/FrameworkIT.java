package io.ebbtide.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.Ebbtide;
import io.ebbtide.Settings;
import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.ServiceProcess;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A service that a framework starts, and which owns the process until something else than a signal ends it. */
@Execution(ExecutionMode.CONCURRENT) // the tests mostly wait
final class FrameworkIT {
    private static final Duration SOON = Duration.ofSeconds(90);

    /** Arguments: {@code close} ends the service, {@code again} starts another one, {@code fail} one that fails, {@code exit} exits. */
    static final class Framework {
        public static void main(String[] arguments) throws Exception {
            Ebbtide service = service("orders", "").startOwningProcess();
            for (String step : arguments) {
                switch (step) {
                    case "close" -> service.close();
                    case "again" -> service = service("orders", "").startOwningProcess();
                    case "fail" -> fail();
                    case "exit" -> System.exit(9);
                    default -> throw new IllegalArgumentException(step);
                }
            }
            System.out.println("ready");
            Thread.currentThread().join();
        }

        private static void fail() {
            try {
                service("broken", "fails").startOwningProcess();
            } catch (IllegalStateException e) {
                System.out.println("failed: " + e.getMessage());
            }
        }

        private static Ebbtide service(String name, String failure) {
            return Ebbtide.builder(name)
                    .settings(Settings.derived().withGrace(Duration.ofMinutes(2)))
                    .startupTask("begin", () -> {
                        if (!failure.isEmpty()) {
                            throw new IllegalStateException(failure);
                        }
                    })
                    .build();
        }
    }

    private static ServiceProcess start(String... arguments) {
        return JavaLauncher.of(Framework.class).arguments(arguments).start();
    }

    private static int codeAfterSigterm(String... arguments) throws InterruptedException {
        try (ServiceProcess framework = start(arguments)) {
            framework.awaitLine("ready", SOON);
            framework.signal("TERM");
            return framework.awaitExit(SOON).code();
        }
    }

    @Test
    void signal_shutsDown_andExits() throws Exception {
        assertThat(codeAfterSigterm()).isZero();
    }

    @Test
    void signalAfterTheService_doesWhatItDoesByDefault() throws Exception {
        assertThat(codeAfterSigterm("close")).isEqualTo(143);
    }

    @Test
    void signalAfterAnotherService_shutsThatOneDown() throws Exception {
        assertThat(codeAfterSigterm("close", "again")).isZero();
    }

    @Test
    void failedStart_leavesTheProcess_andTheOtherService() throws Exception {
        try (ServiceProcess framework = start("fail")) {
            framework.awaitLine("failed: .*start-up task 'begin' of 'broken'", SOON);
            framework.awaitLine("ready", SOON);
            framework.signal("TERM");

            assertThat(framework.awaitExit(SOON).code()).isZero();
        }
    }

    @Test
    void exitAfterTheService_keepsItsCode() throws Exception {
        try (ServiceProcess framework = start("close", "exit")) {
            assertThat(framework.awaitExit(SOON).code()).isEqualTo(9);
        }
    }

    @Test
    void exitDuringTheService_drainsInTheHook_andKeepsItsCode() throws Exception {
        try (ServiceProcess framework = start("exit")) {
            assertThat(framework.awaitExit(SOON).code()).isEqualTo(9);
            assertThat(framework.report().path("reason").asText()).isEqualTo("JVM shutdown");
        }
    }
}
