package io.ebbtide.spring;

import io.ebbtide.lifecycle.Component;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.context.support.DefaultLifecycleProcessor;

/**
 * The application context as a component: stopped last, within the stop share. Exactly one side closes it: the service, or a
 * thread of the application, which waits for the drain first. Safe for use by many threads.
 */
final class ContextCloser implements Component {
    static final String PHASE_TIMEOUT = "spring.lifecycle.timeout-per-shutdown-phase";

    /** Boot's {@code LifecycleProperties}. */
    private static final Duration DEFAULT_PHASE_TIMEOUT = Duration.ofSeconds(30);

    /** What remains, at least, for beans to be destroyed, if the phases take all the time they have: a fifth. */
    private static final int SHARE_FOR_BEANS = 5;

    private static final long POLL_MILLIS = 50;

    /** Much longer than a thread needs from the end of {@code close()} to its {@code System.exit}. */
    private static final long TO_EXIT_MILLIS = 1_000;

    private enum Side {
        NONE,
        SERVICE,
        APPLICATION
    }

    private final ConfigurableApplicationContext context;
    private final String service;
    private final AtomicReference<Side> side = new AtomicReference<>(Side.NONE);

    ContextCloser(ConfigurableApplicationContext context, String service) {
        this.context = context;
        this.service = service;
    }

    /** Lets the calling thread close the context, and returns true, unless a side does already. */
    boolean takeByApplication() {
        return side.compareAndSet(Side.NONE, Side.APPLICATION);
    }

    /** Whether a thread of the application closes the context. */
    boolean isApplications() {
        return side.get() == Side.APPLICATION;
    }

    /**
     * Keeps the JVM from ending by itself, with a code of its own, before a daemon such as a thread of Tomcat that closes the context has
     * called {@code System.exit}. Returns at once.
     *
     * @param closing is about to close the context
     */
    void keepJvmAlive(Thread closing) {
        Runnable keeping = () -> {
            try {
                while (isClosing(closing)) {
                    closing.join(POLL_MILLIS);
                }
                closing.join(TO_EXIT_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // ends
            }
        };
        var thread = new Thread(keeping, "ebbtide-spring-exit");
        thread.setDaemon(false);
        thread.start();
    }

    /** Whether the thread is within a context's {@code close()}, which ends after all events and the web server. */
    private static boolean isClosing(Thread thread) {
        return Arrays.stream(thread.getStackTrace())
                .anyMatch(frame -> frame.getMethodName().equals("close")
                        && frame.getClassName().endsWith("ApplicationContext"));
    }

    @Override
    public void start() {}

    /** Closes the context, unless the application does: it waits for the end of the service itself. */
    @Override
    public void stop(Duration within) throws InterruptedException {
        if (side.compareAndSet(Side.NONE, Side.SERVICE)) {
            Duration untilBeans = within.minus(within.dividedBy(SHARE_FOR_BEANS));
            boundPhases(within.dividedBy(2)); // less, so that one phase that hangs is not all that can be stopped
            new ContextClose(context, service, untilBeans).close(within);
        }
    }

    private void boundPhases(Duration maximum) {
        String name = AbstractApplicationContext.LIFECYCLE_PROCESSOR_BEAN_NAME;
        if (context.isActive()
                && context.getBeanFactory().getSingleton(name) instanceof DefaultLifecycleProcessor processor) {
            Duration set = phaseTimeout();
            processor.setTimeoutPerShutdownPhase((set.compareTo(maximum) < 0 ? set : maximum).toMillis());
        }
    }

    /** Returns Boot's timeout for each phase. */
    private Duration phaseTimeout() {
        String set = context.getEnvironment().getProperty(PHASE_TIMEOUT);
        return set == null ? DEFAULT_PHASE_TIMEOUT : DurationStyle.detectAndParse(set);
    }

    /** Whether the application has set a timeout for each phase that is longer than the time for all of them. */
    boolean isPhaseTimeoutLongerThan(Duration stop) {
        return context.getEnvironment().containsProperty(PHASE_TIMEOUT)
                && phaseTimeout().compareTo(stop) > 0;
    }
}
