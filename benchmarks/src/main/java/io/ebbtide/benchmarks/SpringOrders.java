package io.ebbtide.benchmarks;

import io.ebbtide.jdbc.RealPostgres;
import io.ebbtide.redis.RealRedis;
import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.ServiceProcess;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The example of Spring Boot as a process, on its own class path, which differs from that of the benchmarks; with Ebbtide or without. Its
 * database and cache are real. Confine to one thread.
 */
record SpringOrders(ServiceProcess process, int port) implements AutoCloseable {
    private static final String MAIN = "io.ebbtide.examples.spring.OrdersApplication";
    private static final String JAR = "spring-service-";
    private static final String OURS = "ebbtide-";
    private static final Duration START = Duration.ofMinutes(1);

    /** Which of the application's jars are on the class path. */
    enum Variant {
        /** As a user has it. */
        WITH_EBBTIDE,
        /** All but Ebbtide's. */
        BARE
    }

    /** Returns a launcher; the application listens on any free port. */
    static JavaLauncher launcher(Variant variant, RealPostgres postgres, RealRedis redis) throws IOException {
        return JavaLauncher.ofClassPath(MAIN, classPath(variant))
                .arguments("--server.port=0", "--spring.main.banner-mode=off")
                .environment("SPRING_DATASOURCE_URL", postgres.jdbcUrl())
                .environment("SPRING_DATA_REDIS_URL", redis.uri())
                .environment("EBBTIDE_GRACE", "60s");
    }

    /** Starts it, and waits until its server listens. */
    static SpringOrders start(JavaLauncher launcher) throws InterruptedException {
        ServiceProcess process = launcher.start();
        try {
            return new SpringOrders(process, port(process, "Tomcat started on port (\\d+)"));
        } catch (RuntimeException | InterruptedException e) {
            process.close();
            throw e;
        }
    }

    /** Returns the port of Ebbtide's probes, once they answer. */
    int probePort() throws InterruptedException {
        return port(process, "answers probes at http://127.0.0.1:(\\d+)/health");
    }

    private static int port(ServiceProcess process, String line) throws InterruptedException {
        return Integer.parseInt(process.awaitLine(line, START).group(1));
    }

    private static List<Path> classPath(Variant variant) throws IOException {
        Path jar = jar();
        Path file = jar.resolveSibling("class-path");
        if (!Files.isRegularFile(file)) {
            throw new IllegalStateException(
                    "%s: missing (expected: the class path of the example; mvn package -Pbenchmark writes it)"
                            .formatted(file));
        }
        List<Path> path = new ArrayList<>(List.of(jar));
        for (String entry : Files.readString(file).strip().split(File.pathSeparator, -1)) {
            path.add(Path.of(entry));
        }
        if (variant == Variant.BARE) {
            boolean isRemoved = path.removeIf(each -> name(each).startsWith(OURS));
            if (!isRemoved) {
                throw new IllegalStateException("%s: no jar of Ebbtide (expected: some)".formatted(file));
            }
        }
        return path;
    }

    private static Path jar() {
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path path = Path.of(entry);
            if (name(path).startsWith(JAR) && Files.isRegularFile(path)) {
                return path;
            }
        }
        throw new IllegalStateException("%s*.jar: not on the class path (expected: one)".formatted(JAR));
    }

    private static String name(Path path) {
        return path.getFileName().toString();
    }

    @Override
    public void close() {
        process.close();
    }
}
