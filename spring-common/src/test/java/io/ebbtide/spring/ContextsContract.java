package io.ebbtide.spring;

import static io.ebbtide.spring.ServerContract.SOON;
import static io.ebbtide.spring.ServerContract.port;
import static io.ebbtide.spring.ServerContract.send;
import static io.ebbtide.spring.ServerContract.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebbtide.Ebbtide;
import io.ebbtide.lifecycle.LifecycleState;
import io.ebbtide.report.ExitCode;
import io.ebbtide.testkit.WireConnection;
import io.ebbtide.testkit.WireResponse;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URL;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Several contexts in one JVM: parent and child, a management context, and those of a test suite, on each line of Spring Boot. */
public abstract class ContextsContract {
    private static final String[] DEFAULTS = {
        "server.port=0", "ebbtide.grace=60m", "spring.main.banner-mode=off", "logging.level.root=off"
    };

    /** With two servers on the class path, as in these tests, Boot 4 cannot create a management context. */
    private static final String ONE_SERVER = "spring.autoconfigure.exclude="
            + "org.springframework.boot.jetty.autoconfigure.actuate.web.server.JettyServletManagementContextAutoConfiguration";

    private static final int UNANSWERED_MILLIS = 5_000;
    private static final int WARM_UP_PAIRS = 10;
    private static final int PAIRS = 100;

    /** Of the lower bound of the median's interval of 95 % for 100 values, counted from 0. */
    private static final int LOWER_RANK = 39;

    /** For the tests of the starters. */
    protected ContextsContract() {}

    /** A request that lasts until it is released. */
    @RestController
    static class Held {
        static final AtomicReference<CountDownLatch> RELEASED = new AtomicReference<>();
        static final AtomicInteger ENTERED = new AtomicInteger();

        @GetMapping("/held")
        String held() throws InterruptedException {
            ENTERED.incrementAndGet();
            RELEASED.get().await();
            return "released";
        }
    }

    private static CountDownLatch hold() {
        var released = new CountDownLatch(1);
        Held.RELEASED.set(released);
        Held.ENTERED.set(0);
        return released;
    }

    private static Thread close(ConfigurableApplicationContext context) {
        var closing = new Thread(context::close);
        closing.start();
        return closing;
    }

    private static void awaitState(Ebbtide service, LifecycleState state) {
        Awaitility.await().atMost(SOON).until(() -> service.state() == state);
    }

    @Test
    final void managementPortOfItsOwn_staysOpenUntilTheEndOfTheDrain() throws Exception {
        CountDownLatch released = hold();
        ConfigurableApplicationContext context = new SpringApplicationBuilder(WorkApplication.class, Held.class)
                .properties(DEFAULTS)
                .properties(ONE_SERVER, "management.server.port=0", "management.endpoint.health.probes.enabled=true")
                .run();
        int management =
                Integer.parseInt(Objects.requireNonNull(context.getEnvironment().getProperty("local.management.port")));
        int before =
                WireConnection.get(management, "/actuator/health/readiness").status();
        Ebbtide service = service(context);
        CompletableFuture<WireResponse> answer = send(port(context), "/held");
        ServerContract.awaitInFlight(context, 1);

        Thread closing = close(context);
        awaitState(service, LifecycleState.DRAINING);
        Awaitility.await()
                .atMost(SOON)
                .until(() -> WireConnection.get(management, "/actuator/health/readiness")
                                .status()
                        == 503);
        int liveness =
                WireConnection.get(management, "/actuator/health/liveness").status();
        released.countDown();

        assertThat(before).isEqualTo(200);
        assertThat(liveness).isEqualTo(200);
        assertThat(answer.get(SOON.toSeconds(), TimeUnit.SECONDS).status()).isEqualTo(200);
        closing.join(SOON.toMillis());
        assertThat(service.state()).isEqualTo(LifecycleState.STOPPED);
        assertThatThrownBy(() -> WireConnection.get(management, "/actuator/health/liveness"))
                .isInstanceOf(IOException.class);
    }

    /** The same with Boot alone, as the guide says. */
    @Test
    final void managementPortOfItsOwn_withoutEbbtide_staysOpenWhileARequestIsInFlight() throws Exception {
        CountDownLatch released = hold();
        ConfigurableApplicationContext context = new SpringApplicationBuilder(WorkApplication.class, Held.class)
                .properties(DEFAULTS)
                .properties(
                        ONE_SERVER,
                        "management.server.port=0",
                        "ebbtide.enabled=false",
                        "server.shutdown=graceful",
                        "spring.lifecycle.timeout-per-shutdown-phase=60m")
                .run();
        try {
            int port = port(context);
            int management = Integer.parseInt(
                    Objects.requireNonNull(context.getEnvironment().getProperty("local.management.port")));
            CompletableFuture<WireResponse> answer = send(port, "/held");
            Awaitility.await().atMost(SOON).until(() -> Held.ENTERED.get() > 0);

            Thread closing = close(context);
            Awaitility.await().atMost(SOON).until(() -> !answers(port));
            boolean isManagementOpen = answers(management);
            boolean isInFlight = !answer.isDone();
            released.countDown();

            assertThat(isManagementOpen).isTrue();
            assertThat(isInFlight).isTrue();
            assertThat(answer.get(SOON.toSeconds(), TimeUnit.SECONDS).status()).isEqualTo(200);
            closing.join(SOON.toMillis());
            assertThat(closing.isAlive()).isFalse();
        } finally {
            released.countDown();
        }
    }

