package io.ebbtide.spring;

import io.ebbtide.Ebbtide;
import io.ebbtide.EbbtideBuilder;
import io.ebbtide.Settings;
import io.ebbtide.budget.GraceBudget;
import io.ebbtide.budget.Orchestrator;
import io.ebbtide.health.HealthControl;
import io.ebbtide.health.Snapshot;
import io.ebbtide.lifecycle.LifecycleState;
import io.ebbtide.report.LifecycleListener;
import io.ebbtide.report.ShutdownReport;
import io.ebbtide.spi.TrafficSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.availability.AvailabilityState;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * The service of one application context: starts within its refresh, drains before it closes. Its methods are called by threads of the
 * application. Safe for use by many threads.
 */
final class SpringService {
    /*
     * The service starts on a thread of its own, as its start ends only when Spring reports the application as ready, for which Spring
     * must go on. All waits are timed: Spring interrupts a thread that refreshes or closes a context and waits without a bound, if
     * another one closes the context, too (AbstractApplicationContext.isStartupShutdownThreadStuck).
     */
    private static final Logger LOG = LoggerFactory.getLogger(SpringService.class);

    private static final Duration POLL = Duration.ofMinutes(1);

    /** More than the moment that it takes; a fault here must not keep the application from being ready. */
    private static final Duration MAX_TO_RUN = Duration.ofSeconds(5);

    /** The names of the threads of Boot's shutdown hook and of Framework's. */
    private static final List<String> HOOKS = List.of("SpringApplicationShutdownHook", "SpringContextShutdownHook");

    private final Ebbtide ebbtide;

    /** The same, for those who may ask while it is being built. */
    private volatile @Nullable Ebbtide built;

    private final List<FoundCheck> foundWhileBuilt = new ArrayList<>();
    private final boolean owner;
    private final GraceBudget budget;
    private final Duration grace;
    private final ContextCloser closer;
    private final Availability availability;
    private final String name;
    private final CompletableFuture<Void> listening = new CompletableFuture<>();
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final CompletableFuture<Void> running = new CompletableFuture<>();

    private SpringService(
            ConfigurableApplicationContext context,
            String name,
            Settings settings,
            GraceBudget budget,
            List<TrafficSource> sources,
            List<CheckFinder> finders,
            Consumer<EbbtideBuilder> additions,
            boolean owner) {
        this.name = name;
        this.owner = owner;
        this.budget = budget;
        grace = budget.grace();
        closer = new ContextCloser(context, name);
        availability = new Availability(context, settings.lameDuckRules().readiness());
        EbbtideBuilder builder = Ebbtide.builder(name)
                .settings(settings)
                .component("application context", closer)
                .startupTask("Spring", this::awaitReady)
                .listener(availability)
                .listener(whenRunning());
        sources.forEach(builder::serve);
        for (CheckFinder finder : finders) {
            finder.find(this::snapshot, this::addLater).forEach(found -> add(found, builder));
        }
        additions.accept(builder);
        ebbtide = builder.build();
        synchronized (foundWhileBuilt) {
            built = ebbtide;
        }
        foundWhileBuilt.forEach(this::addLater);
    }

    private static void add(FoundCheck found, EbbtideBuilder to) {
        switch (found.kind()) {
            case LIVENESS -> to.liveness(found.name(), found.check());
            case READINESS -> to.readiness(found.name(), found.check());
            case STARTUP -> to.startup(found.name(), found.check());
        }
    }

    /** A bean that is created when it is first used may register a check then. */
    private void addLater(FoundCheck found) {
        Ebbtide now;
        synchronized (foundWhileBuilt) {
            now = built;
            if (now == null) {
                foundWhileBuilt.add(found);
                return;
            }
        }
        new HealthControl(now.health()).join(found.name(), found.kind(), found.check());
    }

    private @Nullable Snapshot snapshot() {
        Ebbtide now = built;
        return now == null ? null : now.health().snapshot();
    }

