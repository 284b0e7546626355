package io.ebbtide.spring;

import static io.ebbtide.spring.ServerContract.SOON;
import static io.ebbtide.spring.ServerContract.port;
import static io.ebbtide.spring.ServerContract.send;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.ebbtide.Ebbtide;
import io.ebbtide.lifecycle.LifecycleState;
import io.ebbtide.report.ExitCode;
import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.ServiceProcess;
import io.ebbtide.testkit.WireConnection;
import io.ebbtide.testkit.WireResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** An application as a process of its own, with faults and with ends that no signal begins, on each line of Spring Boot. */
@Tag("extended") // slow, and seldom concerned
public abstract class FaultContract {
    /** For the tests of the starters. */
    protected FaultContract() {}

    private static int awaitPort(ServiceProcess process) throws InterruptedException {
        return Integer.parseInt(process.awaitLine("^port=([0-9]+)", SOON).group(1));
    }

    private static JavaLauncher launcher(Class<?> main) {
        return JavaLauncher.of(main)
                .arguments(
                        "--ebbtide.lame-duck=0s",
                        "--spring.main.banner-mode=off",
                        "--ebbtide.management-port=0",
                        "--ebbtide.probes-on-server-port=true");
    }

    @Test
    final void exitByARequest_keepsItsCode_andDoesNotWaitForItself() throws Exception {
        try (ServiceProcess process =
                launcher(WorkApplication.class).arguments("--ebbtide.grace=60m").start()) {
            int port = awaitPort(process);
            CompletableFuture<WireResponse> other = send(port, "/work/1500");
            Awaitility.await()
                    .atMost(SOON)
                    .until(() -> WireConnection.get(port, "/health/ready").status() == 200);
            CompletableFuture<WireResponse> exit = send(port, "/exit/7");

            assertThat(process.awaitExit(SOON).code()).as(process::output).isEqualTo(7);
            assertThat(other.get(SOON.toSeconds(), TimeUnit.SECONDS).status()).isEqualTo(200);
            assertThat(exit.handle((answer, failure) -> true).get(SOON.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
        }
    }

    /** Never returns. */
    @Configuration(proxyBeanMethods = false)
    static class WithEndlessRunner {
        public static void main(String[] arguments) {
            new SpringApplication(WorkApplication.class, WithEndlessRunner.class).run(arguments);
        }

        @Bean
        CommandLineRunner endless(ConfigurableApplicationContext context) {
            return arguments -> {
                System.out.println("port=" + port(context));
                Thread.currentThread().join();
            };
        }
    }

    @Test
    final void runnerThatNeverReturns_isNotReady_andASignalEndsTheProcess() throws Exception {
        try (ServiceProcess process =
                launcher(WithEndlessRunner.class).arguments("--server.port=0").start()) {
            int port = awaitPort(process);
            int ready = WireConnection.get(port, "/health/ready").status();
            process.signal("TERM");

            assertThat(process.awaitExit(SOON).code()).isZero();
            assertThat(ready).isEqualTo(503);
        }
    }

    /** The end of one hangs, and ignores interrupts; the end of another one, which comes next, does not. */
    @Configuration(proxyBeanMethods = false)
    static class WithHangingBean {
        public static void main(String[] arguments) {
            new SpringApplication(WorkApplication.class, WithHangingBean.class).run(arguments);
        }

        @Bean
        DisposableBean next() {
            return () -> System.out.println("the next bean has ended");
        }

        @Bean
        AutoCloseable hanging() {
            return () -> {
                while (true) {
                    try {
                        Thread.sleep(Long.MAX_VALUE);
                    } catch (InterruptedException e) {
                        // ignored on purpose
                    }
                }
            };
        }
    }

    @Test
    final void beanWhoseDestructionHangs_isReportedWithItsStack_andTheNextOneIsDestroyed() throws Exception {
        try (ServiceProcess process = launcher(WithHangingBean.class)
                .arguments("--server.port=0", "--ebbtide.grace=40s", "--ebbtide.margin=30s", "--ebbtide.stop=2s")
                .start()) {
            awaitPort(process);
            process.signal("TERM");

            assertThat(process.awaitExit(SOON).code()).as(process::output).isEqualTo(ExitCode.STOP_FAILED.code());
            JsonNode components = process.report().path("components");
            assertThat(components.toString())
                    .contains(
                            "application context", "the destruction of bean 'hanging' is still at", "WithHangingBean");
            assertThat(process.output()).contains("the next bean has ended");
        }
    }

    /** A lifecycle bean that never reports that it has stopped. */
    @Configuration(proxyBeanMethods = false)
    static class WithEndlessPhase {
        public static void main(String[] arguments) {
            WorkApplication.start(arguments, WithEndlessPhase.class);
        }

        @Bean
        SmartLifecycle endless() {
            return new SmartLifecycle() {
                private volatile boolean running;

                @Override
                public void start() {
                    running = true;
                }

                @Override
                public void stop() {}

                @Override
                public void stop(Runnable callback) {
                    System.out.println("the phase begins to stop");
                }

                @Override
                public boolean isRunning() {
                    return running;
                }
            };
        }

        @Bean
        DisposableBean next() {
            return () -> System.out.println("the next bean has ended");
        }
    }

    @Test
    final void phaseTimeoutOfSpring_holdsIfItIsTheShorterOne() throws Exception {
        try (ServiceProcess process = launcher(WithEndlessPhase.class)
                .arguments(
                        "--ebbtide.grace=60m", "--ebbtide.stop=30m", "--spring.lifecycle.timeout-per-shutdown-phase=1s")
                .start()) {
            awaitPort(process);
            process.signal("TERM");

            assertThat(process.awaitExit(SOON).code()).as(process::output).isZero();
            assertThat(process.output())
                    .contains("the phase begins to stop", "the next bean has ended")
                    .doesNotContain("timeout-per-shutdown-phase is longer");
        }
    }

    @Test
    final void phaseTimeoutOfSpring_thatIsLongerThanTheStopBudget_isAWarning_andShortened() throws Exception {
        try (ServiceProcess process = launcher(WithEndlessPhase.class)
                .arguments(
                        "--ebbtide.grace=10s", "--ebbtide.stop=2s", "--spring.lifecycle.timeout-per-shutdown-phase=60m")
                .start()) {
            awaitPort(process);
            process.signal("TERM");

            assertThat(process.awaitExit(SOON).code()).as(process::output).isZero();
            assertThat(process.output())
                    .contains("the phase begins to stop", "the next bean has ended")
                    .containsPattern("WARN.*spring.lifecycle.timeout-per-shutdown-phase is longer than the PT2S");
        }
    }

    /** A bean whose creation waits, before the service exists. */
    @Configuration(proxyBeanMethods = false)
    static class WithSlowBean {
        public static void main(String[] arguments) {
            WorkApplication.start(arguments, WithSlowBean.class);
        }

        @Bean
        Object slow() throws InterruptedException {
            System.out.println("a bean is being created");
            new CountDownLatch(1).await();
            return new Object();
        }
    }

    @Test
    final void sigtermDuringTheRefresh_endsTheProcess() throws Exception {
        try (ServiceProcess process = launcher(WithSlowBean.class).start()) {
            process.awaitLine("a bean is being created", SOON);
            process.signal("TERM");

            assertThat(process.awaitExit(SOON).code()).as(process::output).isEqualTo(143);
        }
    }

    /** A bean whose creation never ends, and ignores interrupts. */
    @Configuration(proxyBeanMethods = false)
    static class WithStuckBean {
        public static void main(String[] arguments) {
            WorkApplication.start(arguments, WithStuckBean.class);
        }

        @Bean
        Object stuck() {
            System.out.println("a bean is being created");
            while (true) {
                try {
                    Thread.sleep(Long.MAX_VALUE);
                } catch (InterruptedException e) {
                    // ignored on purpose
                }
            }
        }
    }

    @Test
    final void sigtermDuringARefreshThatNeverEnds_endsTheProcessWithinTheGrace() throws Exception {
        try (ServiceProcess process =
                launcher(WithStuckBean.class).arguments("--ebbtide.grace=6s").start()) {
            process.awaitLine("a bean is being created", SOON);
            process.signal("TERM");

            assertThat(process.awaitExit(SOON).code()).as(process::output).isEqualTo(143);
            assertThat(process.output()).contains("the application context does not close within");
        }
    }

    /** A lifecycle bean that starts after the server, slowly. */
    @Configuration(proxyBeanMethods = false)
    static class WithSlowStart {
        public static void main(String[] arguments) {
            WorkApplication.start(arguments, WithSlowStart.class);
        }

        @Bean
        SmartLifecycle slow(ConfigurableApplicationContext context) {
            return new SmartLifecycle() {
                @Override
                public void start() {
                    System.out.println("port=" + ServerContract.port(context));
                    Ebbtide service = context.getBean(EbbtideLifecycle.class).service();
                    Awaitility.await().atMost(SOON).until(() -> service.state() != LifecycleState.STARTING);
                }

                @Override
                public void stop() {}

                @Override
                public boolean isRunning() {
                    return false;
                }
            };
        }
    }

    @Test
    final void sigtermDuringTheRefresh_onceTheServerIsOpen_drains() throws Exception {
        try (ServiceProcess process =
                launcher(WithSlowStart.class).arguments("--ebbtide.grace=60m").start()) {
            int port = awaitPort(process);
            CompletableFuture<WireResponse> answer = send(port, "/work/2000");
            process.awaitLine("working for 2000 ms", SOON);
            process.signal("TERM");

            assertThat(process.awaitExit(SOON).code()).as(process::output).isZero();
            assertThat(answer.get(SOON.toSeconds(), TimeUnit.SECONDS).status()).isEqualTo(200);
        }
    }

    @Test
    final void secondSigterm_endsTheLameDuck_andAbortsNothing() throws Exception {
        try (ServiceProcess process = JavaLauncher.of(WorkApplication.class)
                .arguments("--ebbtide.grace=60m", "--ebbtide.lame-duck=30m", "--ebbtide.management-port=0")
                .start()) {
            int port = awaitPort(process);
            process.signal("TERM");
            process.awaitLine("is LAME_DUCK", SOON);
            CompletableFuture<WireResponse> answer = send(port, "/work/2000");
            process.awaitLine("working for 2000 ms", SOON);
            process.signalUntil("TERM", "is DRAINING", SOON);

            assertThat(answer.get(SOON.toSeconds(), TimeUnit.SECONDS).status()).isEqualTo(200);
            assertThat(process.awaitExit(SOON).code()).as(process::output).isZero();
        }
    }

    /** Starts and closes the application on other threads than main's, as devtools do, and starts it again. */
    static final class Restarted {
        private Restarted() {}

        public static void main(String[] arguments) throws InterruptedException {
            for (int i = 0; i < 2; i++) {
                var context = new CompletableFuture<ConfigurableApplicationContext>();
                var restarted = new Thread(() -> context.complete(WorkApplication.start(arguments)), "restartedMain");
                restarted.start();
                ConfigurableApplicationContext started = context.join();
                restarted.join();
                if (i == 0) {
                    var closing = new Thread(started::close, "File Watcher");
                    closing.start();
                    closing.join();
                }
            }
            System.out.println("restarted");
        }
    }

    @Test
    final void restartOfTheApplication_leavesTheProcessToTheJvm_andDrainsInSpringsHook() throws Exception {
        try (ServiceProcess process =
                launcher(Restarted.class).arguments("--ebbtide.grace=60m").start()) {
            process.awaitLine("^restarted$", SOON);
            int port = Integer.parseInt(process.output()
                    .lines()
                    .filter(line -> line.startsWith("port="))
                    .reduce("", (before, last) -> last)
                    .substring("port=".length()));
            CompletableFuture<WireResponse> answer = send(port, "/work/2000");
            process.awaitLine("working for 2000 ms", SOON);
            process.signal("TERM");

            assertThat(process.awaitExit(SOON).code()).as(process::output).isEqualTo(143);
            assertThat(answer.get(SOON.toSeconds(), TimeUnit.SECONDS).status()).isEqualTo(200);
        }
    }
}
