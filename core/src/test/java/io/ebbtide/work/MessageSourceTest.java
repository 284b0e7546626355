package io.ebbtide.work;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.Ebbtide;
import io.ebbtide.Settings;
import io.ebbtide.inflight.InFlight;
import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.report.ExitCode;
import io.ebbtide.report.ShutdownReport;
import io.ebbtide.spi.Traffic;
import io.ebbtide.spi.TrafficSource;
import io.ebbtide.testing.TestTimeouts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT) // the tests mostly wait
@Order(1) // the longest class: while it waits, others run
final class MessageSourceTest {
    /** A drain in which work finishes even on a busy machine. */
    private static final Duration ROOMY = Duration.ofMinutes(5);

    private final List<String> events = Collections.synchronizedList(new ArrayList<>());

    /** Records the calls that it receives. */
    private class Source implements MessageSource {
        private volatile @Nullable Messages messages;

        Message take(String description) {
            return Objects.requireNonNull(Objects.requireNonNull(messages).take(() -> description));
        }

        boolean refuses() {
            return Objects.requireNonNull(messages).take(() -> "late") == null;
        }

        @Override
        public String name() {
            return "inbox";
        }

        @Override
        public void start(Messages newMessages) {
            messages = newMessages;
        }

        @Override
        public void pause() throws Exception {
            events.add("pause, takes " + !refuses());
        }

        @Override
        public void commit(Duration within) throws Exception {
            events.add("commit");
        }

        @Override
        public void disconnect(Duration within) throws Exception {
            events.add("disconnect");
        }
    }

    @Test
    void source_pausesFinishesCommitsAndDisconnects_whileRequestsGoOn_beforeComponentsStop() throws Exception {
        var source = new Source();
        Ebbtide service = service(source);
        Ticket request = service.work("GET /export", WorkKind.REQUEST);
        Message one = source.take("inbox 1");
        Message other = source.take("inbox 2");

        service.shutdown("test");
        Awaitility.await().until(() -> events.contains("pause, takes false"));
        one.close();
        one.close();
        assertThat(events).containsExactly("pause, takes false");
        assertThat(other.remaining()).isLessThanOrEqualTo(ROOMY);
        other.close();
        Awaitility.await().until(() -> events.contains("disconnect"));
        request.close();
        ShutdownReport report = service.awaitStopped(TestTimeouts.HANG);

        assertThat(events).containsExactly("pause, takes false", "commit", "disconnect", "stop db");
        assertThat(report.isClean()).isTrue();
        assertThat(report.inFlightAtSignal()).isEqualTo(3);
        assertThat(report.inFlightFinished())
                .as("with the disconnection itself")
                .isEqualTo(4);
    }

    /** The broker delivers the message to another consumer, which processes it again: not a clean end. */
    @Test
    void messageThatFinishesAfterTheCommit_isCutAllTheSame() throws Exception {
        var message = new CompletableFuture<Message>();
        var source = new Source() {
            @Override
            public void disconnect(Duration within) throws Exception {
                message.join().close();
                super.disconnect(within);
            }
        };
        Ebbtide service = service(source, Duration.ofSeconds(8));
        message.complete(source.take("inbox 7"));

        service.shutdown("test");
        ShutdownReport report = service.awaitStopped(TestTimeouts.HANG);

        assertThat(report.cut()).extracting(ShutdownReport.Cut::description).containsExactly("inbox 7");
        assertThat(report.exitCode()).isEqualTo(ExitCode.WORK_CUT);
        assertThat(report.advice()).singleElement().asString().startsWith("'inbox 7' was aborted after ");
        assertThat(report.inFlightAtSignal()).isEqualTo(1);
        assertThat(report.inFlightFinished()).as("the disconnection itself").isEqualTo(1);
        assertThat(report.inFlightCut()).isEqualTo(1);
    }

    @Test
    void messageThatDoesNotFinish_isCut_andWhatIsFinishedIsCommittedInTime() throws Exception {
        var source = new Source();
        Ebbtide service = service(source, Duration.ofSeconds(8));
        Message stuck = source.take("inbox 7");

        service.shutdown("test");
        ShutdownReport report = service.awaitStopped(TestTimeouts.HANG);

        assertThat(events).containsExactly("pause, takes false", "commit", "disconnect", "stop db");
        assertThat(report.cut()).extracting(ShutdownReport.Cut::description).containsExactly("inbox 7");
        assertThat(report.components().get(1).detail()).isEqualTo("1 unfinished message(s), not committed");
        stuck.close();
    }

    @Test
    void commitThatHangs_isAbandoned_andTheSourceDisconnectsAllTheSame() throws Exception {
        var source = new Source() {
            @Override
            public void commit(Duration within) throws InterruptedException {
                new CountDownLatch(1).await();
            }
        };
        Ebbtide service = service(source, Duration.ofSeconds(4));

        service.shutdown("test");
        ShutdownReport report = service.awaitStopped(TestTimeouts.HANG);

        assertThat(events).containsExactly("pause, takes false", "disconnect", "stop db");
        assertThat(report.components().get(1).ending()).isEqualTo(ShutdownReport.Ending.FAILED);
        assertThat(report.components().get(1).detail())
                .matches("TimeoutException: commit of 'inbox' had not returned after [\\d.]+ m?s, still at.*")
                .contains("CountDownLatch.await");
    }

