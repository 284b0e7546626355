package io.ebbtide.servlet;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import org.jspecify.annotations.Nullable;

/**
 * Starts a service with a web application and stops it with the application, without a lame duck, because a container
 * that stops has closed its ports already. Handles no signal, unless the context parameter {@code ebbtide.sigterm} is
 * {@code lame-duck}: then the service shuts down at SIGTERM before the container does. Never ends the process.
 * Registered by the container's scan, or in {@code web.xml} where a container does not scan. Called by one thread at a
 * time.
 *
 * <p>The service starts after {@code contextInitialized} of all listeners and has stopped before {@code contextDestroyed} of any of
 * them, independently of their order: beans and pools that a framework's listener closes remain open until the last answer.
 *
 * <p>The service has the name of the context parameter {@code ebbtide.name}, else the display name, else the context's
 * path. Context parameters that begin with {@code ebbtide.} set the same values as the environment, such as
 * {@code ebbtide.lame-duck} for {@code EBBTIDE_LAME_DUCK}; the environment overrides them. Components and checks are
 * added by {@link WebApplication}. The application finds its service, for holds and work of its own, in the context's
 * attribute {@code io.ebbtide.Ebbtide}.
 */
public final class EbbtideListener implements ServletContextListener {
    /*
     * contextDestroyed() runs in the reverse order of registration, in which every framework tries to be the last. So the service
     * does not depend on that order: init() of filters and servlets runs after contextInitialized() of all listeners, and destroy()
     * before contextDestroyed() (Javadoc of ServletContextListener). Undertow initializes filters at the first request, so the servlet,
     * which is loaded on startup, starts the service, too. Where the application has a filter of that name, the listener does both.
     */
    private @Nullable WebService service;
    private boolean startedByFilter;

    /** For containers. */
    public EbbtideListener() {}

    /** Creates a listener whose registration is already done. */
    static EbbtideListener registeredIn(ServletContext context) {
        var listener = new EbbtideListener();
        listener.register(context);
        return listener;
    }

    private WebService register(ServletContext context) {
        String path = context.getContextPath();
        var source = ServletSource.of("servlet:" + (path.isEmpty() ? "/" : path));
        var registered = new WebService(context, source);
        service = registered;
        startedByFilter = source.registerIn(context, registered);
        return registered;
    }

    /**
     * Starts the service, unless the filter does; blocks until it runs.
     *
     * @throws IllegalArgumentException if a context parameter or environment variable is wrong
     * @throws IllegalStateException if the service, or a part that the application adds to it, fails to start
     */
    @Override
    public void contextInitialized(ServletContextEvent event) {
        ServletContext context = event.getServletContext();
        WebService mine = service;
        if (mine == null) {
            if (ServletSource.in(context) != null) {
                return; // the container's scan has registered everything
            }
            mine = register(context);
        }
        if (!startedByFilter) {
            mine.begin();
        }
    }

    /**
     * Ends the service, if the filter has not: waits for the requests in flight as long as the drain may take, then for its
     * components; at most for the grace. Never throws.
     */
    @Override
    public void contextDestroyed(ServletContextEvent event) {
        WebService mine = service;
        if (mine != null) {
            mine.end();
        }
    }

    @Nullable
    WebService service() {
        return service;
    }
}
