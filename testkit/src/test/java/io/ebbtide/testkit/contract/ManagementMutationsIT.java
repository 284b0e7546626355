package io.ebbtide.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.Ebbtide;
import io.ebbtide.testkit.WireConnection;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** The management server has no bare server beside it: a table of what RFC 9112 expects takes its place. */
@Isolated("it looks at what the whole JVM logs, and at its threads")
final class ManagementMutationsIT {
    private static final Duration HANG = Duration.ofSeconds(60);
    private static final long MAX_GROWTH_BYTES = 16L * 1024 * 1024;
    private static final Set<Integer> STATUSES = Set.of(200, 400, 404, 405, 411, 413, 431, 505);
    private static final Pattern ESCAPE = Pattern.compile("\\\\(?:u([0-9a-f]{4})|[rnt])");
    private static final int MAX_PIPELINED = 4;

    private record Row(String request, int status, boolean stays) {
        static Row of(String line) {
            String[] cells = line.split("\t", -1);
            return new Row(unescaped(cells[0]), Integer.parseInt(cells[1]), cells[2].equals("stays"));
        }
    }

    private static List<Row> table() {
        try (InputStream in = Objects.requireNonNull(ManagementMutationsIT.class.getResourceAsStream("rfc9112.tsv"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(Row::of)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String unescaped(String text) {
        return ESCAPE.matcher(text).replaceAll(found -> {
            String hex = found.group(1);
            String plain =
                    hex == null ? found.group().translateEscapes() : Character.toString(Integer.parseInt(hex, 16));
            return Matcher.quoteReplacement(plain);
        });
    }

    @Test
    void table_isWhatTheManagementServerAnswers() throws Exception {
        try (Ebbtide service = start()) {
            for (Row row : table()) {
                Answers answers = ask(service, List.of(bytes(row.request())));

                assertThat(answers.statuses())
                        .as(row.request())
                        .isEqualTo(row.status() == 0 ? List.of() : List.of(row.status()));
            }
        }
    }

    @Test
    void mutatedRequests_areAnsweredByTheTable() throws Exception {
        run(Long.getLong("mutations", 4_000), 1);
    }

    @Test
    @Tag("full")
    void mutatedRequests_aMillionOfThem_areAnsweredByTheTable() throws Exception {
        run(Long.getLong("mutations.full", 1_000_000), System.nanoTime());
    }

    private static void run(long requests, long given) throws Exception {
        long seed = Long.getLong("mutations.seed", given);
        var random = new Random(seed);
        var mutants = new Mutants(seed);
        List<Row> table = table();
        long sent = 0;
        try (Ebbtide service = start();
                LogLines lines = LogLines.capture()) {
            long heapBefore = 0;
            int threadsBefore = 0;
            while (sent < requests) {
                if (threadsBefore == 0 && sent >= requests / 5) {
                    heapBefore = heapInUse();
                    threadsBefore = Thread.getAllStackTraces().size();
                }
                sent += random.nextBoolean()
                        ? byTheTable(service, table, random, seed)
                        : anything(service, mutants.next(), seed);
            }
            long grown = heapInUse() - heapBefore;
            int moreThreads = Thread.getAllStackTraces().size() - threadsBefore;
            System.out.printf(
                    "management server: seed %d, %,d mutated requests, 0 differ; heap %+,d KiB, threads %+d, kinds of lines"
                            + " above DEBUG: %d%n",
                    seed, sent, grown / 1024, moreThreads, lines.soFar().size());
            assertThat(lines.soFar()).isEqualTo(new TreeSet<>());
            assertThat(moreThreads).isLessThanOrEqualTo(2);
            assertThat(grown).isLessThanOrEqualTo(MAX_GROWTH_BYTES);
        }
    }

    /** Mutations that change nothing of the expectation: what follows, further headers, a query, how it is split. */
    private static int byTheTable(Ebbtide service, List<Row> table, Random random, long seed) throws IOException {
        int count = 1 + random.nextInt(MAX_PIPELINED);
        var text = new StringBuilder();
        List<Integer> expected = new ArrayList<>();
        boolean open = true;
        for (int i = 0; i < count; i++) {
            Row row = table.get(random.nextInt(table.size()));
            boolean isLast = row.status() == 0 || i == count - 1;
            text.append(withMore(row.request(), random));
            if (open && row.status() != 0) {
                expected.add(row.status());
            }
            open = open && row.stays();
            if (isLast) {
                break; // the next one would complete it
            }
        }
        byte[] bytes = bytes(text.toString());
        int at = random.nextInt(bytes.length);
        List<byte[]> parts = List.of(Arrays.copyOf(bytes, at), Arrays.copyOfRange(bytes, at, bytes.length));
        var mutant = new Mutant(parts, count, false);

        assertThat(ask(service, parts).statuses())
                .as("-Dmutations.seed=%d: %s", seed, mutant)
                .isEqualTo(expected);
        return count;
    }

    private static String withMore(String request, Random random) {
        int line = request.indexOf("HTTP/1.1\r\n");
        if (line < 0 || random.nextBoolean()) {
            return request;
        }
        int at = line + "HTTP/1.1\r\n".length();
        String header = "X-%d: %s\r\n".formatted(random.nextInt(10), "~".repeat(random.nextInt(200)));
        return request.substring(0, at) + header + request.substring(at);
    }

    /** No table knows the answer, but which ones there are: none is a failure of the server, and each connection ends. */
    private static int anything(Ebbtide service, Mutant mutant, long seed) throws IOException {
        if (mutant.isReset()) {
            try (WireConnection client = WireConnection.open(service.managementPort(), HANG)) {
                for (byte[] part : mutant.parts()) {
                    client.send(part);
                }
                client.abort();
            } catch (IOException e) {
                // refused and closed before it was sent
            }
            return mutant.requests();
        }
        assertThat(STATUSES)
                .as("-Dmutations.seed=%d: %s", seed, mutant)
                .containsAll(ask(service, mutant.parts()).statuses());
        return mutant.requests();
    }

    private static Answers ask(Ebbtide service, List<byte[]> parts) throws IOException {
        try (WireConnection client = WireConnection.open(service.managementPort(), HANG)) {
            return Answers.to(client, parts);
        }
    }

    private static Ebbtide start() {
        return Ebbtide.builder("mutations").management(0).build().start();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static long heapInUse() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
