package io.ebbtide.examples.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.LoadResult;
import io.ebbtide.testkit.ServiceProcess;
import io.ebbtide.testkit.StrictLoad;
import io.ebbtide.testkit.WireConnection;
import io.ebbtide.testkit.WireRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A service from its start to its end, as a real Prometheus has seen it. */
final class MetricsIT {
    private static final Duration HANG = RealPrometheus.HANG;
    private static final Pattern LATE = Pattern.compile("ebbtide_late_requests_total\\{connection=\"new\"[^}]*} [1-9]");
    private static final String MANAGEMENT = "answers probes at http://127.0.0.1:(\\d+)/health";

    @TempDir
    static Path folder;

    private static RealPrometheus prometheus;
    private static LoadResult load;
    private static String scraped;

    /** Starting, running, held, running again, shutting down: each until it has been scraped several times. */
    @BeforeAll
    static void play() throws Exception {
        assumeTrue(RealPrometheus.isInstalled(), "needs Debian's package prometheus (prometheus and promtool)");
        prometheus = RealPrometheus.start(folder);
        try (ServiceProcess service = JavaLauncher.of(MeteredService.class)
                .environment("EBBTIDE_GRACE", "120s")
                .environment("EBBTIDE_LAME_DUCK", "3s")
                .environment("EBBTIDE_LAME_DUCK_POLICY", "fixed")
                .environment("EBBTIDE_STOP", "60s")
                .start()) {
            int management =
                    Integer.parseInt(service.awaitLine(MANAGEMENT, HANG).group(1));
            int port = awaitPort(service);
            prometheus.scrape(management);
            awaitSeen("ebbtide_state{state=\"starting\"} == 1");
            awaitScraped("ebbtide_in_rotation", 0);

            WireConnection.get(port, "/begin");
            awaitScraped("ebbtide_in_rotation", 1);
            StrictLoad clients = StrictLoad.start(port, 8, number -> WireRequest.get("/work/" + number));
            awaitSeen("sum(http_server_requests_seconds_count{uri=\"/work/{id}\"}) > 300");
            WireConnection.get(port, "/hold");
            awaitSeen("ebbtide_in_rotation == 0 and on(instance) ebbtide_state{state=\"running\"} == 1");
            awaitScraped("ebbtide_in_rotation", 0);
            WireConnection.get(port, "/release");
            awaitScraped("ebbtide_in_rotation", 1);
            scraped = WireConnection.get(management, "/metrics").body();

            service.signal("TERM");
            await().until(() -> LATE.matcher(
                            WireConnection.get(management, "/metrics").body())
                    .find());
            clients.stop();
            load = clients.await(HANG);
            assertThat(service.awaitExit(HANG).code()).isZero();
        }
        awaitSeen("up == 0"); // it has noticed, and marked what it had as stale
    }

    @AfterAll
    static void stop() throws InterruptedException {
        if (prometheus != null) {
            prometheus.close();
        }
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(HANG);
    }

    private static void awaitSeen(String query) {
        await().until(() -> !prometheus.query(query).isEmpty());
    }

    /** Waits until the last three scrapes all say so. */
    private static void awaitScraped(String selector, double value) {
        await().until(() -> {
            List<Double> values = List.copyOf(only(selector).values());
            return values.size() >= 3
                    && values.subList(values.size() - 3, values.size()).stream().allMatch(each -> each == value);
        });
    }

    @Test
    void hpaSeries_wereNeverThereOutsideTheRotation() throws Exception {
        Set<Long> outside = outOfRotation();
        List<RealPrometheus.Series> hpa = prometheus.samples("{__name__=~\"ebbtide_hpa_.+\",service=\"metered\"}");

        assertThat(outside).as("scrapes out of rotation").hasSizeGreaterThan(4);
        assertThat(hpa).hasSize(3);
        for (RealPrometheus.Series series : hpa) {
            assertThat(series.samples()).as("%s", series.labels()).hasSizeGreaterThan(3);
            assertThat(series.samples().keySet())
                    .as("%s out of rotation", series.labels())
                    .doesNotContainAnyElementsOf(outside);
            assertThat(series.samples().values()).allMatch(value -> !value.isNaN());
        }
    }

