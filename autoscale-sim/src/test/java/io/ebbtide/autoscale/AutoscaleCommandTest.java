package io.ebbtide.autoscale;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
        int code = command.execute(arguments);
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
                .startsWith("HorizontalPodAutoscaler orders: 2 to 20, cpu 70 %, no behavior block")
                .contains("1560000 requests, at most 2000.0 in a second")
                .contains("a deleted pod serves for another 15 s and drains for at most 29 s");
        assertThat(row(called, "manifest")).contains("2-18");
    }

    @Test
    void compareBehaviors_hasTheGuideKubernetesAndTheTemplates() {
        Called called = call("-", "--shape", SPIKE, "--compare", "behaviors");

        assertThat(row(called, "guide")).isNotEqualTo(row(called, "Kubernetes' default"));
        assertThat(row(called, "templates")).isNotEmpty();
        assertThat(called.out())
                .as("the manifest has no block: it is Kubernetes' default")
                .doesNotContain("\nmanifest");
    }

    @Test
    void compareSignals_hasOneRowEach() {
        Called called = call("-", "--shape", SPIKE, "--compare", "signals", "--target-load", "70%");

        Stream.of("manifest", "cpu 71 %", "requests 112", "in-flight 11200m", "utilization 700m", "queue-depth 11200m")
                .forEach(each -> assertThat(row(called, each)).isNotEmpty());
    }

    @Test
    void search_findsWhatMeetsTheGoal_atTheLeastPodHours() {
        Called called = call("-", "--shape", SPIKE, "--search", "--goal", "6%");

        assertThat(called.code()).isZero();
        assertThat(called.out())
                .containsPattern("\\d+ combinations tried; these meet, at the least pod-hours, a loss of at most 6 %");
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
                .startsWith("HorizontalPodAutoscaler orders: 2 to 20, cpu 70 %, no behavior block")
                .contains("the manifests have the row 'Kubernetes' default'");
    }

    @Test
    void failOver_saysWhatWasLostAndAllowed() {
        Called called = call("-", "--shape", SPIKE, "--fail-over", "0.07%");

        assertThat(called.code()).isEqualTo(1);
        assertThat(called.err())
                .matches("ebbtide-autoscale-sim: [0-9.]+ % of the requests lost \\(--fail-over: at most 0.07 %\\)\\R");
    }

    @Test
    void fileThatCannotBeWritten_isNamedWithTheReason() {
        Called called = call(
                "-",
                "--shape",
                SPIKE,
                "--html",
                folder.resolve("none").resolve("page.html").toString());

        assertThat(called.code()).isEqualTo(2);
        assertThat(called.err())
                .isEqualTo(
                        "ebbtide-autoscale-sim: %s: no such file or folder (expected: a file that can be read or written)%n"
                                .formatted(folder.resolve("none").resolve("page.html")));
    }

    @Test
    void nameWithControlCharacters_movesNoCursor() {
        String manifests = (Manifests.DEPLOYMENT + "---\n" + Manifests.hpa(2, 20, Manifests.cpu(70)))
                .replace("name: orders", "name: \"orders\\u001b[2J\"");

        Called called = callWith(manifests, "-", "--shape", SPIKE);

        assertThat(called.out()).doesNotContain("\u001b").contains("orders");
    }

    @Test
    void search_goalOutOfReach_exitsWith1() {
        Called called = callWith(
                Manifests.DEPLOYMENT + "---\n" + Manifests.hpa(1, 2, Manifests.cpu(70)),
                "-",
                "--shape",
                SPIKE,
                "--search",
                "--goal",
                "0.1%");

        assertThat(called.code()).isEqualTo(1);
        assertThat(called.out()).contains("none meets a loss of at most 0.1 %");
    }

    @Test
    void failOver_decidesTheExitCode() {
        assertThat(call("-", "--shape", SPIKE, "--fail-over", "50%").code()).isZero();
        assertThat(call("-", "--shape", SPIKE, "--fail-over", "0.1%").code()).isEqualTo(1);
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
        assertThat(colours).as("the lines of three blocks").contains(0xFFD55E00, 0xFF0072B2, 0xFF009E73);
    }

    @Test
    void trace_isReadFromAFile() throws IOException {
        Path file = Files.writeString(folder.resolve("load.csv"), "time,rate\n0,100\n300,100\n600,1000\n900,100\n");

        Called called = call("-", "--trace", file.toString(), "--step", "5s");

        assertThat(called.code()).isZero();
        assertThat(called.out()).contains("PT20M, 390000 requests, at most 1000.0 in a second");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "--shape constant:rate=1 | no manifests (expected: files, folders, or - for standard input)",
                "- --shape wave | wave: shape 'wave' (expected: spike, ramp",
                "- | Missing required argument",
                "- --shape constant:rate=1 --trace x.csv | are mutually exclusive",
                "- --trace no-such.csv | no-such.csv: no such file",
                "no-such-folder --shape constant:rate=1 | no-such-folder: no such file",
                "- other.yaml --shape constant:rate=1 | standard input beside other manifests",
                "- --shape constant:rate=1 --service-time 50 | '50' (expected: a number with a unit such as 500ms",
                "- --shape constant:rate=1 --service-time 0s | serviceTime: PT0S",
                "- --shape constant:rate=1 --concurrency 0 | concurrency: 0",
                "- --shape constant:rate=1 --goal 200% | '200%' (expected: 0 to 1, or 0% to 100%",
                "- --shape constant:rate=1 --signal cpu=speed | cpu=speed (expected: cpu, ignore, in-flight",
                "- --shape constant:rate=1 --autoscaler other | 'other' is the name of 0",
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
