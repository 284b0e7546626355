package io.ebbtide.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ConfigurableApplicationContext;

/** What holds for an application on each line of Spring Boot, whatever its embedded server is. */
public abstract class SpringContract extends ServerContract {
    /** For the tests of the starters, on Tomcat. */
    protected SpringContract() {
        super(WorkApplication.class);
    }

    @Test
    final void refusedTraffic_isAHold_untilItIsAcceptedAgain() throws Exception {
        try (ConfigurableApplicationContext context = run()) {
            AvailabilityChangeEvent.publish(context, ReadinessState.REFUSING_TRAFFIC);
            int refused = ready(context);
            AvailabilityChangeEvent.publish(context, ReadinessState.ACCEPTING_TRAFFIC);

            assertThat(refused).isEqualTo(503);
            assertThat(ready(context)).isEqualTo(200);
        }
    }

    @Test
    final void wrongSetting_failsTheStart_withTheExpectedValue() {
        assertThatThrownBy(() -> run("--ebbtide.grace=10s", "--ebbtide.drain=20s"))
                .hasRootCauseInstanceOf(IllegalArgumentException.class)
                .hasStackTraceContaining("WrongSettingException");
    }
}
