package io.ebbtide.servlet;

import io.ebbtide.Ebbtide;
import io.ebbtide.EbbtideBuilder;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ServiceLoader;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.helpers.NOPLoggerFactory;

/**
 * Ties a service to a web application: starts it with the context, and ends it with the context, without a lame duck, as
 * a container that stops has closed its ports already. Never touches signals, hooks or the process. Registered by the
 * container's scan, or in {@code web.xml} where a container does not scan. Called by one thread at a time.
 *
 * <p>The service bears the name of the context parameter {@code ebbtide.name}, else the display name, else the context's
 * path. Context parameters that begin with {@code ebbtide.} set what the environment can set, such as {@code
 * ebbtide.lame-duck} for {@code EBBTIDE_LAME_DUCK}; the environment overrides them. Components and checks are added by
 * {@link WebApplication}. The application finds its service, for holds and work of its own, as the context's attribute of
 * the name {@code io.ebbtide.Ebbtide}.
 */
public final class EbbtideListener implements ServletContextListener {
    /** For the shutdown's own threads, which are about to end when it has. */
    private static final Duration THREADS_END = Duration.ofSeconds(2);

    private @Nullable ServletSource registered;
    private @Nullable Ebbtide service;

    /** For containers. */
    public EbbtideListener() {}

    /** One that does not have to register anything any more. */
    static EbbtideListener registeredIn(ServletContext context) {
        var listener = new EbbtideListener();
        listener.register(context);
        return listener;
    }

    private ServletSource register(ServletContext context) {
        String path = context.getContextPath();
        var source = ServletSource.of("servlet:" + (path.isEmpty() ? "/" : path));
        source.registerIn(context);
        registered = source;
        return source;
    }

    /**
     * Starts the service; blocks until it runs.
     *
     * @throws IllegalArgumentException if a context parameter or environment variable is wrong
     * @throws IllegalStateException if the service, or what the application adds to it, fails to start
     */
    @Override
    public void contextInitialized(ServletContextEvent event) {
        ServletContext context = event.getServletContext();
        if (registered == null) {
            if (ServletSource.in(context) != null) {
                return; // the container's scan has found everything
            }
            register(context);
        }
        Ebbtide built = build(context);
        context.setAttribute(Ebbtide.class.getName(), built);
        service = built.start();
    }

    private Ebbtide build(ServletContext context) {
        var parameters = new ContextSettings(context);
        EbbtideBuilder builder = Ebbtide.builder(parameters.name()).settings(parameters.settings());
        if (registered != null) {
            builder.serve(registered);
        }
        String holdFile = parameters.holdFile();
        if (holdFile != null) {
            builder.readiness("hold-file", HoldFile.check(Path.of(holdFile)));
        }
        if (context.getAttribute(WebApplication.class.getName()) instanceof WebApplication application) {
            configure(application, builder, context);
        }
        for (WebApplication application : ServiceLoader.load(WebApplication.class, context.getClassLoader())) {
            configure(application, builder, context);
        }
        return builder.build();
    }

    private static void configure(WebApplication application, EbbtideBuilder builder, ServletContext context) {
        try {
            application.configure(builder, context);
        } catch (Exception e) {
            throw new IllegalStateException(
                    "%s.configure failed: %s".formatted(application.getClass().getName(), e.getMessage()), e);
        }
    }

    /**
     * Ends the service: waits for the requests in flight as long as the drain may take, then for its components; at most for
     * the grace. Never throws.
     */
    @Override
    public void contextDestroyed(ServletContextEvent event) {
        Ebbtide mine = service;
        if (mine == null) {
            return;
        }
        ServletContext context = event.getServletContext();
        if (registered != null) {
            registered.errorPages().stop();
        }
        mine.shutdown("the web application is stopped");
        try {
            mine.close();
            if (LoggerFactory.getILoggerFactory() instanceof NOPLoggerFactory) {
                context.log(mine.awaitStopped(Duration.ZERO).json());
            }
        } catch (IllegalStateException | TimeoutException e) {
            context.log("the service did not end as it should: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        LeftThreads.await(context.getClassLoader(), THREADS_END);
        service = null;
    }
}
