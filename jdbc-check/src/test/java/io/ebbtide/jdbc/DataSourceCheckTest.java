package io.ebbtide.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebbtide.health.Outcome;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a check does to the connections of a pool that it does not know. */
final class DataSourceCheckTest {
    private final AtomicLong nanos = new AtomicLong();
    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void release() {
        release.countDown();
    }

    private DataSourceCheck checkOf(FakeDataSource source) {
        return new DataSourceCheck(source, null, nanos::get);
    }

    @Test
    void connectionThatAnswers_isGivenBack() throws Exception {
        var source = new FakeDataSource(() -> null, () -> true);

        assertThat(checkOf(source).call().passed()).isTrue();

        assertThat(source.calls).containsExactly("borrow", "isValid(0)", "close");
    }

    @Test
    void connectionThatIsNotValid_isGivenBack_neitherAbortedNorClosedTwice() throws Exception {
        var source = new FakeDataSource(() -> null, () -> false);

        Outcome outcome = checkOf(source).call();

        assertThat(outcome.reason()).isEqualTo("connection is not valid");
        assertThat(source.calls).containsExactly("borrow", "isValid(0)", "close");
    }

    /** A pause of the database: the run gives up, and its connection is neither aborted nor given back before it answers. */
    @Test
    void validationThatHangs_isWaitedForByTheNextRuns_andItsConnectionIsNotAborted() throws Exception {
        var source = new FakeDataSource(() -> null, this::whenReleased);
        DataSourceCheck check = checkOf(source);

        for (int run = 0; run < 3; run++) {
            giveUp(check, source, "isValid(0)");
            assertThat(check.whenLate()).as("a failure").isNull();
        }
        assertThat(source.calls).containsExactly("borrow", "isValid(0)");
        release.countDown();
        Awaitility.await().until(() -> source.calls.contains("close"));

        assertThat(check.call().passed()).isTrue();
        assertThat(source.calls).containsExactly("borrow", "isValid(0)", "close", "borrow", "isValid(0)", "close");
    }

    @Test
    void connectionThatComesWhenNoRunWaits_isGivenBackAtOnce() throws Exception {
        var source = new FakeDataSource(this::whenReleased, () -> true);
        DataSourceCheck check = checkOf(source);
        giveUp(check, source, "borrow");

        release.countDown();

        Awaitility.await().until(() -> source.calls.contains("close"));
        assertThat(source.calls).containsExactly("borrow", "close");
    }

    @Test
    void attemptThatHangsForAMinute_getsOneOtherBesideIt_andNoMore() throws Exception {
        var validations = new AtomicInteger();
        var source = new FakeDataSource(() -> null, () -> {
            validations.incrementAndGet();
            return whenReleased();
        });
        DataSourceCheck check = checkOf(source);

        for (int minute = 0; minute < 5; minute++) {
            int expected = Math.min(2, minute + 1);
            giveUp(check, () -> validations.get() == expected);
            nanos.addAndGet(Duration.ofSeconds(61).toNanos());
        }

        assertThat(validations).hasValue(2);
    }

    @Test
    void whateverADriverThrows_isAnOutcome() throws Exception {
        for (Throwable thrown : new Throwable[] {
            new IllegalStateException("no tenant"), new StackOverflowError(), new NoClassDefFoundError("driver")
        }) {
            var source = new FakeDataSource(
                    () -> {
                        throw sneaky(thrown);
                    },
                    () -> true);

            Outcome outcome = checkOf(source).call();

            assertThat(outcome.reason())
                    .isEqualTo("failed with " + thrown.getClass().getSimpleName());
            assertThat(outcome.cause()).isSameAs(thrown);
        }
    }

    /** Like Spring's AbstractRoutingDataSource without a default target. */
    @Test
    void dataSourceThatThrowsWhenAskedWhatItIs_canBeChecked() {
        assertThat(JdbcCheck.of(new FakeDataSource(() -> null, () -> true)).isDependency())
                .isTrue();
    }

    @Test
    void closedCheck_givesBackWhatComesLater() throws Exception {
        var source = new FakeDataSource(this::whenReleased, () -> true);
        DataSourceCheck check = checkOf(source);
        giveUp(check, source, "borrow");

        check.close();
        release.countDown();

        Awaitility.await().until(() -> source.calls.contains("close"));
        assertThat(source.calls).doesNotContain("isValid(0)");
    }

    private boolean whenReleased() {
        boolean interrupted = false;
        while (true) {
            try {
                release.await();
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
                return true;
            } catch (InterruptedException e) {
                interrupted = true; // as a driver does in a read
            }
        }
    }

    private static void giveUp(DataSourceCheck check, FakeDataSource source, String call) throws Exception {
        giveUp(check, () -> source.calls.contains(call));
    }

    /** One run that is interrupted at its timeout, once the attempt has come so far. */
    private static void giveUp(DataSourceCheck check, Callable<Boolean> farEnough) throws Exception {
        Thread run = Thread.currentThread();
        var interrupter = new Thread(() -> {
            Awaitility.await().until(farEnough);
            run.interrupt();
        });
        interrupter.start();
        assertThatThrownBy(check::call).isInstanceOf(InterruptedException.class);
        interrupter.join();
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> RuntimeException sneaky(Throwable thrown) throws T {
        throw (T) thrown;
    }
}
