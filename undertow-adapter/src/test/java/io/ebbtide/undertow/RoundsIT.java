package io.ebbtide.undertow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ebbtide.Ebbtide;
import io.ebbtide.testkit.LoadResult;
import io.ebbtide.testkit.StrictLoad;
import io.ebbtide.testkit.WireConnection;
import io.ebbtide.testkit.WireRequest;
import io.undertow.Undertow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Services that start, serve and close, one after the other in one JVM, and leave neither threads nor open files. */
@Isolated("it looks at the threads of the whole JVM")
final class RoundsIT {
    private static final int WARM_UP = 5;
    private static final int CLIENTS = 4;
    private static final Path OPEN_FILES = Path.of("/proc/self/fd");
    private static final Duration SOON = Duration.ofSeconds(60);

    /** What a leak would make grow. */
    private record Held(List<String> threads, List<String> files) {
        static Held now() {
            List<String> threads = Thread.getAllStackTraces().keySet().stream()
                    .map(Thread::getName)
                    .sorted()
                    .toList();
            return new Held(threads, openFiles());
        }

        /** What was not there before; what other tests had left may have ended since. */
        List<String> moreThan(Held before) {
            List<String> more = new ArrayList<>(threads);
            more.addAll(files);
            before.threads().forEach(more::remove);
            before.files().forEach(more::remove);
            return more;
        }

        private static List<String> openFiles() {
            try (Stream<Path> files = Files.list(OPEN_FILES)) {
                return files.map(Held::target).sorted().toList();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Without the number of a socket or pipe, which says nothing. */
        private static String target(Path file) {
            try {
                return Files.readSymbolicLink(file).toString().replaceAll("\\[.*", "");
            } catch (IOException e) {
                return "closed before it was read";
            }
        }
    }

    @Test
    void tenRounds_closeEverything() throws Exception {
        rounds(10);
    }

    @Test
    @Tag("full")
    void twoHundredRounds_closeEverything() throws Exception {
        rounds(200);
    }

    private static void rounds(int count) throws Exception {
        assumeTrue(Files.isDirectory(OPEN_FILES), "this system has no /proc/self/fd, the list of open files");
        long sent = 0;
        for (int i = 0; i < WARM_UP; i++) {
            sent += round();
        }
        Held before = Held.now();
        for (int i = 0; i < count; i++) {
            sent += round();
        }

        Awaitility.await() // the last connections and threads may still be about to end
                .pollInSameThread()
                .atMost(SOON)
                .untilAsserted(() -> assertThat(Held.now().moreThan(before)).isEmpty());
        Held after = Held.now();
        System.out.printf(
                "rounds: %d in one JVM, %d requests, 0 lost; threads %d before, %d after; open files %d before, %d after%n",
                count,
                sent,
                before.threads().size(),
                after.threads().size(),
                before.files().size(),
                after.files().size());
    }

    private static long round() throws Exception {
        var listener = Undertow.builder().addHttpListener(0, "127.0.0.1");
        var source = UndertowSource.of(listener, new TimedHandler());
        Ebbtide service =
                Ebbtide.builder("round").serve(source).management(0).build().start();
        StrictLoad load = StrictLoad.start(source.port(), CLIENTS, number -> WireRequest.get("/work/" + number % 4));
        try (WireConnection idle = WireConnection.open(source.port(), SOON)) {
            assertThat(idle.exchange("GET", "/work/0").status()).isEqualTo(200);
            assertThat(WireConnection.get(service.managementPort(), "/health/ready")
                            .status())
                    .isEqualTo(200);
            Awaitility.await().pollInterval(Duration.ofMillis(2)).atMost(SOON).until(() -> load.sent() >= 20);
            load.stop();
            LoadResult result = load.await(SOON);
            service.close();

            assertThat(result.lost()).isEmpty();
            assertThat(result.answered()).isEqualTo(result.sent());
            assertThat(idle.isEnded()).isTrue();
            return result.sent();
        }
    }
}
