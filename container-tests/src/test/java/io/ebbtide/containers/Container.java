package io.ebbtide.containers;

import io.ebbtide.containers.app.EmbeddedUndertow;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** A servlet container as it is downloaded, laid out in a folder of its own with one web application at {@code /orders}. */
enum Container {
    TOMCAT_10("Tomcat 10.1", "apache-tomcat-10", true),
    TOMCAT_11("Tomcat 11", "apache-tomcat-11", true),
    JETTY("Jetty 12.1, ee10", "jetty-home-", false),
    JETTY_GRACEFUL("Jetty 12.1, ee10, module graceful", "jetty-home-", true),
    LIBERTY("Open Liberty 26", "wlp", true),
    WILDFLY("WildFly 39", "wildfly-", true),
    PAYARA_MICRO("Payara Micro 6", "payara-micro-", true),
    GLASSFISH("GlassFish 8", "glassfish", true),
    UNDERTOW("Undertow 2.3, embedded", "undertow-lib", true);

    static final String APPLICATION = "orders";

    final String title;

    /** Whether it waits for requests in flight, or allows the library to do so. */
    final boolean answersWhatIsInFlight;

    private final String download;

    /** Whether it deploys an application again while it runs. */
    boolean redeploys() {
        return this != PAYARA_MICRO && this != UNDERTOW;
    }

    /** Whether it serves WebSockets. */
    boolean hasWebSockets() {
        return this != UNDERTOW;
    }

    /**
     * How a container is started.
     *
     * @param logs the folder with its logs, besides what it prints
     * @param deployments where a web application is put, and put anew to be deployed anew; its name there
     */
    record Start(List<String> command, Map<String, String> environment, Path logs, Path deployments) {}

    Container(String title, String download, boolean answersWhatIsInFlight) {
        this.title = title;
        this.download = download;
        this.answersWhatIsInFlight = answersWhatIsInFlight;
    }

    /** Whether it was downloaded for this run. */
    boolean isThere() throws IOException {
        return home() != null;
    }

    private Path home() throws IOException {
        try (Stream<Path> downloads = Files.list(Path.of(System.getProperty("containers")))) {
            return downloads
                    .filter(each -> each.getFileName().toString().startsWith(download))
                    .map(Path::toAbsolutePath)
                    .findFirst()
                    .orElse(null);
        }
    }

