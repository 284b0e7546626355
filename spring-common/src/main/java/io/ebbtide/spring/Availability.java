package io.ebbtide.spring;

import io.ebbtide.Ebbtide;
import io.ebbtide.budget.LameDuckReadiness;
import io.ebbtide.health.Hold;
import io.ebbtide.lifecycle.LifecycleState;
import io.ebbtide.report.LifecycleListener;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.AvailabilityState;
import org.springframework.boot.availability.LivenessState;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Spring's {@code ApplicationAvailability}, in both directions: a shutdown refuses traffic there, too; traffic that the application
 * refuses is a hold here, and a broken application fails liveness. Safe for use by many threads.
 */
final class Availability implements LifecycleListener {
    private static final String REFUSED = "the application refuses traffic (ReadinessState.REFUSING_TRAFFIC)";
    private static final String BROKEN = "the application is broken (LivenessState.BROKEN)";

    private final ConfigurableApplicationContext context;
    private final LameDuckReadiness inLameDuck;
    private @Nullable Hold hold;

    /** @param inLameDuck whether readiness fails there */
    Availability(ConfigurableApplicationContext context, LameDuckReadiness inLameDuck) {
        this.context = context;
        this.inLameDuck = inLameDuck;
    }

    @Override
    public void entered(LifecycleState state) {
        boolean refuses = switch (state) {
            case LAME_DUCK -> inLameDuck == LameDuckReadiness.FAIL;
            case DRAINING -> true;
            case STARTING, RUNNING, STOPPING, STOPPED -> false;
        };
        if (refuses && context.isActive()) {
            AvailabilityChangeEvent.publish(context, ReadinessState.REFUSING_TRAFFIC);
        }
    }

    /** The application, or Spring, has published a state. */
    synchronized void changed(AvailabilityState state, Ebbtide service) {
        if (service.state() == LifecycleState.RUNNING && state == ReadinessState.REFUSING_TRAFFIC && hold == null) {
            hold = service.hold(REFUSED);
        } else if (state == ReadinessState.ACCEPTING_TRAFFIC && hold != null) {
            hold.close();
            hold = null;
        } else if (state == LivenessState.BROKEN) {
            service.markBroken(BROKEN);
        }
    }
}
