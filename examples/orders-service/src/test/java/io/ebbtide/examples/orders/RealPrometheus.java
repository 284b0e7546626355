package io.ebbtide.examples.orders;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;

/** A Prometheus on loopback that scrapes the given targets, twice a second. Not thread-safe. */
final class RealPrometheus implements AutoCloseable {
    /** Reached by a broken product alone. */
    static final Duration HANG = Duration.ofMinutes(2);

    private static final int STARTS = 3;

    private final HttpClient client = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();
    private final Path folder;
    private final Path targets;
    private Process process;
    private int port;

    /** One series as it is stored: its labels, and its samples by their time in milliseconds. */
    record Series(Map<String, String> labels, Map<Long, Double> samples) {}

    private RealPrometheus(Path folder) {
        this.folder = folder;
        targets = folder.resolve("targets.json");
    }

    static boolean isInstalled() {
        return isThere("prometheus") && isThere("promtool");
    }

    private static boolean isThere(String program) {
        for (String each : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
            if (Files.isExecutable(Path.of(each, program))) {
                return true;
            }
        }
        return false;
    }

    /** Starts one that scrapes nothing yet. If another process has taken the port, another one is tried. */
    static RealPrometheus start(Path folder) throws Exception {
        var prometheus = new RealPrometheus(folder);
        Files.writeString(prometheus.targets, "[]");
        Files.writeString(folder.resolve("prometheus.yml"), """
                global: {scrape_interval: 500ms, scrape_timeout: 500ms}
                scrape_configs:
                  - job_name: ebbtide
                    file_sd_configs: [{files: [targets.json]}]
                """);
        for (int i = 0; i < STARTS; i++) {
            if (prometheus.tryStart()) {
                return prometheus;
            }
            prometheus.close();
        }
        throw new IllegalStateException("prometheus did not start: " + Files.readString(folder.resolve("log")));
    }

    private boolean tryStart() throws IOException {
        port = freePort();
        process = new ProcessBuilder(
                        "prometheus",
                        "--config.file=" + folder.resolve("prometheus.yml"),
                        "--storage.tsdb.path=" + folder.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        Awaitility.await().atMost(HANG).until(() -> !process.isAlive() || isReady());
        return process.isAlive();
    }

    private boolean isReady() throws InterruptedException {
        try {
            return get("/-/ready").statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** Scrapes this port of loopback from now on, and nothing else; returns once it has seen it up. */
    void scrape(int targetPort) throws Exception {
        Path draft = folder.resolve("draft");
        Files.writeString(draft, "[{\"targets\": [\"127.0.0.1:%d\"]}]".formatted(targetPort));
        Files.move(draft, targets, StandardCopyOption.ATOMIC_MOVE);
        Awaitility.await().atMost(HANG).until(() -> value("up{instance=\"127.0.0.1:%d\"}".formatted(targetPort)) == 1);
    }

    /** The value of a query that gives one; 0 if it gives none. */
    double value(String query) throws IOException, InterruptedException {
        JsonNode result = query(query);
        return result.isEmpty() ? 0 : result.get(0).get("value").get(1).asDouble();
    }

    /** What a query gives; an array that may be empty. */
    JsonNode query(String query) throws IOException, InterruptedException {
        return data("/api/v1/query?query=" + encoded(query)).get("result");
    }

    /** The samples of the last ten minutes as they were scraped. */
    List<Series> samples(String selector) throws IOException, InterruptedException {
        List<Series> all = new ArrayList<>();
        for (JsonNode each : query(selector + "[10m]")) {
            Map<String, String> labels = new TreeMap<>();
            each.get("metric")
                    .properties()
                    .forEach(
                            label -> labels.put(label.getKey(), label.getValue().asText()));
            Map<Long, Double> samples = new TreeMap<>();
            each.get("values")
                    .forEach(sample -> samples.put(
                            Math.round(sample.get(0).asDouble() * 1_000),
                            sample.get(1).asDouble()));
            all.add(new Series(labels, samples));
        }
        return all;
    }

    /** How many series are stored that this selects. */
    int seriesCount(String selector) throws IOException, InterruptedException {
        long since = Instant.now().minus(Duration.ofMinutes(10)).getEpochSecond();
        return data("/api/v1/series?start=" + since + "&match[]=" + encoded(selector))
                .size();
    }

    private JsonNode data(String path) throws IOException, InterruptedException {
        HttpResponse<String> response = get(path.replace("[", "%5B").replace("]", "%5D"));
        JsonNode answer = json.readTree(response.body());
        if (response.statusCode() != 200) {
            throw new IllegalStateException(path + ": " + answer);
        }
        return answer.get("data");
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .timeout(HANG)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly(); // its data are deleted, so it need not write them first
        process.waitFor();
    }
}
