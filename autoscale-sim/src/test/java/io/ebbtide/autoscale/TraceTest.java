package io.ebbtide.autoscale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TraceTest {
    @TempDir
    Path folder;

    private Path file(String content) throws IOException {
        return Files.writeString(folder.resolve("trace"), content);
    }

    private void refused(String content, String message) throws IOException {
        Path file = file(content);

        assertThatIllegalArgumentException().isThrownBy(() -> Trace.file(file)).withMessage(file + message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0,10\n15,20\n30,30\n",
                "time,rate\r\n0,10\r\n15,20\r\n30,30\r\n",
                "\uFEFFtimestamp;rps\n1700000000;10\n1700000015;20\n1700000030;30",
                "1700000000000\t10\n1700000015000\t20\n1700000030000\t30\n",
                "1700000000000000,10\n1700000015000000,20\n1700000030000000,30\n",
                "1700000000000000000,10\n1700000015000000000,20\n1700000030000000000,30\n",
                "rate,host,time\n10,a,0\n20,a,15\n30,a,30\n",
                "# of a day\n\n2026-11-29T00:00:00Z,10\n2026-11-29T00:00:15Z,20\n2026-11-29T00:00:30Z,30\n",
                "2026-11-29 00:00:00,\"10\"\n2026-11-29 00:00:15,20\n2026-11-29 00:00:30,30\n",
                "2026-11-29T01:00:00+01:00,10\n2026-11-29T00:00:15+00:00,20\n2026-11-29T00:00:30Z,30\n",
            })
    void csv_anyForm_holdsEachValueUntilTheNext(String content) throws IOException {
        Trace trace = Trace.file(file(content));

        assertThat(trace.length()).isEqualTo(Duration.ofSeconds(45));
        assertThat(trace.rate(0)).isEqualTo(10);
        assertThat(trace.rate(14)).isEqualTo(10);
        assertThat(trace.rate(15)).isEqualTo(20);
        assertThat(trace.rate(44)).isEqualTo(30);
        assertThat(trace.requests()).isEqualTo(15 * 60);
    }

    @Test
    void csv_columnsThatAreNotKnown_areRefused_andAFirstRowWithANumberIsARow() throws IOException {
        refused(
                "timestamp,latency_ms,throughput\n0,5,10\n15,5,10\n",
                ":1: columns 'timestamp,latency_ms,throughput' (expected: of more than two, one of time, timestamp, ts, date,"
                        + " datetime, seconds and one of rate, rps, requests, requests_per_second, value, qps)");
        refused(
                "oops,999\n0,10\n15,10\n",
                ":1: time 'oops' (expected: seconds, milliseconds or microseconds of the epoch, or ISO 8601)");
    }

    @Test
    void prometheus_seriesOfOneSample_isPartOfTheSum() throws IOException {
        String answer = "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":["
                + "{\"metric\":{},\"values\":[[0,\"10\"],[15,\"10\"]]}%s]}}";

        Trace trace = Trace.file(file(answer.formatted(",{\"metric\":{},\"values\":[[15,\"5\"]]}")));

        assertThat(trace.rate(14)).isEqualTo(10);
        assertThat(trace.rate(15)).isEqualTo(15);
        assertThat(trace.rate(16)).isEqualTo(10);
        refused(
                answer.formatted("").replace(",[15,\"10\"]", ""),
                ": 1 series of 1 row (expected: at least one with 2 rows)");
    }

    @Test
    void csv_rowsWithinAStep_areItsMean() throws IOException {
        Trace trace = Trace.file(file("0,10\n0.25,30\n0.5,0\n0.75,40\n1,8\n1.5,4\n"));

        assertThat(trace.rate(0)).isEqualTo(20);
        assertThat(trace.rate(1)).isCloseTo(6, within(2.1));
    }

    @Test
    void csv_negative_isRefusedByItsLine() throws IOException {
        refused("0,10\n15,-1\n", ":2: -1.0 requests in a second (expected: 0 to 1e9)");
    }

    @Test
    void csv_noNumber_isRefusedByItsLine() throws IOException {
        refused("0,10\n15,NaN\n", ":2: NaN requests in a second (expected: 0 to 1e9)");
        refused("0,10\n15,many\n", ":2: 'many' (expected: requests in a second, a number)");
        refused("0,10\n15\n", ":2: '15' (expected: a time, a comma, requests in a second)");
    }

    @Test
    void csv_clockGoingBack_isRefused() throws IOException {
        refused(
                "0,10\n15,10\n14,10\n",
                ":3: time 14 is not after 15 of the row before (expected: rows in the order of time); sort them");
        refused(
                "0,10\n15,10\n15,10\n",
                ":3: time 15 is not after 15 of the row before (expected: rows in the order of time); sort them");
    }

    @Test
    void csv_gap_isRefused_unlessItIsAllowed() throws IOException {
        String content = "0,10\n15,10\n1000,10\n";

        refused(
                content,
                ":3: a gap of 985 s before this row (expected: at most 300 s); fill it, or allow it by --max-gap, then "
                        + "the value before it holds");
        assertThat(Trace.file(file(content), Steps.USUAL, Duration.ofHours(1)).length())
                .isEqualTo(Duration.ofSeconds(1015));
    }

    @Test
    void csv_wideInterval_isNoGap() throws IOException {
        assertThat(Trace.file(file("0,10\n600,10\n1200,10\n")).length()).isEqualTo(Duration.ofMinutes(30));
    }

    @Test
    void csv_badTime_isRefused() throws IOException {
        refused(
                "0,10\n2026-13-01T00:00:00Z,1\n",
                ":2: time '2026-13-01T00:00:00Z' (expected: seconds, milliseconds or microseconds of the epoch, or ISO 8601)");
    }

    @Test
    void csv_tooFewRows_areRefused() throws IOException {
        refused("", ": 0 row(s) with a time and a number (expected: at least 2)");
        refused("time,rate\n0,10\n", ": 1 row(s) with a time and a number (expected: at least 2)");
    }

    @Test
    void csv_endlessLine_isRefused_beforeItFillsMemory() throws IOException {
        refused("x".repeat(100_000), ":1: more than 65,536 characters (expected: a time and requests in a second)");
    }

    @Test
    void csv_yearsInSeconds_areRefused() throws IOException {
        Path file = file("0,1\n100000000,1\n200000000,1\n");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Trace.file(file))
                .withMessage(
                        "%s: 100,000,000 steps of 1 s (expected: at most 12,000,000); choose a longer --step, or a shorter part",
                        file);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0,10\n15,20\n",
                "{\"data\":{\"result\":[{\"values\":[[0,\"10\"],[15,\"20\"]]}]}}",
            })
    void namedPipe_isReadOnce(String content) throws Exception {
        Path pipe = folder.resolve("pipe");
        assumeThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        var writer = new FutureTask<>(() -> Files.writeString(pipe, content));
        var thread = new Thread(writer, "writer");
        thread.setDaemon(true);
        thread.start();

        Trace trace = Trace.file(pipe);

        writer.get();
        assertThat(trace.length()).isEqualTo(Duration.ofSeconds(30));
        assertThat(trace.requests()).isEqualTo(15 * 30);
    }

    @Test
    void folder_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Trace.file(folder))
                .withMessage(folder + ": a folder (expected: a trace as CSV, or Prometheus' answer to a range query)");
    }

    @ParameterizedTest
    @CsvSource({
        "PT0S, 0 s",
        "PT0.0001S, 0.1 ms",
        "PT0.05S, 50 ms",
        "PT30S, 30 s",
        "PT20M, 20 min",
        "PT20M45S, 20 min 45 s",
        "PT24H, 1 d",
        "P7DT1.5S, 7 d 1 s 500 ms",
        "PT-1M, -1 min"
    })
    void length_isWrittenWhole(Duration length, String text) {
        assertThat(Times.text(length)).isEqualTo(text);
    }

    @Test
    void length_thatHasNoOpposite_isWrittenAsText() {
        assertThat(Times.text(Duration.ofSeconds(Long.MIN_VALUE))).isEqualTo("-106751991167300 d 15 h 30 min 7 s");
        assertThat(Times.text(Duration.ofSeconds(Long.MAX_VALUE, 999_999_999)))
                .isEqualTo("106751991167300 d 15 h 30 min 7 s 999 ms");
    }

    @Test
    void noFile_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Trace.file(folder.resolve("none")))
                .withMessageEndingWith(
                        "none: no such file (expected: a trace as CSV, or Prometheus' answer to a range query)");
    }

    @Test
    void prometheus_severalSeries_areAddedUp() throws IOException {
        Trace trace = Trace.file(file("""
                {"status":"success","data":{"resultType":"matrix","result":[
                  {"metric":{"pod":"a"},"values":[[1700000000,"10"],[1700000015,"20"]]},
                  {"metric":{"pod":"b"},"values":[[1700000015,"5"],[1700000030,"6.5"]]}
                ]}}
                """));

        assertThat(trace.length()).isEqualTo(Duration.ofSeconds(45));
        assertThat(trace.rate(0)).isEqualTo(10);
        assertThat(trace.rate(15)).isEqualTo(25);
        assertThat(trace.rate(30)).isEqualTo(6.5);
    }

    @Test
    void prometheus_laterSeriesThatBeginsEarlier_isInPlace() throws IOException {
        Trace trace = Trace.file(file("""
                {"status":"success","data":{"resultType":"matrix","result":[
                  {"metric":{},"values":[[1700000015,"5"],[1700000030,"5"]]},
                  {"metric":{},"values":[[1700000000,"1"],[1700000015,"1"]]}
                ]}}
                """));

        assertThat(trace.rate(0)).isEqualTo(1);
        assertThat(trace.rate(15)).isEqualTo(6);
        assertThat(trace.rate(44)).isEqualTo(5);
    }

    @Test
    void prometheus_otherAnswers_areRefused() throws IOException {
        String expected = " (expected: the answer to a range query, resultType matrix, with at least one series)";
        refused(
                "{\"status\":\"error\",\"error\":\"query timed out\"}",
                ": Prometheus reports: query timed out" + expected);
        refused(
                "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[]}}",
                ": resultType vector" + expected);
        refused(
                "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[]}}",
                ": no series" + expected);
        refused("{}", ": no series" + expected);
    }

    @Test
    void prometheus_brokenJson_isRefusedByItsLine() throws IOException {
        Path file = file("{\"data\":\n {\"result\": [}");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Trace.file(file))
                .withMessageStartingWith(file + ":2: not JSON: ");
    }

    @Test
    void prometheus_valueNaN_isRefused() throws IOException {
        Path file = file("{\"data\":{\"result\":[{\"values\":[[1,\"1\"],[2,\"NaN\"]]}]}}");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Trace.file(file))
                .withMessage(file + " (series 1):1: NaN requests in a second (expected: 0 to 1e9)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "spike:base=100,peak=1000,at=10s,for=5s,length=60s | 9 | 100 | 10 | 1000 | 10500",
                "ramp:from=0,to=100,at=10s,over=10s,length=60s | 10 | 0 | 15 | 50 | 4450",
                "sawtooth:low=0,high=10,period=10s,length=20s | 0 | 0 | 19 | 9 | 90",
                "constant:rate=7,length=10s | 0 | 7 | 9 | 7 | 70",
                "day:low=0,high=100,length=24h | 14400 | 0 | 57600 | 100 | 4320000",
            })
    void shape_hasItsValues(String shape, int one, double atOne, int other, double atOther, double requests) {
        Trace trace = Trace.shape(shape);

        assertThat(trace.rate(one)).isEqualTo(atOne);
        assertThat(trace.rate(other)).isEqualTo(atOther);
        assertThat(trace.requests()).isCloseTo(requests, within(1.0));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "wave | wave: shape 'wave' (expected: spike, ramp, sawtooth, constant or day, a colon, and its numbers)",
                "spike:base=1 | spike:base=1: peak is missing (expected: peak=<requests in a second>)",
                "constant:rate=-1 | constant:rate=-1: rate: '-1' (expected: 0 to 1e9 requests in a second)",
                "constant:rate=1,length=5 | constant:rate=1,length=5: length: '5' (expected: a duration, such as 90s or 10m)",
                "constant:rate=1,size=5 | constant:rate=1,size=5: unknown: size",
                "spike:base=1,peak=2,at=50m | spike:base=1,peak=2,at=50m: at: 3000 s (expected: before the end, which is at 2400 s); "
                        + "set a longer length",
                "constant:rate | constant:rate: 'rate' (expected: name=number, separated by commas)",
            })
    void shape_wrong_isRefused(String shape, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Trace.shape(shape))
                .withMessage(message);
    }

    /** The file has 170 MB; what is kept of it has 40. */
    @Test
    @Tag("full")
    void csv_tenMillionRows_inBoundedMemory() throws IOException {
        Path file = folder.resolve("large.csv");
        try (BufferedWriter writer = Files.newBufferedWriter(file)) {
            for (int i = 0; i < 10_000_000; i++) {
                writer.write(1_700_000_000L + i + "," + i % 100 + "\n");
            }
        }

        Trace trace = Trace.file(file);

        assertThat(trace.steps()).isEqualTo(10_000_000);
        assertThat(trace.requests()).isEqualTo(10_000_000 / 100 * 4950.0);
    }
}
