package io.ebbtide.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.LoadResult;
import io.ebbtide.testkit.SigtermTrial;
import io.ebbtide.testkit.contract.SigtermContract;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The main scenario, and the same application with Spring Boot's own graceful shutdown beside it, on each server and line. */
public abstract class SpringSigtermContract extends SigtermContract {
    /** For the tests of the starters. */
    protected SpringSigtermContract() {}

    /** The losses of Spring's own graceful shutdown vary from run to run: they are printed. */
    @Tag("full")
    @RepeatedTest(10)
    @Execution(ExecutionMode.SAME_THREAD)
    final void sigterm_losesNothing_andSpringsOwnLossIsPrintedBesideIt() throws Exception {
        LoadResult springs = SigtermTrial.runOther(
                "SIGTERM, Spring's own graceful shutdown",
                JavaLauncher.of(service()).arguments("--ebbtide.enabled=false", "--server.shutdown=graceful"),
                SigtermTrial.LEARN_OF_THE_REMOVAL);
        SigtermTrial.Outcome ours = SigtermTrial.run(JavaLauncher.of(service()), SigtermTrial.LEARN_OF_THE_REMOVAL);

        System.out.printf(
                "%s: lost %d of %d; Spring's own graceful shutdown lost %d of %d%n",
                getClass().getName(),
                ours.load().lost().size(),
                ours.load().sent(),
                springs.lost().size(),
                springs.sent());
        assertThat(ours.faults()).isEmpty();
    }
}