    /**
     * Builds a service, and starts nothing.
     *
     * @param settings without the environment's
     * @param additions is called before the service is built
     * @param owner whether it owns the process
     * @throws IllegalArgumentException if a setting is wrong
     */
    static SpringService of(
            ConfigurableApplicationContext context,
            String name,
            Settings settings,
            List<TrafficSource> sources,
            List<CheckFinder> finders,
            Consumer<EbbtideBuilder> additions,
            boolean owner) {
        Settings effective = settings.withEnvironment(System.getenv());
        GraceBudget budget = effective.budget(Orchestrator.of(System.getenv()));
        var service = new SpringService(context, name, settings, budget, sources, finders, additions, owner);
        if (service.closer.isPhaseTimeoutLongerThan(budget.stop())) {
            LOG.warn(
                    "{} is longer than the {} that all phases have together (expected: at most that); it is shortened at the shutdown."
                            + " Set ebbtide.stop, or remove it",
                    ContextCloser.PHASE_TIMEOUT,
                    budget.stop());
        }
        return service;
    }

    /** Starts, and returns once the sources have started: the web server may open its port. */
    void start() {
        var thread = new Thread(this::run, "ebbtide-" + name + "-start");
        thread.setDaemon(true);
        thread.start();
        try {
            while (true) {
                try {
                    listening.get(POLL.toSeconds(), TimeUnit.SECONDS);
                    return;
                } catch (TimeoutException e) {
                    LOG.warn("'{}' is still starting: {}", name, ebbtide.state());
                }
            }
        } catch (ExecutionException e) {
            Throwable failure = e.getCause() == null ? e : e.getCause();
            Throwable cause = failure.getCause() == null ? failure : failure.getCause();
            throw new IllegalStateException(failure.getMessage(), cause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted during the start of '" + name + "'", e);
        }
    }

    private void run() {
        try {
            if (owner) {
                ebbtide.startOwningProcess();
            } else {
                ebbtide.start();
            }
        } catch (RuntimeException | Error e) {
            listening.completeExceptionally(e);
        } finally {
            listening.complete(null); // a shutdown that begins now ends the start without its tasks
            running.complete(null);
        }
    }

    /** The start-up task: interrupted when a shutdown begins. */
    private void awaitReady() throws InterruptedException, ExecutionException {
        listening.complete(null);
        ready.get();
    }

    private LifecycleListener whenRunning() {
        return new LifecycleListener() {
            @Override
            public void entered(LifecycleState state) {
                if (state != LifecycleState.STARTING) {
                    running.complete(null);
                }
            }
        };
    }

    /** Spring reports that the application is ready. Returns once the service runs. */
    void ready() {
        ready.complete(null);
        try {
            running.get(MAX_TO_RUN.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException | ExecutionException e) {
            LOG.warn("'{}' is {} (expected: RUNNING)", name, ebbtide.state());
        }
    }

    void changed(AvailabilityState state) {
        availability.changed(state, ebbtide);
    }

    /**
     * The application closes the context, or its refresh has failed: drains first, unless the service closes it. Returns once
     * the drain is over.
     */
    void drain(String reason) {
        if (closer.takeByApplication()) {
            if (owner && Thread.currentThread().isDaemon()) {
                closer.keepJvmAlive(Thread.currentThread());
            }
            if (owner && HOOKS.contains(Thread.currentThread().getName())) {
                ebbtide.shutdownWithLameDuck("JVM shutdown");
            } else {
                ebbtide.shutdown(reason);
            }
            if (!ebbtide.awaitDrained(grace)) {
                LOG.warn(
                        "'{}' is {} after {} (expected: drained); the application context closes",
                        name,
                        ebbtide.state(),
                        grace);
            }
        }
    }

    /** Returns once the service has stopped, unless the service itself closes the context. */
    void awaitStopped() {
        if (!closer.isApplications()) {
            return;
        }
        try {
            ebbtide.awaitStopped(grace);
        } catch (TimeoutException | IllegalStateException e) {
            LOG.warn("'{}' did not stop: {}", name, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    boolean isShuttingDown() {
        return switch (ebbtide.state()) {
            case STARTING, RUNNING -> false;
            case LAME_DUCK, DRAINING, STOPPING, STOPPED -> true;
        };
    }

    /** Whether the service closes the context, now or later. */
    boolean closesContext() {
        return !closer.isApplications();
    }

    GraceBudget budget() {
        return budget;
    }

    /** Returns the report; null if the service has not stopped. */
    @Nullable
    ShutdownReport report() {
        try {
            return ebbtide.state() == LifecycleState.STOPPED ? ebbtide.awaitStopped(Duration.ZERO) : null;
        } catch (TimeoutException e) {
            return null; // it is being written
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    Ebbtide ebbtide() {
        return ebbtide;
    }
}
