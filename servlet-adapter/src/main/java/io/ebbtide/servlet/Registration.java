package io.ebbtide.servlet;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import java.util.EnumSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts filter, servlet and request listener into a web application. Not thread-safe; confine to one thread. */
final class Registration {
    private static final Logger LOG = LoggerFactory.getLogger(Registration.class);

    private static final String FILTER = "ebbtide-in-flight";
    private static final String SERVLET = "ebbtide-health";
    private static final String PROBES = "/health/*";

    private final ServletSource source;
    private final ServletContext context;

    Registration(ServletSource source, ServletContext context) {
        this.source = source;
        this.context = context;
    }

    void run() {
        FilterRegistration.Dynamic filter = context.addFilter(FILTER, new InFlightFilter(source, true));
        if (filter != null) {
            filter.setAsyncSupported(true);
            var dispatches = EnumSet.of(DispatcherType.REQUEST, DispatcherType.ASYNC, DispatcherType.ERROR);
            filter.addMappingForUrlPatterns(dispatches, false, "/*");
        }
        ServletRegistration.Dynamic servlet = context.addServlet(SERVLET, new HealthServlet(source));
        if (servlet != null) {
            servlet.setAsyncSupported(true);
            Set<String> taken = servlet.addMapping(PROBES);
            if (!taken.isEmpty()) {
                LOG.warn(
                        "{} has a servlet of its own at {}, so that the probes are not served there; map {} elsewhere",
                        context.getContextPath().isEmpty() ? "the root" : context.getContextPath(),
                        taken,
                        HealthServlet.class.getName());
            }
        }
        context.addListener(new EndOfRequest(source.errorPages()));
    }
}
