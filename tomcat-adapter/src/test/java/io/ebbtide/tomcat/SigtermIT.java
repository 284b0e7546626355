package io.ebbtide.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.Ebbtide;
import io.ebbtide.Settings;
import io.ebbtide.lifecycle.LameDuckPolicy;
import io.ebbtide.lifecycle.LameDuckRules;
import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.SigtermTrial;
import java.time.Duration;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The main job: a service under load is told to stop, and no request is lost. */
@Execution(ExecutionMode.CONCURRENT) // with other classes: it mostly waits
final class SigtermIT {
    /** Outlasts the clients by far, so that none is refused, and not their requests of 3 s, which the drain finishes. */
    private static final Duration LAME_DUCK = SigtermTrial.LEARN_OF_THE_REMOVAL.multipliedBy(2);

    /** A service with slow and quick requests. */
    static final class Service {
        public static void main(String[] arguments) {
            var source = TomcatSource.http(
                            0,
                            context -> Tomcat.addServlet(context, "work", new TimedServlet())
                                    .addMapping("/work/*"))
                    .workerThreads(SigtermTrial.CLIENTS);
            Ebbtide.builder("work")
                    .serve(source)
                    .startupTask("tell the port", () -> System.out.println("port=" + source.port()))
                    .settings(Settings.derived()
                            .withGrace(Duration.ofMinutes(2))
                            .withLameDuck(LAME_DUCK)
                            .withLameDuckRules(LameDuckRules.defaults().withPolicy(LameDuckPolicy.FIXED)))
                    .build()
                    .run();
        }
    }

    @Test
    @Execution(ExecutionMode.SAME_THREAD)
    void sigterm_under64Clients_losesNothing() throws Exception {
        SigtermTrial.Outcome outcome =
                SigtermTrial.run(JavaLauncher.of(Service.class), SigtermTrial.LEARN_OF_THE_REMOVAL);

        assertThat(outcome.faults()).isEmpty();
    }

    @Tag("full")
    @RepeatedTest(10)
    @Execution(ExecutionMode.SAME_THREAD)
    void sigterm_tenTimes_losesNothing() throws Exception {
        sigterm_under64Clients_losesNothing();
    }

    /**
     * Clients that come back on a new connection each time they are told to leave, until nobody listens. What the kernel
     * accepts in the microseconds between the last look at the queue and the closing of the port is reset: such a
     * request reached the machine and not the process. No more than that.
     */
    @Tag("full")
    @RepeatedTest(3)
    @Execution(ExecutionMode.SAME_THREAD)
    void sigterm_underClientsThatNeverLeave_losesNextToNothing() throws Exception {
        assertThat(SigtermTrial.faultsUnderClientsThatNeverLeave(JavaLauncher.of(Service.class)))
                .isEmpty();
    }
}
