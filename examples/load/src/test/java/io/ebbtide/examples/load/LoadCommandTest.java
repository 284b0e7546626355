package io.ebbtide.examples.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

final class LoadCommandTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final AtomicInteger asked = new AtomicInteger();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--url http://192.0.2.1/ | --url: 192.0.2.1 is not on this machine (expected: a loopback address, or --allow-remote",
                "--profile spike | --url, --dry-run: none (expected: one of them)",
                "--dry-run --url http://127.0.0.1/ | --url, --dry-run: both (expected: one of them)",
                "--url ftp://127.0.0.1/ | --url: ftp://127.0.0.1 (expected: http://host or https://host)",
                "--url http://me:secret@127.0.0.1/ | --url: one with user info (expected: one without",
                "--url http://127.0.0.1/ --profile wave | (expected: ramp, spike, sawtooth, soak or retry-storm)",
                "--url http://127.0.0.1/ --rate 0 | --rate: 0.0 (expected: > 0 and at most 10000 requests per second)",
                "--url http://127.0.0.1/ --rate NaN | --rate: NaN (expected: > 0",
                "--url http://127.0.0.1/ --factor 0.5 | --factor: 0.5 (expected: 1 to 1000)",
                "--url http://127.0.0.1/ --duration 10 | (expected: a number with a unit such as 500ms, 30s or 2m",
                "--url http://127.0.0.1/ --duration 25h | --duration: 1500 min (expected: at most 24 h)",
                "--url http://127.0.0.1/ --duration 0s | --duration: 0 ms (expected: at least 1 ms, at most 24 h)",
                "--url http://127.0.0.1/ --retries 11 | --retries: 11 (expected:",
                "--url http://127.0.0.1/ --body x | --body: set (expected: none with --method GET)",
                "--url http://127.0.0.1/ --method BREW | --method: BREW (expected: one of GET,",
                "--url http://127.0.0.1/ --kubectl shop | --kubectl: shop (expected: NAMESPACE/DEPLOYMENT)",
                "--url http://127.0.0.1/ --kubectl shop/../x | --kubectl: shop/../x (expected: NAMESPACE/DEPLOYMENT)",
                "--url http://127.0.0.1/ --timeout 0s | --timeout: 0 ms (expected: 1 ms to 5 min)",
                "--url http://127.0.0.1/ --max-p99 0s | --max-p99: 0 ms (expected: at least 1 ms)",
                "--url http://127.0.0.1/ --context prod | --context: without --kubectl (expected: with it)",
                "--dry-run --header A=secret | --header: with --dry-run, whose requests, target and replicas are its own (expected: with --url)",
                "--dry-run --kubectl a/b | --kubectl: with --dry-run, whose requests, target and replicas are its own (expected: with --url)",
                "--url http://127.0.0.1/ --plant-lame-duck-0 | --plant-lame-duck-0: without --dry-run (expected: with it)",
            })
    void wrongUsage_isExitCode2_andSaysWhatWasExpected(String arguments, String message) {
        assertThat(execute(arguments.split(" "))).isEqualTo(2);

        assertThat(err.toString()).contains(message).doesNotContain("secret");
    }

    @Test
    void aTargetWhereNothingListens_isExitCode3_andNothingIsSent() throws IOException {
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }

        assertThat(execute("--url", "http://127.0.0.1:" + port + "/")).isEqualTo(3);

        assertThat(err.toString()).contains("nothing listens on 127.0.0.1:" + port);
    }

    @Test
    void wrongUsage_isOneLine_andAHint() {
        assertThat(execute("--url", "http://127.0.0.1/", "--duration", "10")).isEqualTo(2);

        assertThat(err.toString().lines())
                .containsExactly(
                        "load: Invalid value for option '--duration': '10' (expected: a number with a unit such as 500ms, 30s or 2m, "
                                + "or PT30S)",
                        "--help prints all options.");
    }

    @Test
    void anError_hasAMessage_andAnotherCodeThanAJvmThatDoesNotStart() {
        CommandLine command = LoadCommand.commandLine();
        command.setOut(new PrintWriter(new FailingWriter() {
            @Override
            void fail() {
                throw new StackOverflowError("too deep");
            }
        }));
        command.setErr(new PrintWriter(err, true));

        assertThat(LoadCommand.execute(command, "--help")).isEqualTo(3);

        assertThat(err)
                .hasToString("load: internal error, nothing was measured: java.lang.StackOverflowError: too deep%n"
                        .formatted());
    }

    @Test
    void standardOutputThatIsFull_isAnError() {
        CommandLine command = LoadCommand.commandLine();
        command.setOut(new PrintWriter(new FailingWriter() {
            @Override
            void fail() throws IOException {
                throw new IOException("No space left on device");
            }
        }));
        command.setErr(new PrintWriter(err, true));

        assertThat(LoadCommand.execute(command, "--help")).isEqualTo(3);

        assertThat(err)
                .hasToString(
                        "load: standard output: cannot be written (expected: room for it, and a reader that reads to its end)%n"
                                .formatted());
    }

    /** Fails at the first character. */
    private abstract static class FailingWriter extends Writer {
        abstract void fail() throws IOException;

        @Override
        public void write(char[] text, int from, int length) throws IOException {
            fail();
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    @Test
    void aLogThatCannotBeWritten_isNamed_beforeAnythingIsSent() throws IOException {
        assumeThat(Path.of("/dev/full")).exists();
        Path log = Files.createSymbolicLink(folder.resolve("timeline.csv"), Path.of("/dev/full"));

        assertThat(executeAgainst(200)).isEqualTo(3);

        assertThat(asked).hasValue(0);
        assertThat(err)
                .hasToString(
                        "load: %s cannot be written: No space left on device (expected: a folder that can be written, and room in it; see --out)%n"
                                .formatted(log));
    }

    @Test
    void aReportThatCannotBeWritten_isNamed_afterTheFindings() throws IOException {
        assumeThat(Path.of("/dev/full")).exists();
        Path report = Files.createSymbolicLink(folder.resolve("report.html"), Path.of("/dev/full"));

        assertThat(executeAgainst(200)).isEqualTo(3);

        assertThat(out.toString()).contains("ok    requests lost: 0 of 20 (expected: at most 0)");
        assertThat(err)
                .hasToString(
                        "load: %s cannot be written: No space left on device (expected: a folder that can be written, and room in it; see --out)%n"
                                .formatted(report));
    }

    @Test
    void redirects_exceedAThreshold() throws IOException {
        assertThat(executeAgainst(302)).isEqualTo(4);

        assertThat(out.toString())
                .contains("FAIL  answers with status 3xx, which is not followed, or 4xx: 20 (expected: at most 0)");
    }

    /** JMeter reads a schedule, and clients a URL: both have digits. */
    @Test
    @ResourceLock(value = Resources.LOCALE, mode = ResourceAccessMode.READ_WRITE)
    void defaultLocale_changesNothing() throws IOException {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));

            assertThat(executeAgainst(200)).isZero();
        } finally {
            Locale.setDefault(before);
        }
        assertThat(out.toString())
                .contains(
                        "at most 20 requests per second; stops by itself",
                        "ok    requests ended: 20 of 20 planned (expected: all)");
        assertThat(out.toString().chars()).allMatch(each -> each < 128);
    }

    private int executeAgainst(int status) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        server.createContext("/", exchange -> {
            asked.incrementAndGet();
            if (status == 302) {
                exchange.getResponseHeaders().set("Location", "http://127.0.0.1:1/login");
            }
            exchange.sendResponseHeaders(status, -1);
        });
        server.start();
        try {
            return execute(
                    "--url",
                    "http://127.0.0.1:" + server.getAddress().getPort() + "/",
                    "--profile",
                    "soak",
                    "--duration",
                    "1s",
                    "--out",
                    folder.toString());
        } finally {
            server.stop(0);
        }
    }

    @Test
    void aRun_thatIsAnsweredWith404_missesAThreshold_andShowsNoSecret() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        server.createContext("/", exchange -> {
            asked.incrementAndGet();
            exchange.sendResponseHeaders(404, -1);
        });
        server.start();
        try {
            int code = execute(
                    "--url",
                    "http://127.0.0.1:" + server.getAddress().getPort() + "/gone?token=hush",
                    "--header",
                    "Authorization=hush",
                    "--profile",
                    "soak",
                    "--duration",
                    "1s",
                    "--out",
                    folder.toString());

            assertThat(code).isEqualTo(4);
        } finally {
            server.stop(0);
        }
        assertThat(asked).hasValue(20);
        assertThat(out.toString())
                .contains("ok    requests lost: 0 of 20 (expected: at most 0)")
                .contains("FAIL  answers with status 3xx, which is not followed, or 4xx: 20 (expected: at most 0)")
                .contains("A threshold is exceeded")
                .doesNotContain("hush");
        assertThat(Files.readString(folder.resolve("report.html")))
                .contains("threshold exceeded")
                .doesNotContain("hush");
    }

    private int execute(String... arguments) {
        CommandLine command = LoadCommand.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return LoadCommand.execute(command, arguments);
    }
}
