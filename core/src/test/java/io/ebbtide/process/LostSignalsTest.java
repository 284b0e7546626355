package io.ebbtide.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A signal is lost if the JVM has dispatched it, no handler has run or is about to run, and no thread can be started. */
final class LostSignalsTest {
    private long allocated;
    private int handled;
    private boolean refused;
    private boolean handlerIsAlive;
    private final LostSignals signals =
            new LostSignals(() -> allocated, () -> handled, () -> refused, () -> handlerIsAlive);

    @Test
    void nothingHappens_isNoSignal() {
        refused = true;

        assertThat(signals.poll()).isFalse();
        assertThat(signals.poll()).isFalse();
    }

    /** On a busy machine the first poll may come late. */
    @Test
    void signal_beforeTheFirstPoll_isLostOnce() {
        refused = true;
        allocated += 1_520;

        assertThat(signals.poll()).isFalse(); // its handler may still run
        assertThat(signals.poll()).isTrue();
        assertThat(signals.poll()).isFalse();
    }

    @Test
    void signal_atTheLimit_isLostOnce() {
        refused = true;
        allocated += 528; // a jcmd
        assertThat(signals.poll()).isFalse();
        allocated += 1_520;

        assertThat(signals.poll()).isFalse(); // its handler may still run
        assertThat(signals.poll()).isTrue();
        assertThat(signals.poll()).isFalse();
    }

    @Test
    void signal_whileLimitIsLeftAgain_isLost() {
        refused = true;
        allocated += 1_520;
        signals.poll();
        refused = false;

        assertThat(signals.poll()).isTrue();
    }

    /** Seen: 840 bytes at one poll, 856 at the next. */
    @Test
    void signal_whoseRefusalIsUnderWayAtOnePoll_isLostOnce() {
        refused = true;
        allocated += 840;
        assertThat(signals.poll()).isFalse();
        allocated += 856;

        assertThat(signals.poll()).isFalse();
        assertThat(signals.poll()).isTrue();
        for (int i = 0; i < 20; i++) {
            assertThat(signals.poll()).isFalse();
        }
    }

    /** The thread that has ended is taken again before the next poll. */
    @Test
    void signal_afterWhichOneThreadCouldBeStarted_isLostOnce() {
        allocated += 1_696;
        assertThat(signals.poll()).isFalse();
        refused = true;

        assertThat(signals.poll()).isFalse();
        assertThat(signals.poll()).isTrue();
        assertThat(signals.poll()).isFalse();
    }

    @Test
    void signalsThatOthersHandle_longBeforeTheLimit_areNotLost() {
        allocated += 1_680;
        for (int i = 0; i < 10; i++) {
            assertThat(signals.poll()).isFalse();
        }
        refused = true;

        assertThat(signals.poll()).isFalse();
        assertThat(signals.poll()).isFalse();
    }

    @Test
    void signalsThatOthersHandle_atTheLimit_farApart_areNotLost() {
        refused = true;
        for (int i = 0; i < 5; i++) {
            allocated += 840;
            for (int j = 0; j < 10; j++) {
                assertThat(signals.poll()).isFalse();
            }
        }
    }

    /** Such as thread dumps: each while the one before still counts, but few at once. */
    @Test
    void somethingElse_againAndAgain_atTheLimit_isNoSignal() {
        refused = true;
        for (int i = 0; i < 100; i++) {
            allocated += 300;
            for (int j = 0; j < 5; j++) {
                assertThat(signals.poll()).isFalse();
            }
        }
    }

    @Test
    void signal_thatIsHandled_isNotLost() {
        refused = true; // its handler has taken the last thread
        allocated += 664;
        handled++;

        assertThat(signals.poll()).isFalse();
        assertThat(signals.poll()).isFalse();
    }

    @Test
    void signal_thatIsHandledLate_isNotLost() {
        refused = true;
        allocated += 664;
        signals.poll();
        handled++;

        assertThat(signals.poll()).isFalse();
        assertThat(signals.poll()).isFalse();
    }

    @Test
    void signal_whoseHandlerIsThereAndWaitsForAProcessor_isNotLost() {
        refused = true;
        handlerIsAlive = true;
        allocated += 664;
        for (int i = 0; i < 10; i++) {
            assertThat(signals.poll()).isFalse();
        }
        handlerIsAlive = false;
        handled++;

        assertThat(signals.poll()).isFalse();
    }

    /** The first jcmd, or a signal that another component handles. */
    @Test
    void somethingElse_belowTheLimit_isNoSignal() {
        allocated += 480;

        assertThat(signals.poll()).isFalse();
        assertThat(signals.poll()).isFalse();
    }

    /** Each handler has taken the last thread, and no other can be started. */
    @ParameterizedTest
    @ValueSource(ints = {232, 480, 552, 664, 840})
    void somethingElse_atTheLimit_isNoSignal(int bytes) {
        refused = true;
        allocated += bytes;

        assertThat(signals.poll()).isFalse();
        assertThat(signals.poll()).isFalse();
    }

    @Test
    void secondSignal_isLostToo() {
        refused = true;
        allocated += 1_520;
        signals.poll();
        allocated += 1_520;

        assertThat(signals.poll()).isTrue();
        assertThat(signals.poll()).isTrue();
    }

    @Test
    void allocationThatIsUnknown_isNoSignal() {
        refused = true;
        allocated = -1;

        assertThat(signals.poll()).isFalse();
        allocated = 528; // known again
        assertThat(signals.poll()).isFalse();
        assertThat(signals.poll()).isFalse();
    }

    /** The assumption behind all of this, tested on this JVM with an otherwise unused signal. */
    @Test
    void dispatcherOfThisJvm_allocatesForEachSignal() throws Exception {
        LongSupplier dispatched = Objects.requireNonNull(LostSignals.ofDispatcher());
        var handledBy = new CountDownLatch(1);
        SignalPort.handle("WINCH", signal -> handledBy.countDown());
        long before = dispatched.getAsLong();
        assertThat(dispatched.getAsLong()).isEqualTo(before);

        String pid = String.valueOf(ProcessHandle.current().pid());
        new ProcessBuilder("kill", "-WINCH", pid).inheritIO().start().waitFor();

        assertThat(handledBy.await(1, TimeUnit.MINUTES)).isTrue();
        assertThat(dispatched.getAsLong()).isGreaterThan(before);
    }
}
