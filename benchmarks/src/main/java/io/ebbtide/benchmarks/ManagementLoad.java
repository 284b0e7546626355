package io.ebbtide.benchmarks;

import io.ebbtide.Ebbtide;
import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.ServiceProcess;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * How long a good probe takes at the management port, and how many probes miss their time-out, while other clients demand more
 * than their share of that port; with {@code -Dbenchmark.baseline=<jar of another version of ebbtide-core>} in turn with that
 * version, in a separate process.
 */
final class ManagementLoad {
    private static final int ROUNDS = 6;
    private static final int PROBES = 120;

    /** Probes are sent on schedule, whether or not the previous ones are answered, as kubelets do. */
    private static final Duration BETWEEN = Duration.ofMillis(25);

    /** Kubernetes' default time-out of a probe. */
    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    private static final Duration SETTLING = Duration.ofSeconds(2);
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final double PERCENTILE = 0.99;
    private static final Bound LATENCY = Bound.below(Duration.ofMillis(50));
    private static final Bound SHARE = Bound.below(0.1);
    private static final Bound NONE = Bound.below(1.0);
    private static final byte[] PROBE =
            "GET /health/ready HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private ManagementLoad() {}

    /** A service with only its management port, and 4.7 MB of metrics. */
    static final class Service {
        public static void main(String[] arguments) {
            String metrics = "# a line of metrics, and no more than that\n".repeat(4_700_000 / 43);
            Ebbtide.builder("loaded")
                    .management(0)
                    .scrape(type -> new String(metrics.toCharArray()))
                    .build()
                    .run();
        }
    }

    /** A version of the server, and the results of its probes under one kind of load. */
    private static final class Version {
        private final String name;
        private final ServiceProcess process;
        private final int port;
        private Sample times = new Sample("", Unit.MILLIS);
        private double roundPercentile;
        private int probes;
        private int missed;

        Version(String name, ServiceProcess process) throws InterruptedException {
            this.name = name;
            this.process = process;
            port = Integer.parseInt(process.awaitLine("answers probes at http://127.0.0.1:(\\d+)/health", SOON)
                    .group(1));
        }

        void begin(String load) {
            times = new Sample("%s: probe%s, p99".formatted(load, name), Unit.MILLIS);
            probes = 0;
            missed = 0;
        }
    }

    static void measure(Results results) throws Exception {
        List<Version> versions = new ArrayList<>();
        try {
            Baseline.noteIfNone(results);
            if (!Baseline.jars().isEmpty()) {
                versions.add(new Version(
                        " of " + Baseline.jars().get(0).getFileName(),
                        Baseline.of(launcher()).start()));
            }
            versions.add(new Version("", launcher().start()));
            for (HostileClients.Kind kind : HostileClients.Kind.values()) {
                results.attempt(kind.toString(), () -> measure(results, kind, versions));
            }
            for (Version version : versions) {
                results.add(outOfMemory(version));
            }
        } finally {
            versions.forEach(version -> version.process.close());
        }
    }

    private static JavaLauncher launcher() {
        return JavaLauncher.of(Service.class).jvmOptions("-Xmx256m");
    }

    private static void measure(Results results, HostileClients.Kind kind, List<Version> versions) throws Exception {
        String load = kind.toString().toLowerCase(Locale.ROOT);
        versions.forEach(version -> version.begin(load));
        var shares = new Sample(load + ": p99 divided by that before, round by round", Unit.RATIO);
        for (int i = 0; i < results.runs(ROUNDS); i++) {
            for (Version version : versions) {
                results.progress(load + version.name, i, results.runs(ROUNDS));
                results.note(round(kind, version));
            }
            if (versions.size() > 1) {
                shares.add(versions.get(1).roundPercentile / versions.get(0).roundPercentile);
            }
        }
        for (Version version : versions) {
            boolean isOurs = version.name.isEmpty();
            results.add(version.times.quantile(PERCENTILE, isOurs ? LATENCY : null));
            results.add(count(
                    "%s: probes missed%s".formatted(load, version.name),
                    version.probes,
                    version.missed,
                    isOurs ? NONE : null));
        }
        if (versions.size() > 1) {
            results.add(shares.median(SHARE));
        }
    }

    private static Figure count(String name, int of, double value, @Nullable Bound bound) {
        return new Figure(name, Unit.COUNT, of, value, value, value, value, value, bound);
    }

    /** The log contains a line for each failed rendering. */
    private static Figure outOfMemory(Version version) {
        double lines = (double) version.process
                .output()
                .lines()
                .filter(line -> line.contains("OutOfMemoryError"))
                .count();
        return count("log lines with OutOfMemoryError" + version.name, 1, lines, version.name.isEmpty() ? NONE : null);
    }

    /** Returns a line that summarises the clients. */
    private static String round(HostileClients.Kind kind, Version version) throws Exception {
        ExecutorService probing = Executors.newCachedThreadPool();
        try (ServiceProcess clients = JavaLauncher.of(HostileClients.class)
                .arguments(kind.toString(), String.valueOf(version.port))
                .start()) {
            String count = clients.awaitLine("clients=(\\d+)", SOON).group(1);
            clients.awaitLine("all have come", SOON);
            LockSupport.parkNanos(SETTLING.toNanos());
            List<Future<Duration>> answers = new ArrayList<>();
            long next = System.nanoTime();
            for (int i = 0; i < PROBES; i++) {
                answers.add(probing.submit(() -> probe(version.port)));
                next += BETWEEN.toNanos();
                LockSupport.parkNanos(next - System.nanoTime());
            }
            var round = new Sample("", Unit.MILLIS);
            int missed = 0;
            for (Future<Duration> each : answers) {
                Duration time = each.get();
                round.add(time);
                version.times.add(time);
                missed += time.equals(TIMEOUT) ? 1 : 0;
            }
            version.probes += PROBES;
            version.missed += missed;
            version.roundPercentile = round.quantile(PERCENTILE, null).value();
            if (!clients.isAlive() || !version.process.isAlive()) {
                throw new IllegalStateException("%s has ended; its output:%n%s"
                        .formatted(
                                clients.isAlive() ? "the service" : "the process of the clients",
                                (clients.isAlive() ? version.process : clients).output()));
            }
            String last =
                    clients.output().lines().reduce((former, line) -> line).orElse("");
            return "%s clients%s: %s; p99 %.1f ms, %d missed"
                    .formatted(count, version.name, last, version.roundPercentile, missed);
        } finally {
            probing.shutdownNow();
        }
    }

    /** Returns the time-out if there is no good answer within it. */
    private static Duration probe(int port) {
        long start = System.nanoTime();
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) TIMEOUT.toMillis());
            socket.getOutputStream().write(PROBE);
            InputStream in = socket.getInputStream();
            byte[] answer = new byte[4 * 1024];
            int length = 0;
            for (int count = 0; count >= 0; length += count) {
                long remainingMillis = TIMEOUT.toMillis() - (System.nanoTime() - start) / 1_000_000;
                socket.setSoTimeout((int) Math.max(1, remainingMillis));
                count = in.read(answer, length, answer.length - length);
                if (count < 0) {
                    break;
                }
            }
            var time = Duration.ofNanos(System.nanoTime() - start);
            String text = new String(answer, 0, length, StandardCharsets.US_ASCII);
            boolean isGood = text.startsWith("HTTP/1.1 200 ") && text.endsWith("{\"status\":\"UP\"}");
            return isGood && time.compareTo(TIMEOUT) < 0 ? time : TIMEOUT;
        } catch (IOException e) {
            return TIMEOUT;
        }
    }
}
