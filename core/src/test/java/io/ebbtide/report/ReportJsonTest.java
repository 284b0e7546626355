package io.ebbtide.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.ebbtide.budget.GraceBudget;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.lifecycle.LifecycleState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ReportJsonTest {
    private static final ShutdownReport REPORT = new ShutdownReport(
            "orders",
            new ShutdownReport.Cause("SIGTERM", Instant.parse("2026-01-02T03:04:05.678Z")),
            Duration.ofMillis(8_123),
            GraceBudget.of(Duration.ofSeconds(30), GraceBudget.Shares.DERIVED, Duration.ofSeconds(15)),
            Map.of(LifecycleState.LAME_DUCK, Duration.ofSeconds(2), LifecycleState.DRAINING, Duration.ofSeconds(6)),
            new ShutdownReport.Units(61, 7, 66, 1, 1),
            new ShutdownReport.LameDuckEnd(ShutdownReport.LameDuckReason.MAX, "10.0.0.7"),
            new ShutdownReport.Late(
                    7,
                    1,
                    Duration.ofMillis(1_900),
                    2,
                    Duration.ofMillis(700),
                    List.of(new ShutdownReport.Offset(Duration.ofMillis(500), 4), new ShutdownReport.Offset(null, 3)),
                    List.of(new ShutdownReport.LatePeer("10.0.0.7", 7, Duration.ofMillis(1_900)))),
            List.of(new ShutdownReport.Cut(
                    WorkKind.REQUEST, "GET /export", Duration.ofSeconds(41), "worker-1", List.of("a.B.c(B.java:1)"))),
            List.of(new ShutdownReport.Stop(
                    "db", Duration.ofMillis(4), ShutdownReport.Ending.FAILED, "IOException: \"x\"\n")),
            new ShutdownReport.Notes(List.of("listener failed"), List.of("raise EBBTIDE_DRAIN")),
            ExitCode.WORK_CUT);

    @Test
    void json_isOneLineWithEverything() {
        assertThat(REPORT.json())
                .isEqualTo("{\"event\":\"shutdown\",\"version\":1,\"service\":\"orders\",\"reason\":\"SIGTERM\","
                        + "\"outcome\":\"WORK_CUT\",\"exitCode\":81,\"at\":\"2026-01-02T03:04:05.678Z\",\"tookMillis\":8123,"
                        + "\"budgetMillis\":{\"grace\":30000,\"preStop\":0,\"lameDuck\":15000,\"drain\":6000,\"stop\":6000,"
                        + "\"margin\":3000},\"stateMillis\":{\"LAME_DUCK\":2000,\"DRAINING\":6000},\"inFlightAtSignal\":61,"
                        + "\"inFlightArrived\":7,"
                        + "\"inFlightFinished\":66,\"inFlightGivenUp\":1,\"inFlightCut\":1,"
                        + "\"lameDuck\":{\"ended\":\"MAX\",\"heldBy\":\"10.0.0.7\"},"
                        + "\"late\":{\"count\":7,\"refused\":1,\"latestMillis\":1900,\"newConnections\":2,"
                        + "\"latestNewConnectionMillis\":700,\"offsets\":[{\"upToMillis\":500,\"count\":4},{\"count\":3}],"
                        + "\"peers\":[{\"peer\":\"10.0.0.7\",\"count\":7,\"latestMillis\":1900}]},"
                        + "\"cut\":[{\"kind\":\"REQUEST\",\"description\":\"GET /export\",\"ageMillis\":41000,"
                        + "\"thread\":\"worker-1\",\"stack\":[\"a.B.c(B.java:1)\"]}],\"components\":[{\"name\":\"db\","
                        + "\"ending\":\"FAILED\",\"tookMillis\":4,\"detail\":\"IOException: \\\"x\\\"\\n\"}],"
                        + "\"problems\":[\"listener failed\"],\"advice\":[\"raise EBBTIDE_DRAIN\"]}");
    }

    @Test
    void json_isWhatTheSchemaSays() throws Exception {
        JsonSchema schema = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(Files.readString(Path.of("..", "docs", "reference", "shutdown-report.schema.json")));

        assertThat(schema.validate(REPORT.json(), InputFormat.JSON)).isEmpty();
        assertThat(schema.validate(REPORT.json().replace("\"refused\"", "\"declined\""), InputFormat.JSON))
                .as("a report with another field")
                .isNotEmpty();
    }
}
