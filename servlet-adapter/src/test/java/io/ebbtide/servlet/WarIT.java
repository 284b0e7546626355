package io.ebbtide.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.testkit.WireConnection;
import io.ebbtide.testkit.WireResponse;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.LogManager;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleState;
import org.apache.catalina.startup.Tomcat;
import org.awaitility.Awaitility;
import org.eclipse.jetty.ee.webapp.WebAppClassLoader;
import org.eclipse.jetty.ee10.annotations.AnnotationConfiguration;
import org.eclipse.jetty.ee10.plus.webapp.EnvConfiguration;
import org.eclipse.jetty.ee10.plus.webapp.PlusConfiguration;
import org.eclipse.jetty.ee10.webapp.WebAppContext;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A web application with one dependency and no line of code, in containers that know nothing of it. */
final class WarIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int ROUNDS = 3;

    static {
        LogManager.getLogManager().reset(); // what the container says of servlets that fail on purpose
    }

    @TempDir
    private Path folder;

    private final Tomcat tomcat = new Tomcat();

    @BeforeEach
    void startTomcat() throws Exception {
        Files.createDirectories(folder.resolve("webapps"));
        tomcat.setBaseDir(folder.toString());
        tomcat.setPort(0);
        tomcat.getConnector();
        tomcat.start();
    }

    @AfterEach
    void stopTomcat() throws Exception {
        tomcat.stop();
        tomcat.destroy();
    }

    @Test
    void tomcat_servesTheProbes_andEndsTheServiceWithTheContext() throws Exception {
        Context context = deploy(War.withOneDependency());

        assertThat(context.getState()).isEqualTo(LifecycleState.STARTED);
        verifyServed(tomcat.getConnector().getLocalPort());
        assertThat(threads()).isNotEmpty();

        tomcat.getHost().removeChild(context);

        assertThat(threads()).isEmpty();
    }

    @Test
    @Tag("full")
    void jetty_servesTheProbes_andEndsTheServiceWithTheServer() throws Exception {
        var server = new Server();
        var connector = new ServerConnector(server);
        server.addConnector(connector);
        var context = new WebAppContext();
        context.setContextPath("/orders");
        context.setWar(
                War.withOneDependency().writeTo(folder.resolve("orders.war")).toString());
        context.setTempDirectory(Files.createDirectory(folder.resolve("jetty")).toFile());
        context.setClassLoader(new WebAppClassLoader(new ContainerLoader(), context));
        context.setThrowUnavailableOnStartupException(true);
        context.addConfiguration(new AnnotationConfiguration());
        context.getConfigurations().remove(EnvConfiguration.class, PlusConfiguration.class); // no JNDI
        server.setHandler(context);
        server.start();
        try {
            verifyServed(connector.getLocalPort());
            assertThat(threads()).isNotEmpty();
        } finally {
            server.stop();
        }
        assertThat(threads()).isEmpty();
    }

    @Test
    void contextParameters_areTheSettings() throws Exception {
        Path hold = folder.resolve("hold");
        deploy(War.withOneDependency()
                .with(
                        "WEB-INF/web.xml",
                        webXml(
                                "ebbtide.name",
                                "shop",
                                "ebbtide.hold-file",
                                hold.toString(),
                                "ebbtide.probe-details",
                                "everywhere")));

        assertThat(get("/orders/health").body()).contains("\"service\":\"shop\"", "\"name\":\"hold-file\"");
        awaitReady(200);
        Files.createFile(hold);
        awaitReady(503);
        assertThat(get("/orders/health/ready").body()).isEqualTo("{\"status\":\"DOWN\",\"reason\":\"hold-file\"}");
        assertThat(get("/orders/slow").body()).as("held, and serving").isEqualTo("slow");
        Files.delete(hold);
        awaitReady(200);
    }

    @Test
    void contextParameter_thatIsWrong_keepsTheContextFromStarting_andSaysWhy() throws Exception {
        Context context = deploy(War.withOneDependency().with("WEB-INF/web.xml", webXml("ebbtide.grace", "30")));

        assertThat(context.getState()).isNotEqualTo(LifecycleState.STARTED);
        assertThat(get("/orders/health/live").status()).isEqualTo(404);
        assertThat(threads()).isEmpty();
    }

    @Test
    void webApplication_withAHealthPathOfItsOwn_keepsIt() throws Exception {
        deploy(War.withOneDependency().with("WEB-INF/web.xml", """
                <web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.0">
                    <servlet>
                        <servlet-name>own</servlet-name>
                        <servlet-class>io.ebbtide.servlet.war.SlowServlet</servlet-class>
                    </servlet>
                    <servlet-mapping>
                        <servlet-name>own</servlet-name>
                        <url-pattern>/health/*</url-pattern>
                    </servlet-mapping>
                    <servlet>
                        <servlet-name>probes</servlet-name>
                        <servlet-class>io.ebbtide.servlet.HealthServlet</servlet-class>
                    </servlet>
                    <servlet-mapping>
                        <servlet-name>probes</servlet-name>
                        <url-pattern>/internal/probes/*</url-pattern>
                    </servlet-mapping>
                </web-app>"""));

        assertThat(get("/orders/health/live").body()).isEqualTo("slow");
        assertThat(get("/orders/internal/probes/live").body()).isEqualTo("{\"status\":\"UP\"}");
        assertThat(get("/orders/internal/probes").body()).isEqualTo("{\"status\":\"UP\"}");
    }

    @Test
    void redeployment_retainsNoThreadAndNoClassLoader() throws Exception {
        List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            loaders.add(deployAndRemove());
            assertThat(threads()).as("after round %d", i).isEmpty();
        }

        Awaitility.await().atMost(SOON).untilAsserted(() -> {
            System.gc();
            assertThat(loaders).as("class loaders that are still there").allMatch(loader -> loader.get() == null);
        });
    }

    private WeakReference<ClassLoader> deployAndRemove() throws Exception {
        Context context = deploy(War.withOneDependency());
        verifyServed(tomcat.getConnector().getLocalPort());
        var loader = new WeakReference<>(context.getLoader().getClassLoader());
        tomcat.getHost().removeChild(context);
        return loader;
    }

    private void verifyServed(int port) throws Exception {
        for (String probe : List.of("/health", "/health/live", "/health/ready", "/health/startup")) {
            WireResponse response = WireConnection.get(port, "/orders" + probe);
            assertThat(response.status()).as(probe).isEqualTo(200);
            assertThat(response.header("content-type")).as(probe).startsWith("application/json");
        }
        assertThat(WireConnection.get(port, "/orders/health").body())
                .as("no details on a port that may be public")
                .isEqualTo("{\"status\":\"UP\"}");
        assertThat(WireConnection.get(port, "/orders/index.html").body()).isEqualTo("<p>a page</p>");
        assertThat(WireConnection.get(port, "/orders/slow").body()).isEqualTo("slow");
    }

    private Context deploy(War war) throws IOException {
        Path file = war.writeTo(folder.resolve("webapps").resolve("orders.war"));
        Context context = WarContext.of(tomcat, "/orders", file.toString());
        tomcat.getHost().addChild(context);
        return context;
    }

    private WireResponse get(String path) throws IOException {
        return WireConnection.get(tomcat.getConnector().getLocalPort(), path);
    }

    private void awaitReady(int status) {
        Awaitility.await().atMost(SOON).until(() -> get("/orders/health/ready").status() == status);
    }

    private static String webXml(String... parameters) {
        var xml = new StringBuilder("<web-app xmlns=\"https://jakarta.ee/xml/ns/jakartaee\" version=\"6.0\">");
        for (int i = 0; i < parameters.length; i += 2) {
            xml.append("<context-param><param-name>%s</param-name><param-value>%s</param-value></context-param>"
                    .formatted(parameters[i], parameters[i + 1]));
        }
        return xml.append("</web-app>").toString();
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("ebbtide-"))
                .toList();
    }
}
