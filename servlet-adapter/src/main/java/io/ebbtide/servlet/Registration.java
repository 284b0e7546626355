package io.ebbtide.servlet;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.ServletRequestListener;
import java.util.EnumSet;
import java.util.Set;

/** Registers filter, servlet and request listener in a web application. Not thread-safe; confine to one thread. */
final class Registration {
    private static final String FILTER = "ebbtide-in-flight";
    private static final String SERVLET = "ebbtide-health";

    /** For this copy of the library, which belongs to one web application. */
    private static volatile boolean somethingIsRegistered;

    private final ServletContext context;
    private final String probePath;

    Registration(ServletContext context, String probePath) {
        this.context = context;
        this.probePath = probePath;
    }

    static boolean isSomethingRegistered() {
        return somethingIsRegistered;
    }

    /** Returns whether the filter is registered, which begins and ends the service. */
    boolean run(Filter inFlight, Servlet health, ServletRequestListener endOfRequest) {
        somethingIsRegistered = true;
        FilterRegistration.Dynamic filter = context.addFilter(FILTER, inFlight);
        if (filter != null) {
            filter.setAsyncSupported(true);
            var dispatches = EnumSet.of(DispatcherType.REQUEST, DispatcherType.ASYNC, DispatcherType.ERROR);
            filter.addMappingForUrlPatterns(dispatches, false, "/*");
        }
        ServletRegistration.Dynamic servlet = context.addServlet(SERVLET, health);
        if (servlet != null) {
            servlet.setAsyncSupported(true);
            servlet.setLoadOnStartup(0);
            Set<String> taken = servlet.addMapping(probePath + "/*");
            if (!taken.isEmpty()) {
                ContextLog.warn(
                        context,
                        ("%s already has a servlet at %s, so that the probes are not served there; set the context parameter"
                                        + " ebbtide.probe-path, or map %s elsewhere")
                                .formatted(
                                        context.getContextPath().isEmpty() ? "the root" : context.getContextPath(),
                                        taken,
                                        health.getClass().getName()));
            }
        }
        context.addListener(endOfRequest);
        return filter != null;
    }
}
