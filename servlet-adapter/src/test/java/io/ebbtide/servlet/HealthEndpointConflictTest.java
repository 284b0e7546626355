package io.ebbtide.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import jakarta.servlet.ServletContext;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/** The names and paths are those that Open Liberty 26.0.0.3, Payara Micro 6.2025.10 and Tomcat 10.1.59 report while they start. */
final class HealthEndpointConflictTest {
    private static final String HEALTH_CHECK = "org.eclipse.microprofile.health.HealthCheck";

    private final Logger logger = (Logger) LoggerFactory.getLogger("io.ebbtide.servlet");
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

    @BeforeEach
    void listen() {
        logged.start();
        logger.setLevel(ch.qos.logback.classic.Level.WARN);
        logger.addAppender(logged);
    }

    @AfterEach
    void stop() {
        logger.detachAppender(logged);
        logger.setLevel(null);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            IBM WebSphere Liberty/26.0.0.3 | /       | /health          | true  | answers /health itself
            IBM WebSphere Liberty/26.0.0.3 | ''      | /health          | true  | answers /health itself
            IBM WebSphere Liberty/26.0.0.3 | /       | /health          | false | ''
            IBM WebSphere Liberty/26.0.0.3 | /       | /internal/health | true  | ''
            IBM WebSphere Liberty/26.0.0.3 | /orders | /health          | true  | ''
            Payara Micro                   | ''      | /health          | true  | replaces
            Apache Tomcat/10.1.59          | ''      | /health          | true  | ''
            """)
    void conflict_isWarnedOf(String server, String path, String probePath, boolean seesMicroProfile, String warning) {
        HealthEndpointConflict.warn(context(server, path, seesMicroProfile), probePath);

        if (warning.isEmpty()) {
            assertThat(logged.list).isEmpty();
        } else {
            assertThat(logged.list)
                    .singleElement()
                    .satisfies(event -> assertThat(event.getFormattedMessage())
                            .startsWith(server)
                            .contains(warning, "(expected: the context parameter ebbtide.probe-path"));
        }
    }

    private static ServletContext context(String server, String path, boolean seesMicroProfile) {
        ClassLoader sees = HealthEndpointConflictTest.class.getClassLoader();
        var seesNot = new ClassLoader(sees) {
            @Override
            protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                if (name.equals(HEALTH_CHECK)) {
                    throw new ClassNotFoundException(name);
                }
                return super.loadClass(name, resolve);
            }
        };
        return (ServletContext) Proxy.newProxyInstance(
                sees, new Class<?>[] {ServletContext.class}, (proxy, method, arguments) -> switch (method.getName()) {
                    case "getServerInfo" -> server;
                    case "getContextPath" -> path;
                    case "getClassLoader" -> seesMicroProfile ? sees : seesNot;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }
}
