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

/** How many orders per second the example serves with all metrics on and scraped, compared with none, in turn. */
final class MetricsCost {
    private static final int CONNECTIONS = 16;
    private static final int ROUNDS = 6;
    private static final int PAIRS = 45;
    private static final Duration SLICE = Duration.ofMillis(500);
    private static final int WARM_UP_PAIRS = 8;
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final double MINIMUM = 0.97;
    private static final byte[] REQUEST =
            "GET /orders/1 HTTP/1.1\r\nHost: bench\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private MetricsCost() {}

    /** Requests per second in two successive slices. */
    private record Pair(double with, double without) {
        double ratio() {
            return with / without;
        }
    }

    /** The example, twice in one JVM, which compiles the code of both alike. */
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

    /** The ports of one of the two examples. */
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

    static void measure(Results results) throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(CONNECTIONS);
        try {
            List<Pair> pairs = new ArrayList<>();
            for (int i = 0; i < results.runs(ROUNDS); i++) {
                pairs.addAll(round(results, i, clients));
            }
            add(results, pairs);
        } finally {
            clients.shutdownNow();
        }
    }

    private static List<Pair> round(Results results, int number, ExecutorService clients) throws Exception {
        boolean withFirst = number % 2 == 0;
        int measured = results.runs(PAIRS);
        JavaLauncher launcher = JavaLauncher.of(Twice.class)
                .arguments(withFirst ? "on" : "off", withFirst ? "off" : "on")
                .environment("EBBTIDE_MANAGEMENT_PORT", "0");
        try (ServiceProcess process = launcher.start()) {
            process.awaitLine("both are up", SOON);
            Example with = Example.of(process, withFirst ? 0 : 1);
            Example without = Example.of(process, withFirst ? 1 : 0);
            List<Pair> pairs = new ArrayList<>();
            for (int i = 0; i < WARM_UP_PAIRS + measured; i++) {
                results.progress(
                        "pairs",
                        number * (WARM_UP_PAIRS + measured) + i,
                        results.runs(ROUNDS) * (WARM_UP_PAIRS + measured));
                boolean first = i % 2 == 0; // the second one runs on a warmer machine
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

    private static void add(Results results, List<Pair> pairs) {
        results.note("orders a second: %,.0f with metrics, %,.0f without, %d pairs of %d ms"
                .formatted(
                        pairs.stream().mapToDouble(Pair::with).average().orElse(0),
                        pairs.stream().mapToDouble(Pair::without).average().orElse(0),
                        pairs.size(),
                        SLICE.toMillis()));
        var ratio = new Sample("orders a second with metrics on and scraped, divided by those without", Unit.RATIO);
        pairs.forEach(pair -> ratio.add(pair.ratio()));
        results.add(ratio.median(Bound.atLeast(MINIMUM)));
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
        if (all == 0) {
            throw new IllegalStateException("orders: 0 answered in %s (expected: some)".formatted(SLICE));
        }
        return all / ((System.nanoTime() - begin) / 1e9);
    }

    private static long askUntil(int port, long end) throws IOException {
        long count = 0;
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) SOON.toMillis());
            var input = new BufferedInputStream(socket.getInputStream(), 4_096);
            while (System.nanoTime() < end) {
                socket.getOutputStream().write(REQUEST);
                readAnswer(input);
                count++;
            }
        }
        return count;
    }

    /** Reads a head with a Content-Length, and the body that it announces. */
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
