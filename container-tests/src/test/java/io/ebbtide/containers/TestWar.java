package io.ebbtide.containers;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** The web application of the trials, with this library or without. Not thread-safe; confine to one thread. */
final class TestWar {
    private final Map<String, byte[]> entries = new LinkedHashMap<>();

    private TestWar() {}

    static TestWar withoutEbbtide() throws IOException {
        var war = new TestWar();
        war.entries.put("index.html", "<p>a page</p>".getBytes(StandardCharsets.UTF_8));
        war.entries.put("big.txt", "0123456789abcdef".repeat(20_000).getBytes(StandardCharsets.UTF_8));
        war.addClass("RequestsServlet");
        war.addClass("PassFilter");
        war.addClass("EchoEndpoint");
        return war;
    }

    /** With one additional dependency, and its own dependencies. */
    static TestWar withEbbtide() throws IOException {
        TestWar war = withoutEbbtide();
        war.addClass("InFlightServlet");
        war.addJars("war.lib");
        return war;
    }

    /** GlassFish keeps some class loaders of applications that have WebSockets. */
    TestWar withoutWebSockets() {
        entries.keySet().removeIf(name -> name.endsWith("/EchoEndpoint.class"));
        return this;
    }

    /** A web application of Spring Boot with the same dependency, in which Logback writes the log. */
    static TestWar ofSpringBoot() throws IOException {
        var war = new TestWar();
        war.addClass("BootApplication");
        war.addClass("BootApplication$Pool");
        war.addClass("BootApplication$Controller");
        war.addJars("boot.lib");
        war.addJars("war.lib"); // files that both have are equal
        return war;
    }

    private void addJars(String folder) throws IOException {
        try (Stream<Path> jars = Files.list(Path.of(System.getProperty(folder)))) {
            for (Path jar : jars.sorted().toList()) {
                entries.put("WEB-INF/lib/" + jar.getFileName(), Files.readAllBytes(jar));
            }
        }
    }

    /** With these context parameters: names and values in turn. */
    TestWar with(String... parameters) {
        var xml = new StringBuilder("<web-app xmlns=\"https://jakarta.ee/xml/ns/jakartaee\" version=\"6.0\">");
        for (int i = 0; i < parameters.length; i += 2) {
            xml.append("<context-param><param-name>%s</param-name><param-value>%s</param-value></context-param>"
                    .formatted(parameters[i], parameters[i + 1]));
        }
        entries.put("WEB-INF/web.xml", xml.append("</web-app>").toString().getBytes(StandardCharsets.UTF_8));
        return this;
    }

    Path writeTo(Path file) throws IOException {
        try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
            }
        }
        return file;
    }

    private void addClass(String name) throws IOException {
        String file = "io/ebbtide/containers/app/" + name + ".class";
        try (InputStream in = TestWar.class.getClassLoader().getResourceAsStream(file)) {
            entries.put("WEB-INF/classes/" + file, in.readAllBytes());
        }
    }
}
