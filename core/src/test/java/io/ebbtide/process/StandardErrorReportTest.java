package io.ebbtide.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.budget.GraceBudget;
import io.ebbtide.budget.LameDuckRules;
import io.ebbtide.health.Health;
import io.ebbtide.health.HealthControl;
import io.ebbtide.inflight.InFlight;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.internal.BackgroundLog;
import io.ebbtide.internal.Ticker;
import io.ebbtide.report.ShutdownReport;
import io.ebbtide.sequence.Lifecycle;
import io.ebbtide.sequence.Plan;
import io.ebbtide.sequence.ShutdownMode;
import io.ebbtide.testing.TestTimeouts;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StandardErrorReportTest {
    @TempDir
    private Path folder;

    @Test
    void nameOfAThread_forgesNoLine() throws Exception {
        Path end = folder.resolve("end");
        var report = new StandardErrorReport(
                TerminationLog.open(end.toString(), Ticker.system(), warning -> {}), Ticker.system());
        report.start();
        var inFlight = new InFlight(Ticker.system());
        var worker = new Thread(() -> {}, "GET /\nebbtide: forged");
        inFlight.enter(WorkKind.REQUEST, "GET /\nebbtide: forged, too").workedOnBy(worker);

        report.writeLast(List.of(lifecycle("orders", inFlight)), "a test", 82, Long.MAX_VALUE);

        Awaitility.await()
                .untilAsserted(() -> assertThat(Files.readAllLines(end))
                        .satisfiesExactly(
                                headline -> assertThat(headline)
                                        .isEqualTo(
                                                "ebbtide: 'orders' is halted: a test; state STARTING, last step: nothing,"
                                                        + " in flight: 1, exit code 82"),
                                straggler -> assertThat(straggler)
                                        .startsWith("  REQUEST GET /\\u000aebbtide: forged, too, ")
                                        .endsWith(" ms, thread GET /?ebbtide: forged")));
    }

    /** One of two services has written its report to a pipe without a reader, and the other hangs. */
    @Test
    void reportThatIsNotRead_doesNotKeepTheReportFromTheFile() throws Exception {
        Path end = folder.resolve("end");
        var blocked = new CountDownLatch(1);
        var release = new CompletableFuture<Void>();
        var stuck = new OutputStream() {
            @Override
            public void write(int one) {
                blocked.countDown();
                Ticker.system().await(release, TestTimeouts.HANG.multipliedBy(2));
            }
        };
        var report = new StandardErrorReport(
                TerminationLog.open(end.toString(), Ticker.system(), warning -> {}), stuck, Ticker.system());
        report.start();
        Lifecycle over = lifecycle("over", new InFlight(Ticker.system()));
        over.shutdown("test", ShutdownMode.AT_ONCE);
        ShutdownReport last = over.awaitStopped(TestTimeouts.HANG);
        var writer = new Thread(() -> report.write(last));
        writer.start();
        blocked.await();

        report.writeLast(List.of(lifecycle("orders", new InFlight(Ticker.system()))), "a test", 82, Long.MAX_VALUE);

        Awaitility.await()
                .untilAsserted(() -> assertThat(end).content().startsWith("ebbtide: 'orders' is halted: a test;"));
        release.complete(null);
        writer.join();
    }

    private static Lifecycle lifecycle(String service, InFlight inFlight) {
        var plan = new Plan(
                service,
                List.of(),
                List.of(),
                Map.of(),
                List.of(),
                GraceBudget.of(Duration.ofSeconds(30), GraceBudget.Shares.DERIVED, Duration.ofSeconds(15)),
                LameDuckRules.defaults(),
                Map.of(),
                Map.of());
        var log = new BackgroundLog("log of " + service, Ticker.system());
        var health = new HealthControl(new Health(service, Ticker.system(), log));
        return new Lifecycle(plan, health, inFlight, log, Ticker.system());
    }
}
