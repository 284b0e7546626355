package io.ebbtide.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.Ebbtide;
import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.ServiceProcess;
import io.ebbtide.testkit.WireConnection;
import io.ebbtide.testkit.WireResponse;
import java.io.Closeable;
import java.io.FileInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The management server of a process that has no free file descriptor, or no free memory. */
@Execution(ExecutionMode.CONCURRENT)
final class ManagementLimitsIT {
    private static final Duration SOON = Duration.ofSeconds(90);
    private static final int METRICS_BYTES = 4_700_000;

    /** Takes longer to read than a client without a request may keep the server waiting. */
    private static final int HOARDERS_METRICS_BYTES = 50_000_000;

    /** Opens files until none can be opened when it reads a line, and closes them when it reads another. */
    static final class Hoarder {
        public static void main(String[] arguments) {
            Ebbtide service = Ebbtide.builder("hoarder")
                    .management(0)
                    .scrape(type -> "x".repeat(HOARDERS_METRICS_BYTES))
                    .build();
            var hoarding = new Thread(Hoarder::hoard, "hoarding");
            hoarding.setDaemon(true);
            hoarding.start();
            service.run();
        }

        private static void hoard() {
            try {
                System.in.read();
                List<Closeable> files = new ArrayList<>();
                for (int i = 0; i < 5; i++) { // another thread may have held one for a moment
                    openAll(files);
                    Thread.sleep(300);
                }
                System.out.println("no descriptor is free");
                System.in.read();
                for (Closeable file : files) {
                    file.close();
                }
                System.out.println("all closed");
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        private static void openAll(List<Closeable> files) {
            try {
                for (; ; ) {
                    files.add(new FileInputStream("/dev/null"));
                }
            } catch (IOException e) {
                // too many open files
            }
        }
    }

    /** Has more metrics than memory for nine copies of them. */
    static final class LargeMetrics {
        public static void main(String[] arguments) {
            Ebbtide.builder("large")
                    .management(0)
                    .scrape(type -> "x".repeat(METRICS_BYTES))
                    .build()
                    .run();
        }
    }

    @Test
    void probes_areAnswered_whereNoDescriptorIsFree_andASlowClientHasTheOneInReserve() throws Exception {
        try (ServiceProcess service =
                JavaLauncher.of(Hoarder.class).descriptors(256).start()) {
            int port = managementPort(service);
            assertThat(probe(port).headers()).doesNotContainKey("connection");
            service.type("\n");
            service.awaitLine("no descriptor is free", SOON);

            for (int i = 0; i < 20; i++) {
                assertIsLastAndUp(probe(port));
            }
            try (WireConnection slow = WireConnection.open(port, SOON)) {
                slow.send("GET /health/live HTT");
                assertIsLastAndUp(probe(port));
                assertThat(slow.isEnded()).isTrue();
            }
            try (WireConnection scrape = WireConnection.open(port, SOON)) {
                scrape.send("GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n");
                try (WireConnection waiting = WireConnection.open(port, SOON)) {
                    waiting.send("GET /health/ready HTTP/1.1\r\nhost: x\r\n\r\n");
                    assertThat(scrape.read(false).body()).hasSize(HOARDERS_METRICS_BYTES);
                    assertIsLastAndUp(waiting.read(false));
                }
            }
            service.awaitLine(
                    "WARN .*all file descriptors are in use \\(IOException: Too many open files\\): until one is free, the"
                            + " management server accepts only one connection at a time, with its reserved descriptor; find"
                            + " what keeps files or sockets open, or raise the limit \\(ulimit -n\\)",
                    SOON);

            service.type("\n");
            service.awaitLine("all closed", SOON);
            long end = System.nanoTime() + SOON.toNanos();
            while (probe(port).headers().containsKey("connection")) {
                assertThat(System.nanoTime()).as("takes one in reserve again").isLessThan(end);
            }
            service.signal("TERM");
            assertThat(service.awaitExit(SOON).code()).isZero();
        }
    }

    @Test
    void answersThatAreNotRead_doNotFillTheHeap_andAClientThatReadsIsAnswered() throws Exception {
        try (ServiceProcess service =
                JavaLauncher.of(LargeMetrics.class).jvmOptions("-Xmx64m").start()) {
            int port = managementPort(service);
            List<WireConnection> unread = new ArrayList<>();
            try {
                for (int i = 0; i < 100; i++) {
                    WireConnection connection = WireConnection.open(port, SOON);
                    unread.add(connection);
                    connection.send("GET /metrics HTTP/1.1\r\n\r\n");
                }

                WireResponse answer = WireConnection.get(port, "/metrics");

                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.body()).hasSize(METRICS_BYTES);
                assertThat(probe(port).status()).isEqualTo(200);
                assertThat(service.output()).doesNotContain("OutOfMemoryError");
            } finally {
                for (WireConnection connection : unread) {
                    connection.close();
                }
            }
        }
    }

    private static int managementPort(ServiceProcess service) throws InterruptedException {
        int port = Integer.parseInt(service.awaitLine("answers probes at http://127.0.0.1:(\\d+)/health", SOON)
                .group(1));
        service.awaitLine("is RUNNING", SOON);
        return port;
    }

    private static WireResponse probe(int port) throws IOException {
        return WireConnection.get(port, "/health/ready");
    }

    private static void assertIsLastAndUp(WireResponse answer) {
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"status\":\"UP\"}");
        assertThat(answer.headers().get("connection")).containsExactly("close");
    }
}
