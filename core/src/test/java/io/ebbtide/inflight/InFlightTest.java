package io.ebbtide.inflight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebbtide.testing.FakeTicker;
import io.ebbtide.testing.TestTimeouts;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class InFlightTest {
    private final FakeTicker ticker = new FakeTicker();
    private final InFlight inFlight = new InFlight(ticker);

    private static List<WorkInFlight> described(List<Ticket> tickets) {
        return tickets.stream().map(GateControl::describe).toList();
    }

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
    void close_twice_endsNoOtherWork() {
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
                        "'GET /late' was refused: the service is drained, or the time for REQUEST work is over (expected: work"
                                + " that begins before that)");
        assertThat(inFlight.count()).isEqualTo(1);
        stuck.close();
        assertThat(inFlight.count()).isZero();
    }

    @Test
    void list_whenADescriptionHoldsLineBreaks_showsThemEscapedAndCut() {
        inFlight.tryEnter(WorkKind.REQUEST, () -> "GET /a\r\nERROR forged" + "x".repeat(9_000));

        String description = inFlight.list().get(0).description();

        assertThat(description).startsWith("GET /a\\u000d\\u000aERROR forged").endsWith("x...");
        assertThat(description).hasSizeLessThan(300);
        assertThat(inFlight.text()).doesNotContain("\n").doesNotContain("\r");
    }

    @Test
    void cutAll_countsEachTicketOnce_whateverBecomesOfItLater() {
        var control = new GateControl(inFlight);
        inFlight.enter(WorkKind.REQUEST, "finished").close();
        Ticket endsLater = inFlight.enter(WorkKind.REQUEST, "ends later");
        Ticket stuck = inFlight.enter(WorkKind.JOB, "stuck");
        stuck.workedOnBy(null);
        inFlight.close();

        List<WorkInFlight> cut = described(control.cutAll());
        endsLater.close();

        assertThat(cut).extracting(WorkInFlight::description).containsExactlyInAnyOrder("ends later", "stuck");
        assertThat(control.totals()).isEqualTo(new Totals(3, 0, 1, 0, 2));
        assertThat(control.cutAll()).isEmpty();
        assertThat(control.giveUp(thread -> true))
                .as("what is cut is not given up, too")
                .isEmpty();
        assertThat(inFlight.list()).extracting(WorkInFlight::description).containsExactly("stuck");
    }

    /** A request that is refused because of its kind may be the last one that a closing gate has counted. */
    @Test
    void closeWhenIdle_whileAKindIsRefused_closes() throws Exception {
        ExecutorService other = Executors.newSingleThreadExecutor();
        for (int round = 0; round < 2_000; round++) {
            var each = new InFlight(ticker, 1, () -> 0);
            Ticket last = each.enter(WorkKind.REQUEST, "last");
            each.cutAll(WorkKind.JOB);
            CompletableFuture<Void> closed = each.closeWhenIdle();
            var refused = CompletableFuture.runAsync(
                    () -> {
                        for (int i = 0; i < 20; i++) {
                            assertThat(each.tryEnter(WorkKind.JOB, () -> "job")).isNull();
                        }
                    },
                    other);
            last.close();
            refused.get(TestTimeouts.HANG.toSeconds(), TimeUnit.SECONDS);

            assertThat(closed).as("round %s", round).isCompleted();
        }
        other.shutdown();
    }

    @Test
    void remaining_beforeAnyShutdown_survivesArithmetic() {
        Ticket ticket = inFlight.enter(WorkKind.JOB, "job");

        assertThat(ticket.remaining()).isEqualTo(InFlight.UNLIMITED);
        assertThat(ticket.remaining().plusDays(1).toNanos()).isPositive();
    }

    @Test
    void becomes_movesWhatIsInFlight_andLeavesTheTotalWhereItCameIn() {
        Ticket ticket = inFlight.enter(WorkKind.REQUEST, "GET /events");

        ticket.becomes(WorkKind.STREAM);
        ticket.becomes(WorkKind.STREAM);

        assertThat(ticket.kind()).isEqualTo(WorkKind.STREAM);
        assertThat(inFlight.count(WorkKind.REQUEST)).isZero();
        assertThat(inFlight.count(WorkKind.STREAM)).isEqualTo(1);
        assertThat(inFlight.list()).extracting(WorkInFlight::kind).containsExactly(WorkKind.STREAM);
        assertThat(inFlight.total(WorkKind.REQUEST)).isEqualTo(1);
        assertThat(inFlight.total(WorkKind.STREAM)).isZero();

        ticket.close();
        ticket.becomes(WorkKind.REQUEST);

        assertThat(inFlight.count()).isZero();
        assertThat(ticket.kind()).isEqualTo(WorkKind.STREAM);
    }

    @Test
    void becomes_ofAKindWhoseTimeIsOver_isCutAndReported() {
        var control = new GateControl(inFlight);
        Ticket ticket = inFlight.enter(WorkKind.REQUEST, "GET /events");
        inFlight.enter(WorkKind.REQUEST, "GET /a");
        control.cutAll(WorkKind.STREAM);

        ticket.becomes(WorkKind.STREAM);

        assertThat(inFlight.count()).isEqualTo(1);
        assertThat(described(control.takeCutEarly()))
                .extracting(WorkInFlight::description)
                .containsExactly("GET /events");
        assertThat(inFlight.cut(WorkKind.STREAM)).isEqualTo(1);
        assertThat(control.takeCutEarly()).isEmpty();
        ticket.close();
        assertThat(control.totals()).isEqualTo(new Totals(2, 1, 0, 0, 1));
    }

    @Test
    void cut_ofOneTicket_countsItOnce_andGoesOnWaitingForIt() {
        var control = new GateControl(inFlight);
        Ticket message = inFlight.enter(WorkKind.MESSAGE, "inbox 7");
        Ticket closed = inFlight.enter(WorkKind.MESSAGE, "inbox 8");
        closed.close();

        control.cut(message);
        control.cut(message);
        control.cut(closed);

        assertThat(inFlight.count()).isEqualTo(1);
        assertThat(described(control.takeCutEarly()))
                .extracting(WorkInFlight::description)
                .containsExactly("inbox 7");
        message.close();
        assertThat(inFlight.count()).isZero();
        assertThat(control.totals()).isEqualTo(new Totals(2, 0, 1, 0, 1));
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
