package io.ebbtide.inflight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebbtide.testing.FakeTicker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

final class InFlightTest {
    private final FakeTicker ticker = new FakeTicker();
    private final InFlight inFlight = new InFlight(ticker);

    @Test
    void enter_thenClose_isCountedOnceByKind() {
        Ticket request = inFlight.enter(WorkKind.REQUEST, "GET /a");
        Ticket job = inFlight.enter(WorkKind.JOB, "reindex");

        assertThat(inFlight.count()).isEqualTo(2);
        assertThat(inFlight.count(WorkKind.JOB)).isEqualTo(1);

        request.close();
        job.close();

        assertThat(inFlight.count()).isZero();
        assertThat(inFlight.total(WorkKind.REQUEST)).isEqualTo(1);
    }

    @Test
    void close_twice_endsNobodyElsesWork() {
        Ticket mine = inFlight.enter(WorkKind.REQUEST, "mine");
        inFlight.enter(WorkKind.REQUEST, "other");

        mine.close();
        mine.close();

        assertThat(inFlight.count()).isEqualTo(1);
    }

    @Test
    void close_onAnotherThread_leavesTheStripeItEntered() throws Exception {
        Ticket ticket = inFlight.enter(WorkKind.REQUEST, "GET /a");

        CompletableFuture.runAsync(ticket::close).get();

        assertThat(inFlight.count()).isZero();
        assertThat(inFlight.list()).isEmpty();
    }

    @Test
    void close_whateverTheWorkThrows_endsIt() {
        assertThatThrownBy(() -> {
                    try (Ticket ticket = inFlight.enter(WorkKind.JOB, "fails")) {
                        throw new StackOverflowError(ticket.kind().name());
                    }
                })
                .isInstanceOf(StackOverflowError.class);

        assertThat(inFlight.count()).isZero();
    }

    @Test
    void list_showsWhoIsThere_theOldestFirst() {
        inFlight.enter(WorkKind.REQUEST, "old");
        ticker.advance(Duration.ofSeconds(2));
        Ticket waiting = inFlight.enter(WorkKind.STREAM, "young");
        waiting.workedOnBy(null);
        ticker.advance(Duration.ofSeconds(1));

        assertThat(inFlight.list())
                .isEqualTo(List.of(
                        new WorkInFlight(WorkKind.REQUEST, "old", Duration.ofSeconds(3), Thread.currentThread()),
                        new WorkInFlight(WorkKind.STREAM, "young", Duration.ofSeconds(1), null)));
    }

    @Test
    void list_whenADescriptionFails_showsTheOthers() {
        inFlight.tryEnter(WorkKind.REQUEST, () -> {
            throw new IllegalStateException("recycled");
        });

        assertThat(inFlight.list())
                .extracting(WorkInFlight::description)
                .containsExactly("(description failed: IllegalStateException)");
    }

    @Test
    void closeWhenIdle_withNothingInFlight_closesAtOnce() {
        assertThat(inFlight.closeWhenIdle()).isCompleted();

        assertThat(inFlight.tryEnter(WorkKind.REQUEST, () -> "late")).isNull();
        assertThat(inFlight.count()).isZero();
        assertThat(inFlight.total(WorkKind.REQUEST)).isZero();
    }

    @Test
    void closeWhenIdle_withWorkInFlight_letsLateWorkInAndWaitsForIt() {
        Ticket first = inFlight.enter(WorkKind.REQUEST, "first");
        CompletableFuture<Void> closed = inFlight.closeWhenIdle();
        Ticket late = inFlight.enter(WorkKind.REQUEST, "late");

        first.close();
        assertThat(closed).isNotDone();

        late.close();
        assertThat(closed).isCompleted();
    }

    @Test
    void close_withWorkInFlight_refusesWhatComesAndKeepsWhatIsThere() {
        Ticket stuck = inFlight.enter(WorkKind.REQUEST, "stuck");

        inFlight.close();

        assertThatThrownBy(() -> inFlight.enter(WorkKind.REQUEST, "GET /late"))
                .isInstanceOf(RejectedExecutionException.class)
                .hasMessage(
                        "'GET /late' came after the service was drained, or the time for that was over (expected: new work"
                                + " before that)");
        assertThat(inFlight.count()).isEqualTo(1);
        stuck.close();
        assertThat(inFlight.count()).isZero();
    }

    @Test
    void giveUp_ofLostThread_closesItsTicketsAlone() throws Exception {
        var lost = new Thread(() -> {});
        inFlight.enter(WorkKind.REQUEST, "POST /exit").workedOnBy(lost);
        inFlight.enter(WorkKind.REQUEST, "GET /other");

        List<WorkInFlight> given = new GateControl(inFlight).giveUp(thread -> thread == lost);

        assertThat(given).extracting(WorkInFlight::description).containsExactly("POST /exit");
        assertThat(inFlight.count()).isEqualTo(1);
    }
}
