package io.ebbtide.servlet;

import io.ebbtide.servlet.war.SlowServlet;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A web application as a build makes it that names one dependency: that and what it needs in {@code WEB-INF/lib}, a page, a
 * servlet that knows nothing of it, no {@code web.xml}. Not thread-safe; confine to one thread.
 */
final class War {
    private final Map<String, byte[]> entries = new LinkedHashMap<>();

    private War() {}

    static War withOneDependency() throws IOException {
        var war = new War();
        war.with("index.html", "<p>a page</p>");
        String servlet = SlowServlet.class.getName().replace('.', '/') + ".class";
        try (InputStream in = SlowServlet.class.getClassLoader().getResourceAsStream(servlet)) {
            war.entries.put("WEB-INF/classes/" + servlet, in.readAllBytes());
        }
        for (Path jar : jars()) {
            war.entries.put("WEB-INF/lib/" + jar.getFileName(), Files.readAllBytes(jar));
        }
        return war;
    }

    War with(String entry, String text) {
        entries.put(entry, text.getBytes(StandardCharsets.UTF_8));
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

    /** This module's jar, and those that Maven says it needs. */
    private static List<Path> jars() throws IOException {
        List<Path> jars = new ArrayList<>();
        try (Stream<Path> needed = Files.list(Path.of(System.getProperty("war.lib")))) {
            needed.sorted().forEach(jars::add);
        }
        try (Stream<Path> built =
                Files.list(Path.of(System.getProperty("war.lib")).getParent())) {
            jars.add(built.filter(
                            file -> file.getFileName().toString().matches("ebbtide-servlet-[^-]+(-SNAPSHOT)?\\.jar"))
                    .findFirst()
                    .orElseThrow());
        }
        return jars;
    }
}
