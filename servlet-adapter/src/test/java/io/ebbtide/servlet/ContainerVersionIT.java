package io.ebbtide.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.testkit.OtherClassPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.startup.Tomcat;
import org.apache.catalina.webresources.TomcatURLStreamHandlerFactory;
import org.junit.jupiter.api.Test;

/** The adapter names a container whose servlet API it does not support. */
final class ContainerVersionIT {
    private static final Path REFUSED = Path.of("target", "tomcat-refused");

    /** Run in a Tomcat of the servlet API 5.0. */
    public static final class Service implements Supplier<String> {
        @Override
        public String get() {
            var result = new CompletableFuture<String>();
            TomcatURLStreamHandlerFactory
                    .disable(); // one for the JVM, and a Tomcat of another class loader may have set it
            var tomcat = new Tomcat();
            try {
                tomcat.setBaseDir(Files.createTempDirectory(Path.of("target").toAbsolutePath(), "refused")
                        .toString());
                tomcat.setPort(0);
                Context context = tomcat.addContext("", null);
                context.addServletContainerInitializer(
                        (classes, servletContext) -> {
                            try {
                                new EbbtideInitializer().onStartup(classes, servletContext);
                                result.complete("accepted");
                            } catch (IllegalStateException e) {
                                result.complete(e.getMessage());
                            }
                        },
                        Set.of());
                tomcat.start();
                tomcat.stop();
                tomcat.destroy();
            } catch (IOException | LifecycleException e) {
                result.completeExceptionally(e);
            }
            return result.join();
        }
    }

    @Test
    void olderServletApi_isRefusedWithTheRemedy() throws Exception {
        var other = OtherClassPath.of("tomcat-embed-core", REFUSED);

        assertThat(other.run(Service.class))
                .isEqualTo("servlet API of the container: 5.0 (expected: 6.0 or later);"
                        + " use a container of Jakarta EE 10 or later, such as Tomcat 10.1 or Jetty 12");
    }
}
