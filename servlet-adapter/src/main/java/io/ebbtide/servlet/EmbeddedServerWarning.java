package io.ebbtide.servlet;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns that this library is inactive where Spring Boot starts the server: an embedded server runs no {@code
 * ServletContainerInitializer} (Spring Boot reference, "Servlet Context Initialization"). Spring Boot's auto-configuration creates it;
 * without Spring Boot the class is never loaded.
 */
final class EmbeddedServerWarning {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedServerWarning.class);

    /** Called when Spring creates the singletons, which is after all servlet context initializers have run. */
    EmbeddedServerWarning() {
        if (!Registration.isSomethingRegistered()) {
            LOG.warn(
                    "ebbtide-servlet registers nothing here, because Spring Boot starts the server itself: no health endpoint, no"
                            + " counting, no drain (expected: a WAR in a container; in an executable jar or WAR,"
                            + " ebbtide-spring-boot-starter, or ebbtide-spring-boot3-starter for Spring Boot 3, in place of"
                            + " ebbtide-servlet)");
        }
    }
}
