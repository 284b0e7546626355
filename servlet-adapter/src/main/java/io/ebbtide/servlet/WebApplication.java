package io.ebbtide.servlet;

import io.ebbtide.EbbtideBuilder;
import jakarta.servlet.ServletContext;

/**
 * The additions of a web application to its service: components, checks, meters. Optional: applications with additions
 * implement it. Found by {@link java.util.ServiceLoader} within the web application, or as the context's attribute
 * {@code io.ebbtide.servlet.WebApplication}.
 *
 * <pre>{@code
 * public final class Orders implements WebApplication {
 *     public void configure(EbbtideBuilder builder, ServletContext context) {
 *         builder.readiness("db", JdbcCheck.of(pool).required());
 *     }
 * }
 * }</pre>
 */
@FunctionalInterface
public interface WebApplication {
    /**
     * Adds to the service before it is built. Called once, on the container's thread that starts the context, after the
     * listeners that the application declares; may block as long as the container may take to start.
     *
     * @param builder already has the requests of this web application and the settings of its context
     * @throws Exception if the application cannot start: the context then fails to start, too
     */
    void configure(EbbtideBuilder builder, ServletContext context) throws Exception;
}
