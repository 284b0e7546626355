package io.ebbtide.servlet;

import io.ebbtide.Ebbtide;
import io.ebbtide.EbbtideBuilder;
import io.ebbtide.Settings;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.testkit.WireConnection;
import io.ebbtide.testkit.WireResponse;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Set;
import java.util.logging.LogManager;
import java.util.stream.Stream;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.ErrorPage;
import org.awaitility.Awaitility;

/** A web application in an embedded Tomcat with error pages at {@code /page}, and the service that its requests belong to. */
final class Web implements AutoCloseable {
    static final Duration SOON = Duration.ofSeconds(60);

    static {
        LogManager.getLogManager().reset(); // what the container says of servlets that fail on purpose
    }

    private final Path base = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "web");
    private final Tomcat tomcat = new Tomcat();
    private final ServletSource source = ServletSource.of("web");
    final Ebbtide service;

    /** What a servlet of the test does. */
    @FunctionalInterface
    interface Handler {
        void handle(HttpServletRequest request, HttpServletResponse response) throws Exception;
    }

    /** What the application registers. */
    @FunctionalInterface
    interface Application {
        void register(ServletContext context) throws Exception;
    }

    private Web(Application application, EbbtideBuilder builder) throws IOException, LifecycleException {
        tomcat.setBaseDir(base.toString());
        tomcat.setPort(0);
        tomcat.getConnector();
        Context context = tomcat.addContext("", base.toString());
        ServletContainerInitializer initializer = (classes, servletContext) -> {
            source.registerIn(servletContext);
            try {
                application.register(servletContext);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        };
        for (int status : new int[] {404, 418}) {
            var page = new ErrorPage();
            page.setErrorCode(status);
            page.setLocation("/page");
            context.addErrorPage(page);
        }
        context.addServletContainerInitializer(initializer, Set.of());
        tomcat.start();
        service = builder.serve(source)
                .settings(Settings.derived().withGrace(Duration.ofMinutes(2)).withLameDuck(Duration.ZERO))
                .build()
                .start();
    }

    static Web of(Application application) throws Exception {
        return new Web(application, Ebbtide.builder("web"));
    }

    static Web of(Application application, EbbtideBuilder builder) throws Exception {
        return new Web(application, builder);
    }

    /** A servlet at a path, which may leave requests open. */
    static void serve(ServletContext context, String path, Handler handler) {
        ServletRegistration.Dynamic servlet = context.addServlet(path, servlet(handler));
        servlet.setAsyncSupported(true);
        servlet.addMapping(path);
    }

    static Servlet servlet(Handler handler) {
        return new HttpServlet() {
            private static final long serialVersionUID = 1;

            @Override
            protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
                try {
                    handler.handle(request, response);
                } catch (IOException | RuntimeException e) {
                    throw e;
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }
        };
    }

    int port() {
        return tomcat.getConnector().getLocalPort();
    }

    WireResponse get(String path) throws IOException {
        return WireConnection.get(port(), path);
    }

    /** How many requests were counted, once all are over. */
    long counted() {
        Awaitility.await().atMost(SOON).until(() -> service.inFlight().count() == 0);
        return service.inFlight().total(WorkKind.REQUEST);
    }

    @Override
    public void close() throws Exception {
        service.shutdown("the test is over");
        service.awaitStopped(SOON);
        tomcat.stop();
        tomcat.destroy();
        try (Stream<Path> files = Files.walk(base)) {
            files.sorted(Comparator.reverseOrder()).forEach(Web::delete);
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
