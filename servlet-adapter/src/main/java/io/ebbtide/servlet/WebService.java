package io.ebbtide.servlet;

import io.ebbtide.Ebbtide;
import io.ebbtide.EbbtideBuilder;
import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Redact;
import jakarta.servlet.ServletContext;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ServiceLoader;
import java.util.concurrent.TimeoutException;
import javax.management.JMException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts and stops the service of one web application. Called by one thread at a time, except for its siblings. */
final class WebService implements ServiceLifecycle, SiblingApplications.Application {
    private static final Logger LOG = LoggerFactory.getLogger(WebService.class);

    /** For the shutdown's own threads, which end shortly after the shutdown. */
    private static final Duration THREADS_END = Duration.ofSeconds(2);

    private final ServletContext context;
    private final ServletSource source;
    private final SiblingApplications siblings = new SiblingApplications(this);
    private volatile @Nullable Ebbtide service;
    private volatile boolean handlesSigterm;
    private @Nullable SigtermHandler sigterm;
    private @Nullable RuntimeException failure;
    private volatile boolean ended;

    WebService(ServletContext context, ServletSource source) {
        this.context = context;
        this.source = source;
    }

    @Override
    public synchronized void begin() {
        if (service != null || ended) {
            return; // a container may initialize the filter at a request that comes while it stops
        }
        RuntimeException before = failure;
        if (before != null) {
            throw before; // some containers try again, by the servlet or at the first request
        }
        try {
            start();
        } catch (RuntimeException e) {
            failure = e;
            throw e;
        }
    }

    private void start() {
        var parameters = new ContextSettings(context);
        handlesSigterm = parameters.handlesSigterm();
        Ebbtide built = build(parameters);
        context.setAttribute(Ebbtide.class.getName(), built);
        service = built.start();
        HealthEndpointConflict.warn(context, source.probePath());
        register(parameters.name());
        if (handlesSigterm) {
            installSigtermHandler();
        }
    }

    private Ebbtide build(ContextSettings parameters) {
        EbbtideBuilder builder = Ebbtide.builder(parameters.name())
                .settings(parameters.settings())
                .serve(source);
        String holdFile = parameters.holdFile();
        if (holdFile != null) {
            builder.readiness("hold-file", HoldFile.check(Path.of(holdFile)));
        }
        if (context.getAttribute(WebApplication.class.getName()) instanceof WebApplication application) {
            configure(application, builder);
        }
        for (WebApplication application : ServiceLoader.load(WebApplication.class, context.getClassLoader())) {
            configure(application, builder);
        }
        return builder.build();
    }

    private void configure(WebApplication application, EbbtideBuilder builder) {
        try {
            application.configure(builder, context);
        } catch (Exception e) {
            throw new IllegalStateException(
                    "%s.configure failed: %s".formatted(application.getClass().getName(), Redact.oneLine(e)), e);
        }
    }

    private void register(String name) {
        try {
            siblings.register(name);
        } catch (JMException | RuntimeException e) {
            ContextLog.warn(
                    context,
                    "'%s' is not visible to the other web applications of this process, so each of them uses the whole grace: %s"
                            .formatted(name, Redact.oneLine(e)));
        }
    }

    /** At SIGTERM all applications shut down with their lame duck first; the container receives the signal afterwards. */
    @Override
    public synchronized boolean installSigtermHandler() {
        if (!handlesSigterm || service == null) {
            return false;
        }
        if (sigterm == null && siblings.claimSigterm()) {
            try {
                sigterm = SigtermHandler.install(this::shutDownAll);
            } catch (IllegalStateException e) {
                siblings.releaseSigterm();
                ContextLog.warn(context, "SIGTERM cannot be handled, so there is no lame duck: " + Redact.oneLine(e));
            }
        }
        return sigterm != null;
    }

    private void shutDownAll() {
        try {
            siblings.shutDownAll();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void shutDown() {
        Ebbtide mine = service;
        if (mine == null || !handlesSigterm) {
            return;
        }
        mine.shutdownWithLameDuck("SIGTERM");
        try {
            mine.awaitStopped(Durations.LONGEST); // it ends by itself within its grace
        } catch (TimeoutException e) {
            LOG.error("the container receives SIGTERM although the service has not stopped: {}", Redact.oneLine(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void processEnds() {
        Ebbtide mine = service;
        if (mine != null) {
            source.contextStopping();
            mine.shutdown("the process ends");
        }
    }

    /** A second call does nothing. */
    @Override
    public void end() {
        ended = true;
        Ebbtide mine = service;
        if (mine == null) {
            return;
        }
        uninstallSigtermHandler();
        source.contextStopping();
        if (isJvmShuttingDown()) {
            siblings.processEndsForAll(); // the container stops them one after the other, within one grace
        }
        mine.shutdown("the web application is stopped");
        try {
            Report.close(mine, context);
        } finally {
            siblings.unregister();
            service = null;
        }
        RemainingThreads.await(context.getClassLoader(), THREADS_END);
    }

    private void uninstallSigtermHandler() {
        @Nullable SigtermHandler mine;
        synchronized (this) {
            mine = sigterm;
            sigterm = null;
        }
        if (mine != null) {
            mine.uninstall();
            siblings.releaseSigterm();
            if (!isJvmShuttingDown()) {
                siblings.handOverSigterm();
            }
        }
    }

    /** Whether the JVM is shutting down, which is why it refuses a hook. */
    private static boolean isJvmShuttingDown() {
        var hook = new Thread(() -> {});
        try {
            Runtime.getRuntime().addShutdownHook(hook);
            Runtime.getRuntime().removeShutdownHook(hook);
            return false;
        } catch (IllegalStateException e) {
            return true;
        }
    }
}
