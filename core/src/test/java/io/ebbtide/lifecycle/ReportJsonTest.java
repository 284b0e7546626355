package io.ebbtide.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.inflight.WorkKind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ReportJsonTest {
    @Test
    void json_isOneLineWithEverything() {
        var report = new ShutdownReport(
                "orders",
                "SIGTERM",
                Instant.parse("2026-01-02T03:04:05.678Z"),
                Duration.ofMillis(8_123),
                GraceBudget.of(Duration.ofSeconds(30), GraceBudget.Shares.DERIVED, Duration.ofSeconds(15)),
                Map.of(LifecycleState.LAME_DUCK, Duration.ofSeconds(2), LifecycleState.DRAINING, Duration.ofSeconds(6)),
                61,
                60,
                new ShutdownReport.LameDuckEnd(ShutdownReport.LameDuckReason.MAX, "10.0.0.7"),
                new ShutdownReport.Late(7, 1, Duration.ofMillis(1_900)),
                1,
                List.of(new ShutdownReport.Cut(
                        WorkKind.REQUEST,
                        "GET /export",
                        Duration.ofSeconds(41),
                        "worker-1",
                        List.of("a.B.c(B.java:1)"))),
                List.of(new ShutdownReport.Stop(
                        "db", Duration.ofMillis(4), ShutdownReport.Ending.FAILED, "IOException: \"x\"\n")),
                List.of("listener failed"),
                ExitCode.WORK_CUT);

        assertThat(report.json())
                .isEqualTo("{\"event\":\"shutdown\",\"version\":1,\"service\":\"orders\",\"reason\":\"SIGTERM\","
                        + "\"outcome\":\"WORK_CUT\",\"exitCode\":81,\"at\":\"2026-01-02T03:04:05.678Z\",\"tookMillis\":8123,"
                        + "\"budgetMillis\":{\"grace\":30000,\"preStop\":0,\"lameDuck\":15000,\"drain\":6000,\"stop\":6000,"
                        + "\"margin\":3000},\"stateMillis\":{\"LAME_DUCK\":2000,\"DRAINING\":6000},\"inFlightAtSignal\":61,"
                        + "\"inFlightFinished\":60,\"inFlightCut\":1,\"lameDuck\":{\"ended\":\"MAX\",\"heldBy\":\"10.0.0.7\"},\"late\":{\"count\":7,\"refused\":1,\"latestMillis\":1900},"
                        + "\"cut\":[{\"kind\":\"REQUEST\",\"description\":\"GET /export\",\"ageMillis\":41000,"
                        + "\"thread\":\"worker-1\",\"stack\":[\"a.B.c(B.java:1)\"]}],\"components\":[{\"name\":\"db\","
                        + "\"ending\":\"FAILED\",\"tookMillis\":4,\"detail\":\"IOException: \\\"x\\\"\\n\"}],"
                        + "\"problems\":[\"listener failed\"]}");
    }
}
