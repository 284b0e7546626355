package io.ebbtide.autoscale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

final class AutoscaleCommandTest {
    private static final String SPIKE = "spike:base=200,peak=2000,at=10m,for=10m,length=40m";

    @TempDir
    Path folder;

    /** The result of one call. */
    private record Called(int code, String out, String err) {}

    private static Called call(String... arguments) {
        return callWith(Manifests.DEPLOYMENT + "---\n" + Manifests.hpa(2, 20, Manifests.cpu(70)), arguments);
    }

    private static Called callWith(String manifests, String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        CommandLine command = AutoscaleCommand.commandLine(
                        new ByteArrayInputStream(manifests.getBytes(StandardCharsets.UTF_8)))
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err));
        int code = AutoscaleCommand.execute(command, arguments);
        return new Called(code, out.toString(), err.toString());
    }

    private static String row(Called called, String label) {
        return called.out()
                .lines()
                .filter(each -> each.startsWith(label + "  "))
                .findFirst()
                .orElseThrow(() -> new AssertionError(label + " in\n" + called.out()));
    }

    @Test
    void spike_prints_theNumbersOfTheManifest() {
        Called called = call("-", "--shape", SPIKE);

        assertThat(called.code()).isZero();
        assertThat(called.err()).isEmpty();
        assertThat(called.out())
                .startsWith("HorizontalPodAutoscaler orders: 2 to 20, cpu 70 %, no behavior section")
                .contains("1560000 requests, at most 2000.0 in a second")
                .contains("a deleted pod serves for another 15 s and drains for at most 29 s");
        assertThat(row(called, "manifest")).contains("2-18");
    }

    @Test
    void compareBehaviors_hasTheGuideKubernetesAndTheTemplates() {
        Called called = call("-", "--shape", SPIKE, "--compare", "behaviors");

        assertThat(row(called, "moderate")).isNotEqualTo(row(called, "Kubernetes' default"));
        assertThat(row(called, "templates")).isNotEmpty();
        assertThat(called.out())
                .as("the manifest has no behavior section: it is Kubernetes' default")
                .doesNotContain("\nmanifest");
    }

    @Test
    void compareSignals_hasOneRowEach() {
        Called called = call("-", "--shape", SPIKE, "--compare", "signals", "--target-load", "70%");

        Stream.of("manifest", "cpu 71 %", "requests 112", "in-flight 11200m", "utilization 700m", "queue-depth 11200m")
                .forEach(each -> assertThat(row(called, each)).isNotEmpty());
    }

    @Test
    void search_findsWhatMeetsTheGoal_withTheFewestPodHours() {
        Called called = call("-", "--shape", SPIKE, "--search", "--goal", "6%");

        assertThat(called.code()).isZero();
        assertThat(called.out())
                .containsPattern(
                        "\\d+ combinations tried; these meet, with the fewest pod-hours, a loss of at most 6 %");
        double last = 0;
        for (String each :
                called.out().lines().filter(line -> line.startsWith("target ")).toList()) {
            String[] cells = each.strip().split(" {2,}", -1);
            assertThat(Double.parseDouble(cells[2])).as(each).isLessThanOrEqualTo(6.0);
            assertThat(Double.parseDouble(cells[7])).as(each).isGreaterThanOrEqualTo(last);
            last = Double.parseDouble(cells[7]);
        }
        assertThat(last).isPositive();
    }

    @Test
    void compareBehaviors_describesTheManifestsOwn_andNamesItsRow() {
        Called called = callWith(
                Manifests.DEPLOYMENT + "---\n" + Manifests.hpa(2, 20, Manifests.cpu(70)),
                "-",
                "--shape",
                SPIKE,
                "--compare",
                "behaviors");

        assertThat(called.out())
                .startsWith("HorizontalPodAutoscaler orders: 2 to 20, cpu 70 %, no behavior section")
                .contains("the manifests have the row 'Kubernetes' default'");
    }

    @Test
    void failOver_saysWhatWasLostAndAllowed() {
        Called called = call("-", "--shape", SPIKE, "--fail-over", "0.07%");

        assertThat(called.code()).isEqualTo(4);
        assertThat(called.err())
                .matches("ebbtide-autoscale-sim: [0-9.]+ % of the requests lost \\(--fail-over: at most 0.07 %\\)\\R");
    }

    @Test
    void fileThatCannotBeWritten_isNamedWithTheReason() {
        Path page = folder.resolve("none").resolve("page.html");

        refused(
                "--html: %s: no folder %s (expected: a file in a folder that exists)".formatted(page, page.getParent()),
                "-",
                "--shape",
                SPIKE,
                "--html",
                page.toString());
    }

    @Test
    void fileThatIsFull_isNamedWithTheReason() throws IOException {
        assumeThat(Path.of("/dev/full")).exists();
        Path page = Files.createSymbolicLink(folder.resolve("page.html"), Path.of("/dev/full"));

        Called called = call("-", "--shape", "constant:rate=1,length=60s", "--html", page.toString());

        assertThat(called.code()).isEqualTo(2);
        assertThat(called.err())
                .isEqualTo(
                        "ebbtide-autoscale-sim: %s: cannot be written: No space left on device (expected: a file that can be written, and free space)%n"
                                .formatted(page));
    }

    @Test
    void standardOutputThatIsFull_isAnError() {
        var err = new StringWriter();
        var full = new Writer() {
            @Override
            public void write(char[] text, int from, int length) throws IOException {
                throw new IOException("No space left on device");
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        CommandLine command = AutoscaleCommand.commandLine(InputStream.nullInputStream())
                .setOut(new PrintWriter(full))
                .setErr(new PrintWriter(err));

        assertThat(AutoscaleCommand.execute(command, "--version")).isEqualTo(2);

        assertThat(err)
                .hasToString(
                        "ebbtide-autoscale-sim: standard output: cannot be written (expected: free space, and a reader that reads to the end)%n"
                                .formatted());
    }

    @Test
    void error_hasAMessage_andAnotherCodeThanAJvmThatDoesNotStart() {
        var err = new StringWriter();
        var broken = new InputStream() {
            @Override
            public int read() {
                throw new StackOverflowError("too deep");
            }

            @Override
            public int read(byte[] buffer, int from, int length) {
                return read();
            }
        };
        CommandLine command = AutoscaleCommand.commandLine(broken).setErr(new PrintWriter(err));

        int code = AutoscaleCommand.execute(command, "-", "--shape", SPIKE);

        assertThat(code).isEqualTo(3);
        assertThat(err)
                .hasToString(
                        "ebbtide-autoscale-sim: internal error, nothing was simulated: java.lang.StackOverflowError: too deep%n"
                                .formatted());
    }

    private static void refused(String message, String... arguments) {
        Called called = call(arguments);

        assertThat(called.err()).isEqualTo("ebbtide-autoscale-sim: %s%n".formatted(message));
        assertThat(called.code()).isEqualTo(2);
        assertThat(called.out()).isEmpty();
    }

    @Test
    void htmlAndPng_areFilesOfTheirOwn() throws IOException {
        Path load = Files.writeString(folder.resolve("load.csv"), "0,1\n15,1\n");
        String same = folder.resolve("same").toString();

        refused(
                "--html: - (expected: a file; standard output has the numbers, see --format)",
                "-",
                "--shape",
                SPIKE,
                "--html",
                "-");
        refused(
                "--png: - (expected: a file; standard output has the numbers, see --format)",
                "-",
                "--shape",
                SPIKE,
                "--png",
                "-");
        refused(
                "--png: %s is also --html (expected: two files)".formatted(same),
                "-",
                "--shape",
                SPIKE,
                "--html",
                folder.resolve(".").resolve("same").toString(),
                "--png",
                same);
        refused(
                "--html: %s is also --trace (expected: two files)".formatted(load),
                "-",
                "--trace",
                load.toString(),
                "--html",
                load.toString());
        refused(
                "--html: %s: a folder (expected: a file)".formatted(folder),
                "-",
                "--shape",
                SPIKE,
                "--html",
                folder.toString());
        assertThat(load).hasContent("0,1\n15,1\n");
    }

    @Test
    void manifest_isNotReplacedByTheOutput() throws IOException {
        Path manifest = Files.writeString(folder.resolve("all.yaml"), "kind: Nothing");

        refused(
                "--png: %s is also the manifest %s (expected: two files)".formatted(manifest, manifest),
                manifest.toString(),
                "--shape",
                SPIKE,
                "--png",
                manifest.toString());
    }

    /** Each would silently change nothing. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "--search --compare signals | --compare: with --search (expected: one of them; a search tries other behavior sections and targets itself)",
                "--goal 1% | --goal: without --search (expected: with it; --fail-over is the limit of the manifests' own autoscaler)",
                "--compare signals --goal 1% | --goal: without --search (expected: with it; --fail-over is the limit of the manifests' own autoscaler)",
                "--compare behaviors --target-load 50% | --target-load: without --compare signals (expected: with it)",
                "--step 5s | --step: with --shape (expected: with --trace only; a shape has steps of 1 s and no gaps)",
                "--max-gap 5s | --max-gap: with --shape (expected: with --trace only; a shape has steps of 1 s and no gaps)",
                "--queue --max-wait 5s | --max-wait: with --queue (expected: one of them; messages wait without limit)",
                "--signal cpu=arrivals | --signal: cpu=arrivals: HorizontalPodAutoscaler orders has it as a resource (expected: cpu, memory or ignore)",
                "--signal spped=cpu | --signal: spped=cpu: HorizontalPodAutoscaler orders has no metric of this name (expected: one of cpu)",
            })
    void optionThatWouldChangeNothing_isRefused(String options, String message) {
        refused(message, ("- --shape constant:rate=1 " + options).split(" ", -1));
    }

    @Test
    void unknownOption_hasOneLine_andTheNearestOne() {
        Called called = call("-", "--shape", SPIKE, "--serch");

        assertThat(called.code()).isEqualTo(2);
        assertThat(called.err().lines())
                .containsExactly(
                        "ebbtide-autoscale-sim: Unknown option: '--serch'",
                        "Possible solutions: --service-time, --search",
                        "--help prints all options.");
    }

    @Test
    void trace_isReadFromStandardInput() throws IOException {
        Path manifests = Files.writeString(
                folder.resolve("all.yaml"), Manifests.DEPLOYMENT + "---\n" + Manifests.hpa(2, 20, Manifests.cpu(70)));
        String rows = "time,rate\n0,100\n60,100\n120,100\n";

        Called called = callWith(rows, manifests.toString(), "--trace", "-");

        assertThat(called.code()).isZero();
        assertThat(called.out()).contains("<stdin>: 3 min, 18000 requests, at most 100.0 in a second");
        refused("--trace: -, as the manifests (expected: one of them from a file)", "-", "--trace", "-");
    }

    /** Digits and separators are those of the program, not of the machine. */
    @Test
    @ResourceLock(value = Resources.LOCALE, mode = ResourceAccessMode.READ_WRITE)
    void defaultLocale_changesNothing() {
        String[] arguments = {"-", "--shape", SPIKE, "--search", "--goal", "6%"};
        Called expected = call(arguments);
        Called expectedFailure = call("-", "--shape", SPIKE, "--fail-over", "0.07%");
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));

            assertThat(String.format("%d", 7))
                    .as("another digit in this locale")
                    .isNotEqualTo("7");
            assertThat(call(arguments).out()).isEqualTo(expected.out());
            assertThat(call("-", "--shape", SPIKE, "--fail-over", "0.07%")).isEqualTo(expectedFailure);
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void search_namesAllMetrics_inTextAndJson_andItsGoal() {
        String manifests = Manifests.DEPLOYMENT + "---\n"
                + Manifests.hpa(
                        2,
                        20,
                        Manifests.cpu(70)
                                + Manifests.pods("utilization", "700m").replace("metrics:\n", ""));
        String[] arguments = {"-", "--shape", SPIKE, "--search", "--goal", "6%"};

        Called text = callWith(manifests, arguments);
        var asJson = new ArrayList<>(List.of(arguments));
        asJson.addAll(List.of("--format", "json", "--fail-over", "90%"));
        Called json = callWith(manifests, asJson.toArray(String[]::new));

        assertThat(text.out().lines().filter(each -> each.startsWith("target ")))
                .hasSize(5)
                .allMatch(each -> each.matches("target cpu \\d+ %, utilization \\d+m?, min \\d+, behavior .*"));
        assertThat(json.out())
                .containsPattern("\"search\" : \\{\\s+\"goal\" : 0.06,\\s+\"met\" : true,\\s+\"tried\" : \\d+\\s+}")
                .containsPattern("\"failOver\" : \\{\\s+\"limit\" : 0.9,\\s+\"met\" : true\\s+}")
                .containsPattern("\"name\" : \"target cpu \\d+ %, utilization \\d+m?, min \\d+, behavior ");
    }

    @Test
    void metricOfAQueue_hasTheHint_unlessTheLoadIsMessages() {
        String manifests = Manifests.DEPLOYMENT + "---\n" + Manifests.hpa(2, 20, Manifests.pods("queue_depth", "100"));
        String hint =
                "- the load is requests, of which each waits at most 1 s, although a metric is the depth of a queue; for "
                        + "messages, which wait without limit, give --queue (in a test, ServiceModel.withQueue)";

        Called requests = callWith(manifests, "-", "--shape", "constant:rate=1,length=60s");
        Called messages = callWith(manifests, "-", "--shape", "constant:rate=1,length=60s", "--queue");

        assertThat(requests.out().lines()).contains(hint);
        assertThat(messages.out().lines()).doesNotContain(hint);
    }

    @Test
    void nameWithControlCharacters_movesNoCursor() {
        String manifests = (Manifests.DEPLOYMENT + "---\n" + Manifests.hpa(2, 20, Manifests.cpu(70)))
                .replace("name: orders", "name: \"orders\\u001b[2J\"");

        Called called = callWith(manifests, "-", "--shape", SPIKE);

        assertThat(called.out()).doesNotContain("\u001b").contains("orders");
    }

    @Test
    void search_goalOutOfReach_exitsWith4() {
        Called called = callWith(
                Manifests.DEPLOYMENT + "---\n" + Manifests.hpa(1, 2, Manifests.cpu(70)),
                "-",
                "--shape",
                SPIKE,
                "--search",
                "--goal",
                "0.1%");

        assertThat(called.code()).isEqualTo(4);
        assertThat(called.out()).contains("none meets a loss of at most 0.1 %");
    }

    @Test
    void failOver_decidesTheExitCode() {
        assertThat(call("-", "--shape", SPIKE, "--fail-over", "50%").code()).isZero();
        assertThat(call("-", "--shape", SPIKE, "--fail-over", "0.1%").code()).isEqualTo(4);
    }

    @Test
    void json_isForPrograms() {
        Called called = call("-", "--shape", SPIKE, "--format", "json");

        assertThat(called.out())
                .startsWith("{")
                .contains(
                        "\"requests\" : 1560000.0",
                        "\"name\" : \"manifest\"",
                        "\"podHours\" : ",
                        "\"assumptions\" : [");
    }

    @Test
    void html_isOnePage_withItsChartsInside() throws IOException {
        Path page = folder.resolve("page.html");

        Called called = call("-", "--shape", SPIKE, "--compare", "behaviors", "--html", page.toString());

        String html = Files.readString(page);
        assertThat(called.code()).isZero();
        assertThat(html.split("<img ", -1)).hasSize(4);
        assertThat(html.replace("data:image/png;base64,", ""))
                .as("nothing is loaded from elsewhere")
                .doesNotContain("http:", "https:", "<script", "src=\"/", "url(");
        assertThat(html).contains("Kubernetes&#39; default", "default-src 'none'");
    }

    @Test
    void png_showsSomething() throws IOException {
        Path file = folder.resolve("charts.png");

        call("-", "--shape", SPIKE, "--compare", "behaviors", "--png", file.toString());

        BufferedImage image = ImageIO.read(file.toFile());
        Set<Integer> colours = new HashSet<>();
        int[] pixels = image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
        Arrays.stream(pixels).forEach(colours::add);
        assertThat(image.getWidth()).isEqualTo(1200);
        assertThat(colours).as("the lines of three variants").contains(0xFFD55E00, 0xFF0072B2, 0xFF009E73);
    }

    @Test
    void trace_isReadFromAFile() throws IOException {
        Path file = Files.writeString(folder.resolve("load.csv"), "time,rate\n0,100\n300,100\n600,1000\n900,100\n");

        Called called = call("-", "--trace", file.toString(), "--step", "5s");

        assertThat(called.code()).isZero();
        assertThat(called.out()).contains("20 min, 390000 requests, at most 1000.0 in a second");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "--shape constant:rate=1 | manifests: none (expected: files, folders, or - for standard input)",
                "- --shape wave | wave: shape 'wave' (expected: spike, ramp",
                "- | Missing required argument",
                "- --shape constant:rate=1 --trace x.csv | are mutually exclusive",
                "- --trace no-such.csv | no-such.csv: no such file",
                "no-such-folder --shape constant:rate=1 | no-such-folder: no such file",
                "- other.yaml --shape constant:rate=1 | manifests: - together with files (expected: standard input, or files and folders)",
                "- --shape constant:rate=1 --service-time 50 | '50' (expected: a number with a unit such as 500ms",
                "- --shape constant:rate=1 --service-time 0s | serviceTime: 0 s (expected: 0.1 ms to 1 h)",
                "- --shape constant:rate=1 --concurrency 0 | concurrency: 0",
                "- --shape constant:rate=1 --goal 200% | '200%' (expected: 0 to 1, or 0% to 100%",
                "- --shape constant:rate=1 --signal cpu=speed | cpu=speed (expected: arrivals, cpu, in-flight, memory, queue-depth, requests, utilization, or ignore)",
                "- --shape constant:rate=1 --start-up 25h | startUp: 1 d 1 h (expected: 0 s to 1 d)",
                "- --shape constant:rate=1 --rate-window 2h | rateWindow: 2 h (expected: 1 ms to 1 h)",
                "- --shape constant:rate=1 --sync-period 0s | syncPeriod: 0 s (expected: 1 s to 1 h)",
                "- --trace x.csv --step 2h | --step: 2 h (expected: 10 ms to 1 h)",
                "- --shape constant:rate=1 --autoscaler other | autoscaler: 'other' is not the name of an autoscaler (expected: one of HorizontalPodAutoscaler orders)",
                "- --shape constant:rate=1 --signal cpu=ignore | has no metric that is simulated",
            })
    void wrongInput_exitsWith2_andSaysWhatIsExpected(String arguments, String message) {
        Called called = call(arguments.split(" ", -1));

        assertThat(called.code()).isEqualTo(2);
        assertThat(called.err()).contains(message);
        assertThat(called.out()).isEmpty();
    }

    @Test
    void hostileName_isEscapedInThePage() {
        assertThat(HtmlReport.escaped("<b onclick='x'>\"&")).isEqualTo("&lt;b onclick=&#39;x&#39;&gt;&quot;&amp;");
    }
}
