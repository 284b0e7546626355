package io.ebbtide.benchmarks;

import io.ebbtide.examples.orders.OrdersService;
import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.ServiceProcess;
import io.ebbtide.testkit.WireConnection;
import io.ebbtide.testkit.WireRequest;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** How many orders a second the example gives out with all metrics on and scraped, against none, in turn. */
final class MetricsCost {
    private static final int CONNECTIONS = 16;
    private static final int ROUNDS = 6;
    private static final int PAIRS = 45;
    private static final Duration SLICE = Duration.ofMillis(500);
    private static final int WARM_UP_PAIRS = 8;
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final double LEAST = 0.97;
    private static final byte[] REQUEST =
            "GET /orders/1 HTTP/1.1\r\nHost: bench\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private MetricsCost() {}

    /** Requests a second in two slices, one after the other. */
    private record Pair(double with, double without) {
        double ratio() {
            return with / without;
        }
    }

    /** The example twice in one JVM, which compiles the code of both alike. */
    static final class Twice {
        public static void main(String[] arguments) throws InterruptedException {
            for (String metrics : arguments) {
                OrdersService.in(Map.of("ORDERS_PORT", "0", "ORDERS_STORES", "memory", "ORDERS_METRICS", metrics))
                        .build()
                        .start();
            }
            System.out.println("both are up");
            new CountDownLatch(1).await();
        }
    }

    /** Where one of the two is to be reached. */
    private record Example(int port, int managementPort) {
        static Example of(ServiceProcess process, int which) throws IOException {
            String output = process.output();
            var example = new Example(
                    nth(output, "service listens, port=(\\d+)", which),
                    nth(output, "answers probes at http://127.0.0.1:(\\d+)/health", which));
            try (WireConnection connection = WireConnection.open(example.port(), SOON)) {
                connection.exchange(WireRequest.post("/orders", "{\"item\":\"tide table\",\"quantity\":2}"));
            }
            return example;
        }

        private static int nth(String output, String pattern, int which) {
            List<MatchResult> all =
                    Pattern.compile(pattern).matcher(output).results().toList();
            return Integer.parseInt(all.get(which).group(1));
        }
    }

    public static void main(String[] arguments) throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(CONNECTIONS);
        try {
            List<Pair> pairs = new ArrayList<>();
            for (int i = 0; i < ROUNDS; i++) {
                pairs.addAll(round(i % 2 == 0, clients));
            }
            print(pairs);
        } finally {
            clients.shutdownNow();
        }
    }

    private static List<Pair> round(boolean withFirst, ExecutorService clients) throws Exception {
        JavaLauncher launcher = JavaLauncher.of(Twice.class)
                .arguments(withFirst ? "on" : "off", withFirst ? "off" : "on")
                .environment("EBBTIDE_MANAGEMENT_PORT", "0");
        try (ServiceProcess process = launcher.start()) {
            process.awaitLine("both are up", SOON);
            Example with = Example.of(process, withFirst ? 0 : 1);
            Example without = Example.of(process, withFirst ? 1 : 0);
            List<Pair> pairs = new ArrayList<>();
            for (int i = 0; i < WARM_UP_PAIRS + PAIRS; i++) {
                boolean first = i % 2 == 0; // whoever comes second finds a warmer machine
                double before = perSecond(first ? with : without, clients);
                double after = perSecond(first ? without : with, clients);
                scrape(with);
                if (i >= WARM_UP_PAIRS) {
                    pairs.add(first ? new Pair(before, after) : new Pair(after, before));
                }
            }
            return pairs;
        }
    }

    private static void scrape(Example with) throws IOException {
        int status = WireConnection.get(with.managementPort(), "/metrics").status();
        if (status != 200) {
            throw new IllegalStateException("/metrics: %d (expected: 200)".formatted(status));
        }
    }

    private static void print(List<Pair> pairs) {
        double[] sorted = pairs.stream().mapToDouble(Pair::ratio).sorted().toArray();
        double median = sorted[sorted.length / 2];
        double least = sorted[Sample.lowerRank(sorted.length)];
        double most = sorted[Sample.upperRank(sorted.length)];
        System.out.printf(
                "metrics: %,.0f requests/s with, %,.0f without, %d pairs of %d ms in %d processes,"
                        + " ratio min %.3f, quartiles %.3f and %.3f, median %.3f (%.3f to %.3f), max %.3f%n",
                pairs.stream().mapToDouble(Pair::with).average().orElse(0),
                pairs.stream().mapToDouble(Pair::without).average().orElse(0),
                pairs.size(),
                SLICE.toMillis(),
                ROUNDS,
                sorted[0],
                sorted[sorted.length / 4],
                sorted[sorted.length - 1 - sorted.length / 4],
                median,
                least,
                most,
                sorted[sorted.length - 1]);
        if (median < LEAST) {
            throw new IllegalStateException(
                    "metrics: median ratio %.3f (expected: >= %.2f; a machine at rest)".formatted(median, LEAST));
        }
    }

    private static double perSecond(Example example, ExecutorService clients)
            throws InterruptedException, ExecutionException {
        long begin = System.nanoTime();
        long end = begin + SLICE.toNanos();
        List<Future<Long>> counts = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            counts.add(clients.submit(() -> askUntil(example.port(), end)));
        }
        long all = 0;
        for (Future<Long> count : counts) {
            all += count.get();
        }
        return all / ((System.nanoTime() - begin) / 1e9);
    }

    private static long askUntil(int port, long end) throws IOException {
        long count = 0;
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            var input = new BufferedInputStream(socket.getInputStream(), 4_096);
            while (System.nanoTime() < end) {
                socket.getOutputStream().write(REQUEST);
                readAnswer(input);
                count++;
            }
        }
        return count;
    }

    /** A head with a Content-Length, and the body that it announces. */
    private static void readAnswer(InputStream input) throws IOException {
        String status = line(input);
        if (!status.startsWith("HTTP/1.1 200")) {
            throw new IOException(status + " (expected: HTTP/1.1 200)");
        }
        int length = -1;
        for (String line = line(input); !line.isEmpty(); line = line(input)) {
            if (line.regionMatches(true, 0, "Content-Length:", 0, 15)) {
                length = Integer.parseInt(line.substring(15).strip());
            }
        }
        if (length < 0) {
            throw new IOException("no Content-Length");
        }
        input.skipNBytes(length);
    }

    private static String line(InputStream input) throws IOException {
        var line = new StringBuilder(64);
        for (int c = input.read(); c != '\n'; c = input.read()) {
            if (c < 0) {
                throw new IOException("the connection has ended");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }
}
