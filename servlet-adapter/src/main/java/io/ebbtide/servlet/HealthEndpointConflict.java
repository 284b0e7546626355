package io.ebbtide.servlet;

import jakarta.servlet.ServletContext;

/** Detects a health endpoint of the container at the path of ours. */
final class HealthEndpointConflict {
    private static final String MICRO_PROFILE = "org.eclipse.microprofile.health.HealthCheck";

    private HealthEndpointConflict() {}

    /**
     * Logs a warning if the container serves MicroProfile Health at the same path. Open Liberty does if the feature mpHealth is enabled,
     * which makes its API visible to web applications; Payara does, but a web application at {@code /} takes precedence; WildFly serves it
     * on its management port.
     *
     * @param probePath below the context's path
     */
    static void warn(ServletContext context, String probePath) {
        String path = context.getContextPath(); // "/" from the context that Open Liberty gives to initializers
        boolean isRoot = path.isEmpty() || path.equals("/");
        if (!isRoot || !probePath.equals("/health")) {
            return;
        }
        String container = String.valueOf(context.getServerInfo());
        if (container.contains("Liberty") && sees(context, MICRO_PROFILE)) {
            ContextLog.warn(
                    context,
                    container
                            + " answers /health itself, by its feature mpHealth, before any web application: probes never reach this"
                            + " service there (expected: the context parameter ebbtide.probe-path, such as /internal/health, or"
                            + " EBBTIDE_MANAGEMENT_PORT, or the server without mpHealth)");
        } else if (container.contains("Payara") && sees(context, MICRO_PROFILE)) {
            ContextLog.warn(
                    context,
                    container
                            + " serves MicroProfile Health at /health, which this web application at / replaces: the application's own"
                            + " HealthChecks do not run there (expected: the context parameter ebbtide.probe-path, if they must"
                            + " run)");
        }
    }

    private static boolean sees(ServletContext context, String type) {
        try {
            Class.forName(type, false, context.getClassLoader());
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }
}