    /** But for the scrapes in which the service moves: two series of one scrape are read one after the other. */
    private static Set<Long> outOfRotation() throws Exception {
        var rotation = new TreeMap<>(only("ebbtide_in_rotation"));
        return rotation.keySet().stream()
                .filter(at -> rotation.get(at) == 0)
                .filter(at -> Stream.of(rotation.lowerEntry(at), rotation.higherEntry(at))
                        .allMatch(neighbour -> neighbour == null || neighbour.getValue() == 0))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void eachState_wasSeen_andWorkInFlightInAllOfThem() throws Exception {
        Map<Long, Double> inFlight = only("ebbtide_inflight{kind=\"request\"}");
        for (String state : List.of("starting", "running", "lame_duck", "stopping")) {
            Map<Long, Double> seen = only("ebbtide_state{state=\"" + state + "\"}");
            List<Long> inIt = new ArrayList<>();
            seen.forEach((at, value) -> {
                if (value == 1) {
                    inIt.add(at);
                }
            });
            assertThat(inIt).as(state).isNotEmpty();
            assertThat(inFlight.keySet()).as("in flight while " + state).containsAll(inIt);
        }
    }

    /** The clients know how many answers they got; the store must have each of them. */
    @Test
    void lastValuesOfTheDrain_wereScrapedWhileComponentsStopped() throws Exception {
        double counted = prometheus.samples("http_server_requests_seconds_count{uri=\"/work/{id}\"}").stream()
                .mapToDouble(series -> series.samples().values().stream()
                        .mapToDouble(v -> v)
                        .max()
                        .orElse(0))
                .sum();

        assertThat(load.lost()).isEmpty();
        assertThat(counted).isEqualTo((double) load.answered());
        assertThat(max("ebbtide_shutdown_seconds{state=\"lame_duck\"}")).isBetween(0.5, 120.0); // 3 s from the signal
        assertThat(max("ebbtide_shutdown_seconds{state=\"stopping\"}")).isBetween(0.2, 120.0); // some scrapes
        assertThat(max("ebbtide_grace_used_seconds")).isBetween(3.2, 120.0); // from the signal
        assertThat(max("ebbtide_late_requests_total{connection=\"new\"}")).isPositive();
    }

    @Test
    void counters_neverReset_andGiveRatesAndQuantiles() throws Exception {
        for (String counter : List.of(
                "ebbtide_requests_total",
                "ebbtide_moves_total",
                "ebbtide_late_requests_total",
                "http_server_requests_seconds_count",
                "http_server_requests_seconds_bucket")) {
            String selector = counter + "{service=\"metered\"}";
            assertThat(prometheus.query("count_over_time(" + selector + "[10m]) > 3"))
                    .as(selector)
                    .isNotEmpty();
            assertThat(prometheus.query("resets(" + selector + "[10m]) > 0"))
                    .as(selector)
                    .isEmpty();
        }
        double perSecond = prometheus.value(
                "max_over_time(sum(rate(http_server_requests_seconds_count{uri=\"/work/{id}\"}[5s]))[10m:500ms])");
        double p95 = prometheus.value("histogram_quantile(0.95, sum by (le)"
                + " (increase(http_server_requests_seconds_bucket{uri=\"/work/{id}\"}[10m])))");

        assertThat(perSecond).isPositive().isFinite();
        assertThat(p95).as("of at least 20 ms each").isBetween(0.01, 30.0);
    }

    @Test
    void namesAndTypes_passPromtool() throws Exception {
        Process promtool = new ProcessBuilder("promtool", "check", "metrics")
                .redirectErrorStream(true)
                .start();
        try (var input = promtool.getOutputStream()) {
            input.write(scraped.getBytes(StandardCharsets.UTF_8));
        }
        String output = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(promtool.waitFor(HANG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(output).isEmpty();
        assertThat(promtool.exitValue()).isZero();
        assertThat(scraped)
                .contains("# TYPE ebbtide_hpa_inflight gauge")
                .contains("# TYPE http_server_requests_seconds histogram");
    }

    @Test
    void servicesInOneJvm_removeAllTheirSeries() throws Exception {
        playRounds(4);
    }

    @Test
    @Tag("full")
    void servicesInOneJvm_removeAllTheirSeries_longRun() throws Exception {
        playRounds(50);
    }

    private static void playRounds(int count) throws Exception {
        try (ServiceProcess service = JavaLauncher.of(MeteredService.Rounds.class)
                .arguments(String.valueOf(count))
                .start()) {
            int port = awaitPort(service);
            prometheus.scrape(port);
            int ofOne = Integer.parseInt(
                    service.awaitLine("rounds are over, each had at most series=(\\d+)", Duration.ofMinutes(5))
                            .group(1));
            String after = WireConnection.get(port, "/metrics").body();

            assertThat(after).contains("service=\"outer\"").doesNotContain("service=\"rounds\"");
            String instance = ",instance=\"127.0.0.1:" + port + "\"";
            assertThat(prometheus.seriesCount("{service=\"rounds\"" + instance + "}"))
                    .as("of %s services no more than of one", count)
                    .isBetween(50, ofOne);
            assertThat(prometheus.samples("ebbtide_moves_total{service=\"rounds\",to=\"running\"" + instance + "}"))
                    .hasSize(1);
        }
    }

    private static Map<Long, Double> only(String selector) throws Exception {
        List<RealPrometheus.Series> all = prometheus.samples(selector).stream()
                .filter(series -> series.labels().getOrDefault("service", "").equals("metered"))
                .toList();
        assertThat(all).as(selector).hasSize(1);
        return all.get(0).samples();
    }

    private static double max(String selector) throws Exception {
        return only(selector).values().stream()
                .mapToDouble(value -> value)
                .max()
                .orElse(0);
    }

    private static int awaitPort(ServiceProcess service) throws InterruptedException {
        return Integer.parseInt(service.awaitLine("\\bport=(\\d+)", HANG).group(1));
    }
}
