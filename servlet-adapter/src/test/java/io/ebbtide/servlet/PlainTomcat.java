package io.ebbtide.servlet;

import io.ebbtide.spi.ProbeHost;
import io.ebbtide.spi.Probes;
import io.ebbtide.spi.Traffic;
import io.ebbtide.spi.TrafficSource;
import io.ebbtide.testkit.contract.Application;
import io.ebbtide.testkit.contract.BareServer;
import io.ebbtide.testkit.contract.ServletExchange;
import io.ebbtide.testkit.contract.ServletExchange.AsyncFailure;
import jakarta.servlet.ServletContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;
import java.util.logging.LogManager;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;

/**
 * A Tomcat of which nothing is known but what stands in {@code server.xml}, with a web application that this module is
 * registered in: what is left to the container is done here as plainly as can be.
 */
final class PlainTomcat implements TrafficSource, ProbeHost {
    private final ServletSource source = ServletSource.of("servlet");
    private final Tomcat tomcat = new Tomcat();
    private final Application application;
    private final int wanted;
    private final int workers;

    static {
        LogManager.getLogManager().reset(); // what the container says of servlets that fail on purpose
    }

    PlainTomcat(Application application, int port, int workers) {
        this.application = application;
        wanted = port;
        this.workers = workers;
    }

    /** The same without this module. */
    static BareServer bare(Application application, int workers) throws Exception {
        var tomcat = new Tomcat();
        configure(tomcat, 0, workers, context -> serve(context, application));
        tomcat.start();
        return new BareServer(tomcat.getConnector().getLocalPort(), () -> {
            tomcat.stop();
            tomcat.destroy();
        });
    }

    private static void configure(Tomcat tomcat, int port, int workers, Consumer<ServletContext> application)
            throws IOException {
        tomcat.setBaseDir(Files.createTempDirectory(Path.of("target").toAbsolutePath(), "plain")
                .toString());
        var connector = new Connector();
        connector.setPort(port);
        connector.setThrowOnFailure(true);
        connector.setProperty("maxThreads", Integer.toString(workers));
        connector.setProperty("minSpareThreads", "1");
        Context context = tomcat.addContext("", null);
        context.addServletContainerInitializer(
                (classes, servletContext) -> application.accept(servletContext), Set.of());
        tomcat.setConnector(connector);
    }

    private static void serve(ServletContext context, Application application) {
        Web.serve(
                context,
                "/",
                (request, response) ->
                        ServletExchange.handle(request, response, AsyncFailure.IN_A_DISPATCH, application));
    }

    int port() {
        return tomcat.getService().findConnectors().length == 0
                ? -1
                : tomcat.getConnector().getLocalPort();
    }

    @Override
    public String name() {
        return source.name();
    }

    @Override
    public void serveProbes(Probes probes) {
        source.serveProbes(probes);
    }

    @Override
    public void start(Traffic traffic) throws Exception {
        source.start(traffic);
        configure(tomcat, wanted, workers, servletContext -> {
            source.registerIn(servletContext);
            serve(servletContext, application);
        });
        try {
            tomcat.start();
        } catch (LifecycleException e) {
            tomcat.destroy();
            throw new IOException("servlet:%d cannot be bound, %s".formatted(wanted, e.getCause()), e);
        }
    }

    /** The ports are the container's, which closes them when it stops. */
    @Override
    public void stopAccepting() {}

    /** As a container that is stopped: the web application does not wait for it. */
    @Override
    public void close(Duration within) throws Exception {
        var end = new Thread(this::stop, "end of Tomcat");
        end.setDaemon(true);
        end.start();
        end.join(within.dividedBy(5).toMillis());
    }

    private void stop() {
        try {
            tomcat.stop();
            tomcat.destroy();
        } catch (LifecycleException e) {
            throw new IllegalStateException(e);
        }
    }
}