    @Test
    void pauseAndCommitThatThrow_areReported_andTheSourceDisconnectsAllTheSame() throws Exception {
        var source = new Source() {
            @Override
            public void pause() {
                throw new IllegalStateException("not now");
            }

            @Override
            public void commit(Duration within) throws Exception {
                throw new java.io.IOException("broker gone");
            }
        };
        Ebbtide service = service(source);

        service.shutdown("test");
        ShutdownReport report = service.awaitStopped(TestTimeouts.HANG);

        assertThat(events).containsExactly("disconnect", "stop db");
        assertThat(report.problems())
                .containsExactly("inbox: closing its listeners failed: IllegalStateException: not now");
        assertThat(report.components().get(1).detail()).isEqualTo("IOException: broker gone");
    }

    @Test
    void limitOfItsKind_isWhatAMessageHas() throws Exception {
        var source = new Source();
        Ebbtide service = Ebbtide.builder("orders")
                .messages(source)
                .settings(Settings.derived().withGrace(ROOMY).withDrainLimit(WorkKind.MESSAGE, Duration.ofSeconds(2)))
                .build()
                .start();
        Ticket job = service.work("reindex", WorkKind.JOB);
        Message stuck = source.take("inbox 7");

        service.shutdown("test");
        Awaitility.await().until(() -> events.contains("disconnect"));
        Awaitility.await().until(() -> service.inFlight().count() == 1);
        job.close();
        ShutdownReport report = service.awaitStopped(TestTimeouts.HANG);

        assertThat(report.cut()).extracting(ShutdownReport.Cut::description).containsExactly("inbox 7");
        assertThat(report.inFlightFinished())
                .as("the job, and the disconnection itself")
                .isEqualTo(2);
        stuck.close();
    }

    /** The work continues until half a second before the deadline, and is in the commit. */
    @Test
    void messageThatUsesItsTime_isFinishedBeforeTheCommit() throws Exception {
        var source = new Source();
        Ebbtide service = service(source, Duration.ofSeconds(8));
        Message message = source.take("inbox 7");
        assertThat(message.remaining()).isEqualTo(InFlight.UNLIMITED);

        service.shutdown("test");
        Awaitility.await().until(() -> events.contains("pause, takes false"));
        assertThat(message.remaining()).isLessThanOrEqualTo(Duration.ofSeconds(6));
        Awaitility.await().until(() -> message.remaining().compareTo(Duration.ofMillis(500)) <= 0);
        List<String> before = List.copyOf(events);
        message.close();
        ShutdownReport report = service.awaitStopped(TestTimeouts.HANG);

        assertThat(before).containsExactly("pause, takes false");
        assertThat(events).containsExactly("pause, takes false", "commit", "disconnect", "stop db");
        assertThat(report.isClean()).isTrue();
    }

    /** A consumer that joins a group needs time; the signal may arrive in the meantime. */
    @Test
    void sourceWhoseStartReturnsAfterTheSignal_pausesAndDisconnectsAllTheSame() throws Exception {
        var starting = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        var otherClosed = new CountDownLatch(1);
        var source = new Source() {
            @Override
            public void start(Messages newMessages) {
                super.start(newMessages);
                starting.countDown();
                awaitWhateverComes(release);
            }
        };
        Ebbtide service = Ebbtide.builder("orders")
                .component("db", () -> events.add("stop db"))
                .serve(other(otherClosed))
                .messages(source)
                .settings(Settings.derived().withGrace(ROOMY))
                .build();
        CompletableFuture<Ebbtide> start = CompletableFuture.supplyAsync(service::start);
        starting.await();

        service.shutdown("test");
        otherClosed.await();
        release.countDown();
        ShutdownReport report = service.awaitStopped(TestTimeouts.HANG);

        assertThat(events).containsExactly("pause, takes false", "commit", "disconnect", "stop db");
        assertThat(report.isClean()).isTrue();
        assertThat(start).failsWithin(TestTimeouts.HANG);
    }

    private static void awaitWhateverComes(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                // like a consumer in the middle of an operation
            }
        }
    }

    private static TrafficSource other(CountDownLatch closed) {
        return new TrafficSource() {
            @Override
            public String name() {
                return "other";
            }

            @Override
            public void start(Traffic traffic) {}

            @Override
            public void stopAccepting() {
                closed.countDown();
            }

            @Override
            public void close(Duration within) {}
        };
    }

    private Ebbtide service(Source source) {
        return service(source, ROOMY);
    }

    private Ebbtide service(Source source, Duration drain) {
        return Ebbtide.builder("orders")
                .component("db", () -> events.add("stop db"))
                .messages(source)
                .settings(Settings.derived()
                        .withGrace(drain.multipliedBy(2).plusSeconds(20))
                        .withLameDuck(Duration.ZERO)
                        .withDrain(drain))
                .build()
                .start();
    }
}
