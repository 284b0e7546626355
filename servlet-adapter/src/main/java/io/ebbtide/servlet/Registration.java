package io.ebbtide.servlet;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import java.util.EnumSet;
import java.util.Set;

/** Registers filter, servlet and request listener in a web application. Not thread-safe; confine to one thread. */
final class Registration {
    private static final String FILTER = "ebbtide-in-flight";
    private static final String SERVLET = "ebbtide-health";

    /** For this copy of the library, which belongs to one web application. */
    private static volatile boolean somethingIsRegistered;

    private final ServletSource source;
    private final ServletContext context;

    Registration(ServletSource source, ServletContext context) {
        this.source = source;
        this.context = context;
    }

    static boolean isSomethingRegistered() {
        return somethingIsRegistered;
    }

    /** Returns whether the filter is registered, which begins and ends the service. */
    boolean run(ServiceLifecycle life) {
        somethingIsRegistered = true;
        FilterRegistration.Dynamic filter = context.addFilter(FILTER, new InFlightFilter(source, life));
        if (filter != null) {
            filter.setAsyncSupported(true);
            var dispatches = EnumSet.of(DispatcherType.REQUEST, DispatcherType.ASYNC, DispatcherType.ERROR);
            filter.addMappingForUrlPatterns(dispatches, false, "/*");
        }
        ServletRegistration.Dynamic servlet = context.addServlet(SERVLET, new HealthServlet(source, life));
        if (servlet != null) {
            servlet.setAsyncSupported(true);
            servlet.setLoadOnStartup(0);
            Set<String> taken = servlet.addMapping(source.probePath() + "/*");
            if (!taken.isEmpty()) {
                ContextLog.warn(
                        context,
                        ("%s has a servlet of its own at %s, so that the probes are not served there; set the context parameter"
                                        + " ebbtide.probe-path, or map %s elsewhere")
                                .formatted(
                                        context.getContextPath().isEmpty() ? "the root" : context.getContextPath(),
                                        taken,
                                        HealthServlet.class.getName()));
            }
        }
        context.addListener(new EndOfRequest(source.errorPages()));
        return filter != null;
    }
}