    /**
     * Lays the container out in this folder, which must be empty except for {@code orders.war}.
     *
     * @param port on loopback
     */
    Start layOut(Path base, int port) throws IOException, InterruptedException {
        Path home = home(); // not to be written to
        return switch (this) {
            case TOMCAT_10, TOMCAT_11 -> tomcat(home, base, port);
            case JETTY -> jetty(home, base, port, "");
            case JETTY_GRACEFUL -> jetty(home, base, port, ",graceful");
            case LIBERTY -> liberty(home, base, port);
            case WILDFLY -> wildfly(home, base, port);
            case PAYARA_MICRO -> payara(home, base, port);
            case GLASSFISH -> glassfish(home, base, port);
            case UNDERTOW -> undertow(home, base, port);
        };
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static Start tomcat(Path home, Path base, int port) throws IOException {
        for (String each : List.of("logs", "temp", "work", "webapps")) {
            Files.createDirectory(base.resolve(each));
        }
        copy(home.resolve("conf"), base.resolve("conf"));
        edit(
                base.resolve("conf/server.xml"),
                text -> text.replace("<Server port=\"8005\"", "<Server port=\"-1\"")
                        .replace("<Engine ", "<Engine backgroundProcessorDelay=\"1\" ")
                        .replace("port=\"8080\"", "address=\"127.0.0.1\" port=\"" + port + "\""));
        return new Start(
                List.of(home.resolve("bin/catalina.sh").toString(), "run"),
                Map.of("CATALINA_BASE", base.toString()),
                base.resolve("logs"),
                deploy(base, "webapps"));
    }

    private static Start jetty(Path home, Path base, int port, String module) throws IOException, InterruptedException {
        Path start = home.resolve("start.jar");
        var adding = new ProcessBuilder(
                        java(),
                        "-jar",
                        start.toString(),
                        "jetty.base=" + base,
                        "--add-modules=server,http,ee10-deploy,ee10-annotations,ee10-webapp,ee10-websocket-jakarta,logging-jetty"
                                + module)
                .redirectErrorStream(true)
                .redirectOutput(base.resolve("added.txt").toFile())
                .start();
        if (adding.waitFor() != 0) {
            throw new IllegalStateException(Files.readString(base.resolve("added.txt")));
        }
        Path deployments = deploy(base, "webapps");
        return new Start(
                List.of(
                        java(),
                        "-jar",
                        start.toString(),
                        "jetty.base=" + base,
                        "jetty.http.host=127.0.0.1",
                        "jetty.http.port=" + port,
                        "jetty.deploy.scanInterval=1"),
                Map.of(),
                base.resolve("logs"),
                deployments);
    }

    private static Start liberty(Path home, Path base, int port) throws IOException {
        Path server = base.resolve("usr/servers/orders");
        Files.createDirectories(server);
        Files.writeString(server.resolve("server.xml"), """
                <server>
                    <featureManager><feature>servlet-6.0</feature><feature>websocket-2.1</feature></featureManager>
                    <httpEndpoint id="defaultHttpEndpoint" host="127.0.0.1" httpPort="%d" httpsPort="-1"/>
                    <applicationMonitor updateTrigger="polled" pollingRate="500ms"/>
                </server>
                """.formatted(port));
        return new Start(
                List.of(home.resolve("bin/server").toString(), "run", "orders"),
                Map.of("WLP_USER_DIR", base.resolve("usr").toString()),
                server.resolve("logs"),
                deploy(server, "dropins", base));
    }

    private static Start wildfly(Path home, Path base, int port) throws IOException {
        copy(home.resolve("standalone"), base.resolve("standalone"));
        edit(
                base.resolve("standalone/configuration/standalone.xml"),
                text -> text.replace("scan-interval=\"5000\"", "scan-interval=\"500\""));
        Path deployments = deploy(base.resolve("standalone"), "deployments", base);
        return new Start(
                List.of(
                        home.resolve("bin/standalone.sh").toString(),
                        "-Djboss.server.base.dir=" + base.resolve("standalone"),
                        "-b",
                        "127.0.0.1",
                        "-bmanagement",
                        "127.0.0.1",
                        "-Djboss.http.port=" + port,
                        "-Djboss.https.port=" + Ports.free(),
                        "-Djboss.management.http.port=" + Ports.free(),
                        "-Djboss.management.https.port=" + Ports.free()),
                Map.of("LAUNCH_JBOSS_IN_BACKGROUND", "1", "JAVA_OPTS", "-Xms64m -Xmx512m"),
                base.resolve("standalone/log"),
                deployments);
    }

    private static Start payara(Path home, Path base, int port) {
        return new Start(
                List.of(
                        java(),
                        "-jar",
                        home.toString(),
                        "--nocluster",
                        "--port",
                        String.valueOf(port),
                        "--rootDir",
                        base.resolve("root").toString(),
                        "--deploy",
                        base.resolve("orders.war").toString()),
                Map.of(),
                base.resolve("root/logs"),
                base);
    }

    private static Start glassfish(Path home, Path base, int port) throws IOException {
        Path domain = base.resolve("domains/domain1");
        copy(home.resolve("glassfish/domains/domain1"), domain);
        edit(domain.resolve("config/domain.xml"), text -> {
            String edited = text.replace("port=\"8080\"", "port=\"" + port + "\"")
                    .replace("<network-listener port=", "<network-listener address=\"127.0.0.1\" port=")
                    .replace("address=\"0.0.0.0\"", "address=\"127.0.0.1\"");
            for (String taken : List.of("8181", "4848", "3700", "3820", "3920", "7676", "8686", "6666", "9009")) {
                edited = edited.replace("port=\"" + taken + "\"", "port=\"" + Ports.free() + "\"")
                        .replace("value=\"" + taken + "\"", "value=\"" + Ports.free() + "\"");
            }
            return edited;
        });
        Path deployments = deploy(domain, "autodeploy", base);
        return new Start(
                List.of(
                        home.resolve("bin/asadmin").toString(),
                        "start-domain",
                        "--verbose",
                        "--domaindir",
                        base.resolve("domains").toString(),
                        "domain1"),
                Map.of("AS_JAVA", System.getProperty("java.home")),
                domain.resolve("logs"),
                deployments);
    }

    private static Start undertow(Path home, Path base, int port) throws IOException {
        Path application = base.resolve("application");
        try (var war = new ZipFile(base.resolve("orders.war").toFile())) {
            for (ZipEntry entry : Collections.list(war.entries())) {
                Path file = application.resolve(entry.getName());
                Files.createDirectories(file.getParent());
                Files.write(file, war.getInputStream(entry).readAllBytes());
            }
        }
        String classPath = Stream.of(
                        application.resolve("WEB-INF/classes"),
                        application.resolve("WEB-INF/lib/*"),
                        home.resolve("*"),
                        Path.of("target", "test-classes").toAbsolutePath())
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
        return new Start(
                List.of(
                        java(),
                        "-cp",
                        classPath,
                        EmbeddedUndertow.class.getName(),
                        String.valueOf(port),
                        application.toString()),
                Map.of(),
                base.resolve("logs"),
                base);
    }

    private static Path deploy(Path base, String folder) throws IOException {
        return deploy(base, folder, base);
    }

    private static Path deploy(Path server, String folder, Path base) throws IOException {
        Path deployments = Files.createDirectories(server.resolve(folder));
        Files.copy(base.resolve("orders.war"), deployments.resolve("orders.war"), StandardCopyOption.REPLACE_EXISTING);
        return deployments;
    }

    private static void edit(Path file, java.util.function.UnaryOperator<String> edit) throws IOException {
        Files.writeString(file, edit.apply(Files.readString(file)));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : all.toList()) {
                Path target = to.resolve(from.relativize(each).toString());
                if (Files.isDirectory(each)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(each, target);
                }
            }
        }
    }
}