    /** A port whose server takes no connection any more may still be open. */
    private static boolean answers(int port) {
        try {
            var connection =
                    (HttpURLConnection) new URL("http://127.0.0.1:" + port + "/actuator/health").openConnection();
            connection.setReadTimeout(UNANSWERED_MILLIS);
            return connection.getResponseCode() > 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** The parent of an application: no web application. */
    @Configuration(proxyBeanMethods = false)
    @NarrowAutoConfiguration
    static class Parent {
        static final AtomicReference<LifecycleState> WHEN_READY = new AtomicReference<>();

        @Bean
        ApplicationListener<ApplicationReadyEvent> stateOnceTheParentIsReady() {
            return event -> {
                if (event.getApplicationContext().getParent() == null) {
                    WHEN_READY.set(service(event.getApplicationContext()).state());
                }
            };
        }
    }

    private static ConfigurableApplicationContext child() {
        return new SpringApplicationBuilder(Parent.class)
                .web(WebApplicationType.NONE)
                .properties(DEFAULTS)
                .child(WorkApplication.class, Held.class)
                .web(WebApplicationType.SERVLET)
                .run();
    }

    private static ConfigurableApplicationContext parent(ConfigurableApplicationContext child) {
        return (ConfigurableApplicationContext) Objects.requireNonNull(child.getParent());
    }

    @Test
    final void parentAndChild_areOneService_whichRunsOnceBothAreReady() throws Exception {
        CountDownLatch released = hold();
        ConfigurableApplicationContext child = child();
        Ebbtide service = service(child);
        LifecycleState whenReady = service.state();
        CompletableFuture<WireResponse> answer = send(port(child), "/held");
        ServerContract.awaitInFlight(child, 1);

        Thread closing = close(parent(child));
        awaitState(service, LifecycleState.DRAINING);
        released.countDown();

        assertThat(Parent.WHEN_READY.get()).isEqualTo(LifecycleState.STARTING);
        assertThat(whenReady).isEqualTo(LifecycleState.RUNNING);
        assertThat(service).isSameAs(service(parent(child)));
        assertThat(answer.get(SOON.toSeconds(), TimeUnit.SECONDS).status()).isEqualTo(200);
        assertThat(answer.get().closes()).isTrue();
        closing.join(SOON.toMillis());
        assertThat(child.isActive()).isFalse();
        assertThat(service.awaitStopped(Duration.ZERO).exitCode()).isEqualTo(ExitCode.CLEAN);
    }

    @Test
    final void childThatIsClosedAlone_drainsFirst() throws Exception {
        CountDownLatch released = hold();
        ConfigurableApplicationContext child = child();
        Ebbtide service = service(child);
        CompletableFuture<WireResponse> answer = send(port(child), "/held");
        ServerContract.awaitInFlight(child, 1);

        Thread closing = close(child);
        awaitState(service, LifecycleState.DRAINING);
        released.countDown();

        assertThat(answer.get(SOON.toSeconds(), TimeUnit.SECONDS).status()).isEqualTo(200);
        closing.join(SOON.toMillis());
        assertThat(parent(child).isActive()).isTrue();
        parent(child).close();
    }

    /** Boot's builder has not announced it: the parent runs before it is known that there will be a server. */
    @Test
    final void childOfAParentThatRuns_isDrained_withoutLameDuck() throws Exception {
        CountDownLatch released = hold();
        ConfigurableApplicationContext parent = new SpringApplicationBuilder(Parent.class)
                .web(WebApplicationType.NONE)
                .properties(DEFAULTS)
                .run();
        ConfigurableApplicationContext child = new SpringApplicationBuilder(WorkApplication.class, Held.class)
                .parent(parent)
                .web(WebApplicationType.SERVLET)
                .properties(DEFAULTS)
                .run();
        Ebbtide service = service(child);
        CompletableFuture<WireResponse> answer = send(port(child), "/held");
        ServerContract.awaitInFlight(child, 1);

        service.shutdownWithLameDuck("a signal");
        awaitState(service, LifecycleState.DRAINING);
        released.countDown();

        assertThat(service).isSameAs(service(parent));
        assertThat(answer.get(SOON.toSeconds(), TimeUnit.SECONDS).status()).isEqualTo(200);
        assertThat(service.awaitStopped(SOON).states()).doesNotContainKey(LifecycleState.LAME_DUCK);
        assertThat(service.awaitStopped(SOON).exitCode()).isEqualTo(ExitCode.CLEAN);
        assertThat(parent.isActive()).isFalse();
        assertThat(child.isActive()).isFalse();
    }

    /** A parent as that of several applications, which knows nothing of Ebbtide. */
    @Configuration(proxyBeanMethods = false)
    static class BareParent {}

    @Test
    final void childOfAParentWithoutAutoConfiguration_isAServiceOfItsOwn() throws Exception {
        CountDownLatch released = hold();
        ConfigurableApplicationContext child = new SpringApplicationBuilder(BareParent.class)
                .web(WebApplicationType.NONE)
                .properties(DEFAULTS)
                .child(WorkApplication.class, Held.class)
                .web(WebApplicationType.SERVLET)
                .run();
        Ebbtide service = service(child);
        LifecycleState whenReady = service.state();
        CompletableFuture<WireResponse> answer = send(port(child), "/held");
        ServerContract.awaitInFlight(child, 1);

        Thread closing = close(child);
        awaitState(service, LifecycleState.DRAINING);
        released.countDown();

        assertThat(whenReady).isEqualTo(LifecycleState.RUNNING);
        assertThat(parent(child).getBeanProvider(EbbtideLifecycle.class)).isEmpty();
        assertThat(answer.get(SOON.toSeconds(), TimeUnit.SECONDS).status()).isEqualTo(200);
        closing.join(SOON.toMillis());
        assertThat(service.awaitStopped(Duration.ZERO).exitCode()).isEqualTo(ExitCode.CLEAN);
        assertThat(parent(child).isActive()).isTrue();
        parent(child).close();
    }

    @Test
    final void contextsOfATestSuite_existAtOnce_andEndWithTheirServices() {
        var contexts = new ArrayList<ConfigurableApplicationContext>();
        for (int i = 0; i < 10; i++) {
            contexts.add(new SpringApplicationBuilder(WorkApplication.class)
                    .properties(DEFAULTS)
                    .run());
        }
        List<Ebbtide> services = contexts.stream().map(ServerContract::service).toList();

        long startNanos = System.nanoTime();
        contexts.forEach(ConfigurableApplicationContext::close);
        Duration took = Duration.ofNanos(System.nanoTime() - startNanos);

        System.out.printf("CLOSED: ten contexts of a test suite in %d ms%n", took.toMillis());
        assertThat(services).extracting(Ebbtide::state).containsOnly(LifecycleState.STOPPED);
        assertThat(took).as("a lame duck would take many minutes").isLessThan(SOON);
    }

    /** A test of the application starts and closes a context. The times are printed. */
    @Test
    @Tag("full")
    final void contextsOfTests_endTheirServices_andTheTimesArePrinted_withEbbtideAndWithout() {
        List<Long> bare = new ArrayList<>();
        List<Long> ours = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < WARM_UP_PAIRS + PAIRS; i++) {
            boolean isBareFirst = i % 2 == 0;
            long first = startAndClose(!isBareFirst);
            long second = startAndClose(isBareFirst);
            if (i >= WARM_UP_PAIRS) {
                bare.add(isBareFirst ? first : second);
                ours.add(isBareFirst ? second : first);
                ratios.add((double) ours.get(ours.size() - 1) / bare.get(bare.size() - 1));
            }
        }

        Collections.sort(bare);
        Collections.sort(ours);
        Collections.sort(ratios);
        System.out.printf(
                "TEST CONTEXT: started and closed in %.1f ms without Ebbtide, %.1f ms with it; ratio %.3f (95 %% %.3f to %.3f), medians of"
                        + " %d pairs%n",
                bare.get(PAIRS / 2) / 1e6,
                ours.get(PAIRS / 2) / 1e6,
                ratios.get(PAIRS / 2),
                ratios.get(LOWER_RANK),
                ratios.get(PAIRS - 1 - LOWER_RANK),
                PAIRS);
    }

    /** Returns nanoseconds. */
    private static long startAndClose(boolean isEnabled) {
        long startNanos = System.nanoTime();
        ConfigurableApplicationContext context = new SpringApplicationBuilder(WorkApplication.class)
                .properties(DEFAULTS)
                .properties("ebbtide.enabled=" + isEnabled)
                .run();
        List<Ebbtide> services = context.getBeanProvider(EbbtideLifecycle.class).stream()
                .map(EbbtideLifecycle::service)
                .toList();
        context.close();
        long nanos = System.nanoTime() - startNanos;

        assertThat(services)
                .hasSize(isEnabled ? 1 : 0)
                .extracting(Ebbtide::state)
                .allMatch(LifecycleState.STOPPED::equals);
        return nanos;
    }
}
