package io.ebbtide.spring;

import io.ebbtide.budget.GraceBudget;
import io.ebbtide.budget.Orchestrator;
import java.time.Duration;
import org.springframework.boot.context.event.ApplicationContextInitializedEvent;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Keeps Boot's shutdown hook from closing a context that the service closes: at the end of the process it would wait without a bound
 * for a bean whose end hangs and is given up already. A hook of our own closes a context whose service has not started. Stateless.
 */
final class ShutdownHookReplacement implements ApplicationListener<ApplicationContextInitializedEvent> {
    /** Less than the grace that Kubernetes gives unless it is set. */
    private static final Duration DEFAULT_BOUND = Duration.ofSeconds(25);

    /** Created by Spring. */
    ShutdownHookReplacement() {}

    @Override
    public void onApplicationEvent(ApplicationContextInitializedEvent event) {
        ConfigurableApplicationContext context = event.getApplicationContext();
        ConfigurableEnvironment environment = context.getEnvironment();
        boolean isEnabled = environment.getProperty("ebbtide.enabled", Boolean.class, true)
                && environment.getProperty("spring.main.register-shutdown-hook", Boolean.class, true);
        boolean isOwner =
                environment.getProperty("ebbtide.own-process", Boolean.class, ProcessOwnership.ofThisThread());
        if (isEnabled && isOwner) {
            event.getSpringApplication().setRegisterShutdownHook(false);
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(() -> closeUnlessServiceDoes(context), "ebbtide-spring-hook"));
        }
    }

    private static void closeUnlessServiceDoes(ConfigurableApplicationContext context) {
        EbbtideLifecycle lifecycle = EbbtideLifecycle.of(context);
        boolean doesService = lifecycle != null && lifecycle.closesContext();
        if (!doesService) {
            closeWithin(bound(context.getEnvironment()), context);
        }
    }

    /** A refresh holds a lock until it ends, which may be never. */
    private static void closeWithin(Duration bound, ConfigurableApplicationContext context) {
        var closing = new Thread(context::close, "ebbtide-spring-close");
        closing.setDaemon(true);
        closing.start();
        try {
            closing.join(bound.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (closing.isAlive()) {
            System.err.printf( // Boot's own hook may have stopped the logging
                    "the application context does not close within %s: its refresh has not ended, or the end of a bean hangs; the process"
                            + " ends without it. Set ebbtide.grace to give it more time%n",
                    bound);
        }
    }

    /** The grace without its margin. */
    private static Duration bound(ConfigurableEnvironment environment) {
        GraceBudget budget;
        try {
            budget = Binder.get(environment)
                    .bindOrCreate("ebbtide", EbbtideProperties.class)
                    .settings(0)
                    .withEnvironment(System.getenv())
                    .budget(Orchestrator.of(System.getenv()));
        } catch (RuntimeException e) { // a wrong setting, which the start reports
            return DEFAULT_BOUND;
        }
        return budget.lameDuck().plus(budget.drain()).plus(budget.stop());
    }
}
