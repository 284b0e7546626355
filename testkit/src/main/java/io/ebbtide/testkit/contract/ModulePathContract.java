package io.ebbtide.testkit.contract;

import com.fasterxml.jackson.databind.JsonNode;
import io.ebbtide.internal.Expect;
import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.LoadResult;
import io.ebbtide.testkit.ModularApplication;
import io.ebbtide.testkit.ServiceProcess;
import io.ebbtide.testkit.StrictLoad;
import io.ebbtide.testkit.WireConnection;
import io.ebbtide.testkit.WireRequest;
import io.ebbtide.testkit.WireResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A service in a named module drains under load, as one on the class path does: with {@code java -p ... -m}, and likewise on a
 * runtime image that has only the JDK's modules that it needs. The test of an adapter extends this class. Called by one thread at
 * a time.
 */
public abstract class ModulePathContract {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** The time from the signal until clients learn of it; shorter than the lame duck of the application. */
    private static final Duration UNTIL_CLIENTS_KNOW = Duration.ofMillis(700);

    private static final int CLIENTS = 4;
    private static final int ENOUGH_REQUESTS = 200;

    @TempDir
    private Path folder;

    /** For test classes of adapters. */
    protected ModulePathContract() {}

    /**
     * A service named {@code orders}, whose module is {@code example.orders} and whose main class {@code example.orders.Orders}. It
     * prints {@code port=<number>} once it listens, answers each request with 200, has a management server on a free port and a lame
     * duck of two seconds. On its module path it has {@code ebbtide-core} with its dependencies, and Logback.
     *
     * @param sources the folder with {@code module-info.java}
     * @param modules further jars on its module path, by the beginnings of their names
     * @param others jars on its class path, by the beginnings of their names
     * @param jdkModules the modules that a runtime image for it must have
     */
    protected record ModularService(Path sources, List<String> modules, List<String> others, List<String> jdkModules) {
        public ModularService {
            modules = Expect.list(modules, "modules");
            others = Expect.list(others, "others");
            jdkModules = Expect.list(jdkModules, "jdkModules");
        }
    }

    /** The service under test. */
    protected abstract ModularService service();

    @Test
    final void javaM_underLoad_drainsWithReportAndExitCode0() throws Exception {
        verify(launcher());
    }

    /** Links an image, which takes a while: runs only with the long tests, unless an adapter's test overrides it. */
    @Tag("full")
    @Test
    protected void javaM_onARuntimeImage_underLoad_drainsWithReportAndExitCode0() throws Exception {
        JavaLauncher launcher = launcher();
        Assumptions.assumeTrue(ModularApplication.canLink(), "the JVM that runs this test has no jlink");
        Path image = ModularApplication.link(
                folder.resolve("image"), service().jdkModules().toArray(String[]::new));

        verify(launcher.javaHome(image));
    }

    private JavaLauncher launcher() throws InterruptedException {
        Assumptions.assumeTrue(ModularApplication.canCompile(), "the JVM that runs this test has no javac");
        Assumptions.assumeTrue(ModularApplication.canStart(), "HdrHistogram 2.2.1 is no valid module");
        var modules = new ArrayList<>(List.of("logback-classic-", "logback-core-"));
        modules.addAll(service().modules());
        return ModularApplication.compile(
                        "example.orders",
                        service().sources(),
                        folder.resolve("classes"),
                        modules,
                        service().others())
                .launcher("example.orders.Orders");
    }

    private static void verify(JavaLauncher launcher) throws Exception {
        try (ServiceProcess process = launcher.start()) {
            int port = process.awaitPort();
            int managementPort = Integer.parseInt(
                    process.awaitLine("answers probes at http://127\\.0\\.0\\.1:(\\d+)/health", PATIENCE)
                            .group(1));
            process.awaitLine("'orders' started in .* with Ebbtide \\d", PATIENCE);
            expectHealthy(port, "{\"status\":\"UP\"}", process);
            expectHealthy(managementPort, "\"service\":\"orders\"", process);

            StrictLoad load = StrictLoad.start(port, CLIENTS, 3, number -> WireRequest.get("/orders/" + number));
            awaitAnswers(load, process);
            load.stopAfter(UNTIL_CLIENTS_KNOW);
            process.signal("TERM");
            LoadResult result = load.await(PATIENCE);
            int exitCode = process.awaitExit(PATIENCE).code();

            JsonNode report = process.report();
            expect(result.lost().isEmpty(), "no request lost, not " + result.lost(), process);
            expect(exitCode == 0, "exit code 0, not " + exitCode, process);
            expect("SIGTERM".equals(report.path("reason").asText()), "a shutdown by SIGTERM", process);
            expect("CLEAN".equals(report.path("outcome").asText()), "a clean shutdown", process);
            expect(report.path("inFlightArrived").asLong() > 0, "requests after the signal", process);
            expect(!process.output().contains(" WARN "), "no warning", process);
        }
    }

    private static void expectHealthy(int port, String part, ServiceProcess process) throws IOException {
        WireResponse health = WireConnection.get(port, "/health");
        expect(health.status() == 200, "/health with 200 on port " + port + ", not " + health, process);
        expect(health.body().contains(part), "a body of /health, not " + health, process);
    }

    private static void awaitAnswers(StrictLoad load, ServiceProcess process) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (load.answered() < ENOUGH_REQUESTS) {
            expect(System.nanoTime() < end, ENOUGH_REQUESTS + " requests answered, not " + load.answered(), process);
            Thread.onSpinWait();
        }
    }

    private static void expect(boolean condition, String expected, ServiceProcess process) {
        if (!condition) {
            throw new AssertionError("expected: " + expected + "; output:\n" + process.output());
        }
    }
}
