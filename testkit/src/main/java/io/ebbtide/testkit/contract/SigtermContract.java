package io.ebbtide.testkit.contract;

import io.ebbtide.Ebbtide;
import io.ebbtide.Settings;
import io.ebbtide.budget.LameDuckPolicy;
import io.ebbtide.budget.LameDuckRules;
import io.ebbtide.spi.TrafficSource;
import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.SigtermTrial;
import java.time.Duration;
import java.util.List;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The main scenario for each adapter of a server: a service under load receives SIGTERM and loses no request. The test of an adapter
 * extends it and names a class whose {@code main} calls {@link #serve}. See {@link SigtermTrial}.
 */
@Execution(ExecutionMode.CONCURRENT) // with other classes: it mostly waits
public abstract class SigtermContract {
    /** Outlasts the clients by far, so that none is refused, and not their requests of 3 s, which the drain finishes. */
    private static final Duration LAME_DUCK = SigtermTrial.LEARN_OF_THE_REMOVAL.multipliedBy(2);

    /** For test classes of adapters. */
    protected SigtermContract() {}

    /** Returns the class whose {@code main} runs the service; called once for each test. */
    protected abstract Class<?> service();

    /**
     * Runs the service of the scenario until the end of the process; prints its port.
     *
     * @param source has {@link SigtermTrial#CLIENTS} workers and answers {@code /work/<millis>} after that time
     * @param port the port of the source, once it has started
     */
    protected static void serve(TrafficSource source, IntSupplier port) {
        Ebbtide.builder("work")
                .serve(source)
                .startupTask("print the port", () -> System.out.println("port=" + port.getAsInt()))
                .settings(Settings.derived()
                        .withGrace(Duration.ofMinutes(2))
                        .withLameDuck(LAME_DUCK)
                        .withLameDuckRules(LameDuckRules.defaults().withPolicy(LameDuckPolicy.FIXED)))
                .build()
                .run();
    }

    @Test
    @Execution(ExecutionMode.SAME_THREAD)
    final void sigterm_under64Clients_losesNothing() throws Exception {
        SigtermTrial.Outcome outcome = SigtermTrial.run(JavaLauncher.of(service()), SigtermTrial.LEARN_OF_THE_REMOVAL);

        Seen.equal("faults", outcome.faults(), List.of());
    }

    @Tag("full")
    @RepeatedTest(10)
    @Execution(ExecutionMode.SAME_THREAD)
    final void sigterm_tenTimes_losesNothing() throws Exception {
        sigterm_under64Clients_losesNothing();
    }

    /**
     * Clients that reconnect each time they are asked to disconnect, until no server listens. Connections that the kernel accepts in
     * the microseconds between the last check of its queue and the closing of the port are reset: such a request reached the machine and
     * not the process. No more than those.
     */
    @Tag("full")
    @RepeatedTest(3)
    @Execution(ExecutionMode.SAME_THREAD)
    final void sigterm_underClientsThatAlwaysReconnect_losesOnlyWhatTheKernelResets() throws Exception {
        Seen.equal("faults", SigtermTrial.faultsUnderClientsThatNeverDisconnect(JavaLauncher.of(service())), List.of());
    }
}
