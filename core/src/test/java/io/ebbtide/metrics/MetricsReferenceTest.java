package io.ebbtide.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.Ebbtide;
import io.ebbtide.health.Check;
import io.ebbtide.health.Outcome;
import io.ebbtide.spi.Backlog;
import io.ebbtide.spi.SourceLoad;
import io.ebbtide.testing.LoadedSource;
import io.ebbtide.testing.SilentSource;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The table in docs/reference/metrics.md equals the meters of a service with all features on. */
final class MetricsReferenceTest {
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| `([a-z.]+)` \\| `([a-z_]+)` \\| (\\w+) \\|([^|]*)\\| .+ \\|$");

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    /** One meter as in the table. */
    private record Row(String prometheus, String type, Set<String> tags) {}

    private static final class EmptyQueue implements Backlog {
        @Override
        public int depth() {
            return 0;
        }

        @Override
        public Duration oldest() {
            return Duration.ZERO;
        }
    }

    @Test
    void table_hasJustTheMetersThatThereAre() throws Exception {
        var source = new LoadedSource();
        Map<String, Set<String>> meters = new TreeMap<>();
        String text;
        try (Ebbtide service = Ebbtide.builder("orders")
                .metrics(registry, MeterRules.defaults().withInFlightLimit(10))
                .readiness("db", Check.of(Outcome::up))
                .serve(source)
                .serve(new Queued())
                .queue("imports", new EmptyQueue())
                .build()
                .start()) {
            source.answer("GET", "/", 200);
            Awaitility.await()
                    .until(() -> registry.find("ebbtide.check.latency").meter() != null
                            && registry.find("ebbtide.hpa.queue.depth").meter() != null); // the last one
            for (Meter meter : registry.getMeters()) {
                Set<String> tags = meters.computeIfAbsent(meter.getId().getName(), name -> new TreeSet<>());
                meter.getId().getTags().stream().map(Tag::getKey).forEach(tags::add);
                assertThat(meter.getId().getDescription())
                        .as(meter.getId().getName())
                        .isNotBlank();
            }
            assertThat(service.state().name()).isEqualTo("RUNNING");
            text = registry.scrape();
        }
        Map<String, Row> rows = rows();

        assertThat(rows.keySet()).isEqualTo(meters.keySet());
        rows.forEach((name, row) -> {
            assertThat(row.tags()).as("tags of " + name).isEqualTo(withoutService(meters.get(name)));
            assertThat(text).contains("# TYPE " + row.prometheus() + " " + row.type() + "\n");
        });
    }

    private static Set<String> withoutService(Set<String> tags) {
        assertThat(tags).contains("service");
        var others = new TreeSet<>(tags);
        others.remove("service");
        return others;
    }

    private static Map<String, Row> rows() throws IOException {
        Matcher matcher = ROW.matcher(Files.readString(Path.of("../docs/reference/metrics.md")));
        Map<String, Row> rows = new TreeMap<>();
        while (matcher.find()) {
            Set<String> tags = new TreeSet<>();
            Matcher tag = Pattern.compile("`(\\w+)`").matcher(matcher.group(4));
            while (tag.find()) {
                tags.add(tag.group(1));
            }
            rows.put(matcher.group(1), new Row(matcher.group(2), matcher.group(3), tags));
        }
        return rows;
    }

    /** A source that also reports the requests that wait for its workers. */
    private static final class Queued extends SilentSource {
        @Override
        public String name() {
            return "queued";
        }

        @Override
        public SourceLoad load() {
            return new SourceLoad(1, 1, 4, 2);
        }
    }
}
