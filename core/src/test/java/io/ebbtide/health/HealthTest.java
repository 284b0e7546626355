package io.ebbtide.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebbtide.internal.BackgroundLog;
import io.ebbtide.internal.Scheduler;
import io.ebbtide.internal.Ticker;
import io.ebbtide.testing.FakeTicker;
import io.ebbtide.testing.ManualScheduler;
import io.ebbtide.testing.TestTimeouts;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HealthTest {
    private final BackgroundLog log = new BackgroundLog("test-log", Ticker.system());
    private final Health health = new Health("orders", Ticker.system(), log);

    @AfterEach
    void stop() {
        health.stop();
        log.close();
    }

    @Test
    void register_ofDependencyForLiveness_isRefusedWithTheReason() {
        assertThatThrownBy(() -> health.register("db", ProbeKind.LIVENESS, Check.tcp("localhost", 5432)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("liveness check: 'db' checks a dependency (expected: a check of this process alone: when a"
                        + " dependency fails, restarting every replica fixes nothing and adds a restart storm; register"
                        + " it for readiness)");
    }

    @Test
    void register_ofANameThatIsTaken_isRefused() {
        health.register("db", ProbeKind.READINESS, Check.of(Outcome::up));

        assertThatThrownBy(() -> health.register("db", ProbeKind.STARTUP, Check.of(Outcome::up)))
                .hasMessage("check: 'db' (expected: a name that no other check of 'orders' has)");
    }

    @Test
    void requiredCheck_thatIsDown_takesTheServiceOutOfRotation() {
        health.register(
                "db",
                ProbeKind.READINESS,
                Check.of(() -> Outcome.down("gone")).dependency().required());
        assertThat(health.snapshot().readiness()).isEqualTo(Status.DOWN);

        health.start();

        Awaitility.await().until(() -> health.snapshot().checks().get(0).known());
        assertThat(health.snapshot().readiness()).isEqualTo(Status.DOWN);
        assertThat(health.snapshot().liveness()).isEqualTo(Status.UP);
    }

    @Test
    void sharedCheck_thatIsDown_degradesAndHoldsNothingUp() {
        health.register(
                "cache",
                ProbeKind.READINESS,
                Check.of(() -> Outcome.down("gone")).dependency());
        assertThat(health.snapshot().readiness()).isEqualTo(Status.UP);

        health.start();

        Awaitility.await().until(() -> health.snapshot().readiness() == Status.DEGRADED);
    }

    @Test
    void startup_isUpOnceAllItsChecksWere_andStaysUp() {
        var ticker = new FakeTicker();
        var scheduler = new ManualScheduler(ticker);
        var starting = new Health("orders", ticker, log, scheduler);
        var warm = new AtomicBoolean();
        var runs = new AtomicInteger();
        var stops = new AtomicInteger();
        starting.register(
                "warm",
                ProbeKind.STARTUP,
                Check.of(() -> {
                            runs.incrementAndGet();
                            return warm.get() ? Outcome.up() : Outcome.down("cold");
                        })
                        .timeout(TestTimeouts.HANG)
                        .onStop(stops::incrementAndGet));
        starting.start();
        awaitWhileTimeMoves(scheduler, () -> runs.get() > 2);
        assertThat(starting.snapshot().startup()).isEqualTo(Status.DOWN);
        assertThat(starting.snapshot().readiness())
                .as("no balancer asks for startup alone")
                .isEqualTo(Status.DOWN);

        warm.set(true);
        awaitWhileTimeMoves(scheduler, () -> starting.snapshot().startup() == Status.UP);
        Awaitility.await().until(() -> stops.get() == 1);
        warm.set(false);
        int before = runs.get();
        scheduler.advance(Duration.ofMinutes(10));

        assertThat(runs).hasValue(before);
        assertThat(starting.snapshot().startup()).isEqualTo(Status.UP);
        assertThat(starting.snapshot().readiness()).isEqualTo(Status.UP);
        starting.stop();
    }

    /** The thread that advances time starts the runs; separate threads execute them. */
    private static void awaitWhileTimeMoves(ManualScheduler scheduler, BooleanSupplier condition) {
        Awaitility.await().until(() -> {
            scheduler.advance(Duration.ofMillis(100));
            return condition.getAsBoolean();
        });
    }

    @Test
    void holds_takeItOutUntilTheLastIsClosed() {
        health.start();
        Hold one = health.hold("reindex");
        Hold other = health.hold("maintenance");
        assertThat(health.snapshot().readiness()).isEqualTo(Status.DOWN);
        assertThat(health.snapshot().holds()).containsExactly("reindex", "maintenance");

        one.close();
        one.close();
        assertThat(health.snapshot().readiness()).isEqualTo(Status.DOWN);
        other.close();

        assertThat(health.snapshot().readiness()).isEqualTo(Status.UP);
    }

    @Test
    void broken_failsLivenessForGood_withTheFirstReason() {
        health.markBroken("consumer lost its partition");
        health.markBroken("something else");

        assertThat(health.snapshot().liveness()).isEqualTo(Status.DOWN);
        assertThat(health.snapshot().brokenReason()).isEqualTo("consumer lost its partition");
    }

    @Test
    void hungCheck_delaysNoOther_andIsInterrupted() throws Exception {
        var interrupted = new CountDownLatch(1);
        var others = new AtomicInteger();
        health.register(
                "hangs",
                ProbeKind.READINESS,
                Check.of(() -> {
                            try {
                                new CountDownLatch(1).await();
                            } finally {
                                interrupted.countDown();
                            }
                            return Outcome.up();
                        })
                        .timeout(Duration.ofMillis(100)));
        health.register(
                "quick",
                ProbeKind.READINESS,
                Check.of(() -> {
                            others.incrementAndGet();
                            return Outcome.up();
                        })
                        .every(Duration.ofMillis(20)));
        health.start();

        interrupted.await();
        Awaitility.await().until(() -> others.get() > 5);

        assertThat(health.snapshot().checks().get(0).reason()).isEqualTo("no answer within 500 ms"); // the first run
    }

    @Test
    void engine_thatHasStopped_keepsNoGoodResult() {
        var ticker = new FakeTicker();
        var scheduler = new ManualScheduler(ticker);
        var stalling = new Health("orders", ticker, log, scheduler);
        stalling.register("db", ProbeKind.READINESS, Check.of(Outcome::up));
        stalling.start();
        Awaitility.await().until(() -> {
            scheduler.advance(Duration.ZERO); // a run starts here and ends on its own thread
            return stalling.snapshot().readiness() == Status.UP;
        });

        ticker.advance(Duration.ofSeconds(34)); // nothing is due any more, as if the scheduler's thread had ended
        assertThat(stalling.isStalled()).isFalse();
        ticker.advance(Duration.ofSeconds(2));
        assertThat(stalling.isStalled())
                .as("first seen: the process may not have run")
                .isFalse();
        ticker.advance(Duration.ofSeconds(4));
        assertThat(stalling.isStalled()).isFalse();
        ticker.advance(Duration.ofSeconds(2));

        assertThat(stalling.isStalled()).isTrue();
        assertThat(stalling.snapshot().readiness()).isEqualTo(Status.DOWN);
        assertThat(stalling.snapshot().checks().get(0).stale()).isTrue();
        stalling.stop();
        assertThat(stalling.isStalled()).as("after a stop that was meant").isFalse();
    }

    @Test
    void groups_holdChecksOfAnyProbe_andFollowTheRequiredOnes() {
        health.register(
                "db", ProbeKind.READINESS, Check.of(Outcome::up).group("stores").group("critical"));
        health.register(
                "cache",
                ProbeKind.READINESS,
                Check.of(() -> Outcome.down("gone")).shared().group("stores"));
        assertThat(health.snapshot().groupStatus("critical"))
                .as("before its first outcome")
                .isEqualTo(Status.DOWN);

        health.start();

        Awaitility.await().until(() -> health.snapshot().groupStatus("stores") == Status.DEGRADED);
        Awaitility.await().until(() -> health.snapshot().groupStatus("critical") == Status.UP);
        assertThat(health.snapshot().groups()).containsExactly("critical", "stores");
        assertThat(health.snapshot().group("critical"))
                .extracting(CheckStatus::name)
                .containsExactly("db");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ready", "live", "startup", "", "Stores", "a/b", "-a", "a b"})
    void group_withANameThatNoPathCanHave_isRefused(String name) {
        assertThatThrownBy(() -> Check.of(Outcome::up).group(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("group: ");
    }

    @Test
    void register_afterTheStart_isRefused() {
        health.start();

        assertThatThrownBy(() -> health.register("db", ProbeKind.READINESS, Check.of(Outcome::up)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "check: 'db' of 'orders' was registered after the start (expected: before it); register it with the"
                                + " builder");
    }

    @Test
    void checkThatJoinsLater_countsFromItsFirstOutcomeOn() {
        var first = new CountDownLatch(1);
        health.register("db", ProbeKind.READINESS, Check.of(Outcome::up).required());
        health.start();
        Awaitility.await().until(() -> health.snapshot().readiness() == Status.UP);

        health.join(
                "late",
                ProbeKind.READINESS,
                Check.of(() -> {
                            first.await();
                            return Outcome.down("gone");
                        })
                        .required());
        assertThat(health.snapshot().checks()).extracting(CheckStatus::name).containsExactly("db");
        assertThat(health.snapshot().readiness()).isEqualTo(Status.UP);
        assertThatThrownBy(() -> health.join("late", ProbeKind.READINESS, Check.of(Outcome::up)))
                .hasMessage("check: 'late' (expected: a name that no other check of 'orders' has)");
        first.countDown();

        Awaitility.await().until(() -> health.snapshot().readiness() == Status.DOWN);
        assertThat(health.snapshot().checks()).extracting(CheckStatus::name).containsExactly("db", "late");
    }

    @Test
    void checkThatJoinsLater_andBlocksForEver_isDownAfterItsTimeout() {
        health.start();

        health.join(
                "late",
                ProbeKind.READINESS,
                Check.of(() -> {
                            new CountDownLatch(1).await();
                            return Outcome.up();
                        })
                        .timeout(Duration.ofMillis(50))
                        .required());

        Awaitility.await().until(() -> health.snapshot().readiness() == Status.DOWN);
        assertThat(health.snapshot().checks().get(0).reason()).startsWith("no answer within");
    }

    @Test
    void checkThatJoinsBeforeTheStart_isRegistered() {
        health.join("db", ProbeKind.READINESS, Check.of(Outcome::up));
        assertThat(health.snapshot().checks()).extracting(CheckStatus::name).containsExactly("db");
    }

    @Test
    void details_areReadWhenTheyAreGiven() {
        var counter = new AtomicInteger(1);
        Outcome outcome = Outcome.up().with("count", counter).with("share", 0.5f);
        counter.set(2);

        assertThat(outcome.details()).containsEntry("count", 1L).containsEntry("share", 0.5);
        assertThatThrownBy(() -> Outcome.up().with("list", List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("detail 'list': ");
    }

    @Test
    void view_thatFails_keepsNoOtherFromBeingNotified() {
        var notified = new AtomicInteger();
        health.onChange(() -> {
            throw new IllegalStateException("view");
        });
        health.onChange(notified::incrementAndGet);

        health.hold("x").close();

        assertThat(notified).hasValue(2);
    }

    @Test
    void http_withUserInfoBeforeAHostThatIsNone_isRefusedWithoutShowingIt() {
        assertThatThrownBy(() -> Check.http(URI.create("http://me:s3cret@my_host/")))
                .hasMessageStartingWith("url: http://***@my_host/ ");
    }

    @Test
    void http_withUserInfo_isRefusedWithoutShowingIt() {
        assertThatThrownBy(() -> Check.http(URI.create("http://me:s3cret@host/health")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "url: http://***@host/health (expected: http:// or https:// with a host and without user info)");
    }

    /** If there is no memory to schedule the next run or publication, nothing else would start one. */
    @Test
    void checkWhoseNextRunCouldNotBeScheduled_isRunAgain() {
        var ticker = new FakeTicker();
        var scheduler = new ManualScheduler(ticker);
        var fails = new AtomicBoolean();
        var failing = new Scheduler() {
            @Override
            public Timer after(Duration delay, Runnable task) {
                if (fails.get()) {
                    throw new OutOfMemoryError("on purpose");
                }
                return scheduler.after(delay, task);
            }

            @Override
            public void every(Duration period, Runnable task) {
                scheduler.every(period, task);
            }

            @Override
            public void close() {
                scheduler.close();
            }
        };
        var survivor = new Health("orders", ticker, log, failing);
        var runs = new AtomicInteger();
        survivor.register("db", ProbeKind.READINESS, Check.async(() -> {
            runs.incrementAndGet();
            return CompletableFuture.completedFuture(Outcome.up());
        }));
        survivor.start();
        Awaitility.await().until(() -> {
            advance(scheduler, Duration.ZERO);
            return runs.get() == 1;
        });

        fails.set(true);
        for (int second = 0; second < 20; second++) {
            advance(scheduler, Duration.ofSeconds(1));
        }
        fails.set(false);
        int before = runs.get();

        Awaitility.await().until(() -> {
            advance(scheduler, Duration.ofSeconds(1));
            return runs.get() >= before + 3 && survivor.snapshot().readiness() == Status.UP;
        });
        survivor.stop();
    }

    /** Frozen for 40 s, as by a cgroup's freezer or a migration of its machine: neither the first nor the next answer reports it. */
    @Test
    void timeInWhichTheProcessDidNotRun_isNotSilence() {
        var ticker = new FakeTicker();
        var scheduler = new ManualScheduler(ticker);
        var frozen = new Health("orders", ticker, log, scheduler);
        var runs = new AtomicInteger();
        frozen.register("db", ProbeKind.READINESS, Check.async(() -> {
            runs.incrementAndGet();
            return CompletableFuture.completedFuture(Outcome.up());
        }));
        frozen.register("self", ProbeKind.LIVENESS, Check.async(() -> CompletableFuture.completedFuture(Outcome.up())));
        var everDown = new AtomicBoolean();
        frozen.start();
        Awaitility.await().until(() -> {
            scheduler.advance(Duration.ZERO);
            return frozen.snapshot().readiness() == Status.UP
                    && frozen.snapshot().liveness() == Status.UP;
        });
        frozen.onChange(() -> everDown.compareAndSet(
                false,
                frozen.snapshot().readiness() != Status.UP || frozen.snapshot().liveness() != Status.UP));

        ticker.advance(Duration.ofSeconds(40));

        assertThat(frozen.isStalled()).isFalse();
        assertThat(frozen.snapshot().liveness()).isEqualTo(Status.UP);
        assertThat(frozen.snapshot().readiness()).isEqualTo(Status.UP);
        int before = runs.get();
        Awaitility.await().until(() -> {
            scheduler.advance(Duration.ofMillis(100));
            return runs.get() > before + 2;
        });
        assertThat(everDown).isFalse();
        frozen.stop();
    }

    private static void advance(ManualScheduler scheduler, Duration duration) {
        try {
            scheduler.advance(duration);
        } catch (OutOfMemoryError e) {
            // the scheduler's own thread survives it, too
        }
    }
}
