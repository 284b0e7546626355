package io.ebbtide.examples.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

final class LoadCommandTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

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
                "--url http://127.0.0.1/ --duration 10 | expected: a number with a unit such as 500ms, 30s or 2m",
                "--url http://127.0.0.1/ --duration 25h | --duration: PT25H (expected: at most 24 h)",
                "--url http://127.0.0.1/ --duration 0s | --duration: PT0S",
                "--url http://127.0.0.1/ --retries 11 | --retries: 11 (expected:",
                "--url http://127.0.0.1/ --body x | --body: set (expected: none with --method GET)",
                "--url http://127.0.0.1/ --method BREW | --method: BREW (expected: one of GET,",
                "--url http://127.0.0.1/ --kubectl shop | --kubectl: shop (expected: NAMESPACE/DEPLOYMENT)",
                "--url http://127.0.0.1/ --kubectl shop/../x | --kubectl: shop/../x (expected: NAMESPACE/DEPLOYMENT)",
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
    void aRun_thatIsAnsweredWith404_missesAThreshold_andShowsNoSecret() throws IOException {
        var asked = new AtomicInteger();
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

            assertThat(code).isEqualTo(1);
        } finally {
            server.stop(0);
        }
        assertThat(asked).hasValue(20);
        assertThat(out.toString())
                .contains("ok    requests lost: 0 of 20 (expected: at most 0)")
                .contains("FAIL  answers with status 4xx: 20 (expected: at most 0)")
                .contains("A threshold is missed")
                .doesNotContain("hush");
        assertThat(Files.readString(folder.resolve("report.html")))
                .contains("threshold missed")
                .doesNotContain("hush");
    }

    private int execute(String... arguments) {
        CommandLine command = LoadCommand.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(arguments);
    }
}
