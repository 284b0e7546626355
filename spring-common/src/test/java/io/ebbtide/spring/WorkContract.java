package io.ebbtide.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebbtide.Ebbtide;
import io.ebbtide.inflight.WorkInFlight;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.lifecycle.LifecycleState;
import io.ebbtide.report.ShutdownReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.core.task.TaskDecorator;
import org.springframework.core.task.TaskRejectedException;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.scheduling.concurrent.SimpleAsyncTaskScheduler;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;
import org.springframework.scheduling.support.PeriodicTrigger;

/** What holds on each line of Spring Boot for work that is not a request. Times are so long that a wait for them never ends in a test. */
public abstract class WorkContract {
    private static final Duration SOON = Duration.ofMinutes(2);

    private final CountDownLatch release = new CountDownLatch(1);

    /** For the tests of the starters. */
    protected WorkContract() {}

    @AfterEach
    final void releaseWhatStillWaits() {
        release.countDown();
    }

    /** An application without a web server. */
    @SpringBootConfiguration(proxyBeanMethods = false)
    @NarrowAutoConfiguration
    static class Application {}

    private static ConfigurableApplicationContext run(Class<?> configuration, String... arguments) {
        var all = new ArrayList<>(List.of(
                "--ebbtide.grace=60m",
                "--spring.main.web-application-type=none",
                "--spring.main.banner-mode=off",
                "--logging.level.root=off"));
        all.addAll(Arrays.asList(arguments));
        return new SpringApplicationBuilder(Application.class, configuration).run(all.toArray(String[]::new));
    }

    private static Ebbtide service(ConfigurableApplicationContext context) {
        return context.getBean(EbbtideLifecycle.class).service();
    }

    private static int jobs(Ebbtide service) {
        return service.inFlight().count(WorkKind.JOB);
    }

    private static CompletableFuture<Void> close(ConfigurableApplicationContext context) {
        CompletableFuture<Void> closed = CompletableFuture.runAsync(context::close);
        Ebbtide service = service(context);
        Awaitility.await().atMost(SOON).until(() -> service.state().compareTo(LifecycleState.LAME_DUCK) >= 0);
        return closed;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void end(CompletableFuture<Void> closed) throws Exception {
        closed.get(SOON.toSeconds(), TimeUnit.SECONDS);
    }

    /** Its method runs on the executor of the application. */
    static class Jobs {
        @Async
        public void run(Runnable job) {
            job.run();
        }
    }

    /** As Boot configures it. */
    @Configuration(proxyBeanMethods = false)
    @EnableAsync
    static class WithAsync {
        @Bean
        Jobs jobs() {
            return new Jobs();
        }
    }

    @Test
    final void asyncTasks_thatRunOrWait_areWaitedFor_andMaySubmitFurtherOnes() throws Exception {
        ConfigurableApplicationContext context = run(WithAsync.class, "--spring.task.execution.pool.core-size=1");
        Ebbtide service = service(context);
        Jobs jobs = context.getBean(Jobs.class);
        List<String> done = new java.util.concurrent.CopyOnWriteArrayList<>();
        jobs.run(() -> {
            await(release);
            done.add(Thread.currentThread().isInterrupted() ? "interrupted" : "running");
            jobs.run(() -> done.add("submitted in the drain"));
        });
        jobs.run(() -> done.add("waiting"));
        assertThat(jobs(service)).isEqualTo(2);
        assertThat(service.inFlight().list())
                .extracting(WorkInFlight::description)
                .allMatch(name -> name.startsWith("applicationTaskExecutor: "));

        CompletableFuture<Void> closed = close(context);
        assertThat(done).isEmpty();
        release.countDown();
        end(closed);

        assertThat(done).containsExactly("running", "waiting", "submitted in the drain");
        ShutdownReport report = service.awaitStopped(Duration.ZERO);
        assertThat(report.isClean()).isTrue();
        assertThat(report.inFlightFinished()).isEqualTo(3);
    }

    /** The kinds of executors that Spring has. */
    enum Kind {
        POOL,
        THREADS,
        SCHEDULER,
        THREAD_SCHEDULER
    }

    /** An executor of the application's own, with a decorator of its own. */
    @Configuration(proxyBeanMethods = false)
    static class WithExecutor {
        static Kind kind = Kind.POOL;
        static final List<String> DECORATED = new java.util.concurrent.CopyOnWriteArrayList<>();

        @Bean
        AsyncTaskExecutor mails() {
            TaskDecorator decorator = task -> () -> {
                DECORATED.add("before");
                task.run();
            };
            switch (kind) {
                case POOL -> {
                    var pool = new ThreadPoolTaskExecutor();
                    pool.setCorePoolSize(1);
                    pool.setMaxPoolSize(1);
                    pool.setQueueCapacity(1);
                    pool.setTaskDecorator(decorator);
                    return pool;
                }
                case THREADS -> {
                    var threads = new SimpleAsyncTaskExecutor();
                    if (Runtime.version().feature() >= 21) {
                        threads.setVirtualThreads(true);
                    }
                    threads.setTaskDecorator(decorator);
                    return threads;
                }
                case SCHEDULER -> {
                    var scheduler = new ThreadPoolTaskScheduler();
                    scheduler.setTaskDecorator(decorator);
                    return scheduler;
                }
                case THREAD_SCHEDULER -> {
                    var scheduler = new SimpleAsyncTaskScheduler();
                    scheduler.setTaskDecorator(decorator);
                    return scheduler;
                }
            }
            throw new IllegalStateException();
        }
    }

    private static ConfigurableApplicationContext runWith(Kind kind) {
        WithExecutor.kind = kind;
        WithExecutor.DECORATED.clear();
        return run(WithExecutor.class);
    }

    @ParameterizedTest
    @EnumSource
    final void taskOfAnExecutor_isWaitedFor_andItsOwnDecoratorRuns(Kind kind) throws Exception {
        ConfigurableApplicationContext context = runWith(kind);
        Ebbtide service = service(context);
        AsyncTaskExecutor mails = context.getBean(AsyncTaskExecutor.class);
        var interrupted = new AtomicReference<@Nullable Boolean>();
        mails.execute(() -> {
            await(release);
            interrupted.set(Thread.currentThread().isInterrupted());
        });
        assertThat(jobs(service)).isEqualTo(1);

        CompletableFuture<Void> closed = close(context);
        assertThat(closed).isNotDone();
        release.countDown();
        end(closed);

        assertThat(interrupted.get()).isFalse();
        assertThat(WithExecutor.DECORATED).containsExactly("before");
        assertThat(service.awaitStopped(Duration.ZERO).isClean()).isTrue();
    }

    @Test
    final void taskThatIsRejected_doesNotCount() {
        try (ConfigurableApplicationContext context = runWith(Kind.POOL)) {
            AsyncTaskExecutor mails = context.getBean(AsyncTaskExecutor.class);
            mails.execute(() -> await(release));
            mails.execute(() -> {});

            assertThatThrownBy(() -> mails.execute(() -> {})).isInstanceOf(TaskRejectedException.class);

            assertThat(jobs(service(context))).isEqualTo(2);
            release.countDown();
        }
    }

    @Test
    final void taskThatALimitRefuses_doesNotCount_onceTheShutdownLooksForIt() throws Exception {
        ConfigurableApplicationContext context = runWith(Kind.THREADS);
        SimpleAsyncTaskExecutor mails = context.getBean(SimpleAsyncTaskExecutor.class);
        mails.setConcurrencyLimit(1);
        mails.setRejectTasksWhenLimitReached(true);
        mails.execute(() -> await(release));
        assertThatThrownBy(() -> mails.execute(() -> {})).isInstanceOf(TaskRejectedException.class);

        CompletableFuture<Void> closed = close(context);
        Ebbtide service = service(context);
        Awaitility.await().atMost(SOON).until(() -> jobs(service) == 1);
        release.countDown();
        end(closed);

        assertThat(service.awaitStopped(Duration.ZERO).isClean()).isTrue();
    }

    @Test
    final void delayedTask_runsIfItIsDueInTime_andIsCancelledOtherwise() throws Exception {
        ConfigurableApplicationContext context = runWith(Kind.SCHEDULER);
        ThreadPoolTaskScheduler mails = context.getBean(ThreadPoolTaskScheduler.class);
        var ran = new AtomicBoolean();
        mails.schedule(() -> ran.set(true), Instant.now().plusSeconds(2));
        ScheduledFuture<?> never = mails.schedule(() -> {}, Instant.now().plus(Duration.ofDays(1)));
        assertThat(jobs(service(context))).isZero();

        end(close(context));

        assertThat(ran).isTrue();
        assertThat(never.isCancelled()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = {"SCHEDULER", "THREAD_SCHEDULER"})
    final void taskOfATrigger_doesNotKeepTheDrainOpenUntilItIsDueAgain(Kind kind) throws Exception {
        ConfigurableApplicationContext context = runWith(kind);
        var runs = new AtomicInteger();
        context.getBean(TaskScheduler.class).schedule(runs::incrementAndGet, new PeriodicTrigger(Duration.ofHours(1)));
        Awaitility.await().atMost(SOON).until(() -> runs.get() == 1);

        end(close(context));

        assertThat(runs).hasValue(1);
    }

    /** Uses an executor when it is destroyed. */
    @Configuration(proxyBeanMethods = false)
    static class WithLastTask {
        static final AtomicBoolean RAN = new AtomicBoolean();

        @Bean
        DisposableBean usesTheExecutor(AsyncTaskExecutor mails) {
            return () -> {
                try {
                    mails.submit(() -> RAN.set(true)).get(SOON.toSeconds(), TimeUnit.SECONDS);
                } catch (java.util.concurrent.ExecutionException e) {
                    throw new IllegalStateException(e);
                }
            };
        }
    }

    @Test
    final void beanThatIsDestroyed_mayStillUseTheExecutor() throws Exception {
        WithExecutor.kind = Kind.POOL;
        WithLastTask.RAN.set(false);
        ConfigurableApplicationContext context = new SpringApplicationBuilder(
                        Application.class, WithExecutor.class, WithLastTask.class)
                .run("--ebbtide.grace=60m", "--spring.main.web-application-type=none", "--logging.level.root=off");

        end(close(context));

        assertThat(WithLastTask.RAN).isTrue();
    }

    /** Scheduled methods of each kind. */
    static class Timetable {
        final AtomicInteger begun = new AtomicInteger();
        final AtomicReference<@Nullable CountDownLatch> blocks = new AtomicReference<>();

        @Scheduled(fixedRate = 5)
        void atARate() {
            run();
        }

        @Scheduled(fixedDelay = 5)
        void afterADelay() {
            run();
        }

        @Scheduled(cron = "* * * * * *")
        void eachSecond() {
            run();
        }

        private void run() {
            begun.incrementAndGet();
            CountDownLatch latch = blocks.get();
            if (latch != null) {
                await(latch);
            }
        }
    }

    /** With a scheduler that the test chooses. */
    @Configuration(proxyBeanMethods = false)
    @EnableScheduling
    static class WithTimetable {
        @Bean
        Timetable timetable() {
            return new Timetable();
        }

        @Bean
        TaskScheduler taskScheduler() {
            if (WithExecutor.kind == Kind.THREAD_SCHEDULER) {
                return new SimpleAsyncTaskScheduler();
            }
            var scheduler = new ThreadPoolTaskScheduler();
            scheduler.setPoolSize(8);
            return scheduler;
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SCHEDULER", "THREAD_SCHEDULER"})
    final void scheduledMethods_areWaitedFor_andBeginNoRunAfterTheSignal(Kind kind) throws Exception {
        WithExecutor.kind = kind;
        ConfigurableApplicationContext context = run(WithTimetable.class);
        Ebbtide service = service(context);
        Timetable timetable = context.getBean(Timetable.class);
        timetable.blocks.set(release);
        Awaitility.await()
                .atMost(SOON)
                .untilAsserted(() -> assertThat(service.inFlight().list())
                        .extracting(WorkInFlight::description)
                        .anyMatch(name -> name.contains("Timetable.atARate"))
                        .anyMatch(name -> name.contains("Timetable.afterADelay"))
                        .anyMatch(name -> name.contains("Timetable.eachSecond"))
                        .allMatch(name -> name.contains("@Scheduled ") || name.endsWith(": task")));

        CompletableFuture<Void> closed = close(context);
        timetable.blocks.set(null);
        int begun = timetable.begun.get();
        var beats = new AtomicInteger();
        context.getBean(TaskScheduler.class).scheduleAtFixedRate(beats::incrementAndGet, Duration.ofMillis(5));
        Awaitility.await().atMost(SOON).until(() -> beats.get() > 300); // more than a second
        assertThat(closed).isNotDone();
        assertThat(timetable.begun).hasValue(begun);
        release.countDown();
        end(closed);

        assertThat(timetable.begun).hasValue(begun);
        assertThat(service.awaitStopped(Duration.ZERO).isClean()).isTrue();
    }

    @Test
    final void scheduledMethods_goOn_inAContextThatIsStoppedAndStarted() {
        WithExecutor.kind = Kind.SCHEDULER;
        try (ConfigurableApplicationContext context = run(WithTimetable.class)) {
            AtomicInteger begun = context.getBean(Timetable.class).begun;
            Awaitility.await().atMost(SOON).until(() -> begun.get() > 0);
            context.stop();
            int stopped = begun.get();
            context.start();

            Awaitility.await().atMost(SOON).until(() -> begun.get() > stopped + 20);
        }
    }

    /** As the interface of that name in spring-kafka, spring-rabbit and spring-jms. */
    interface MessageListenerContainer extends SmartLifecycle {}

    /** Consumes until it is stopped, and calls back once its message is finished. */
    static final class Container implements MessageListenerContainer {
        final CountDownLatch message = new CountDownLatch(1);
        final AtomicInteger stops = new AtomicInteger();
        final boolean autoStartup;
        private volatile boolean running;

        Container(boolean autoStartup) {
            this.autoStartup = autoStartup;
        }

        @Override
        public boolean isAutoStartup() {
            return autoStartup;
        }

        @Override
        public void start() {
            running = true;
        }

        @Override
        public void stop() {
            stop(() -> {});
        }

        @Override
        public void stop(Runnable callback) {
            stops.incrementAndGet();
            running = false;
            new Thread(() -> {
                        WorkContract.await(message);
                        callback.run();
                    })
                    .start();
        }

        @Override
        public boolean isRunning() {
            return running;
        }

        @Override
        public int getPhase() {
            return Integer.MAX_VALUE - 100;
        }
    }

    /** A consumer whose name says nothing. */
    static final class Poller implements SmartLifecycle {
        private volatile boolean running;

        @Override
        public void start() {
            running = true;
        }

        @Override
        public void stop() {
            running = false;
        }

        @Override
        public boolean isRunning() {
            return running;
        }
    }

    /** Consumers, and work that keeps the drain open. */
    @Configuration(proxyBeanMethods = false)
    @EnableAsync
    static class WithConsumers {
        @Bean
        Container orders() {
            return new Container(true);
        }

        @Bean
        Container replies() {
            return new Container(true);
        }

        @Bean
        Container ofItsOwner() {
            return new Container(false);
        }

        @Bean
        Poller poller() {
            return new Poller();
        }

        @Bean
        Poller cache() {
            return new Poller();
        }

        @Bean
        Jobs jobs() {
            return new Jobs();
        }
    }

    @Test
    final void listenerContainers_stopAtTheSignal_andTheDrainWaitsForTheirMessages() throws Exception {
        ConfigurableApplicationContext context =
                run(WithConsumers.class, "--ebbtide.consumers=poller", "--ebbtide.consumers-kept=replies");
        Ebbtide service = service(context);
        Container orders = context.getBean("orders", Container.class);
        Container replies = context.getBean("replies", Container.class);
        Container ofItsOwner = context.getBean("ofItsOwner", Container.class);
        ofItsOwner.start();
        replies.message.countDown();
        ofItsOwner.message.countDown();
        Poller poller = context.getBean("poller", Poller.class);
        Poller cache = context.getBean("cache", Poller.class);

        CompletableFuture<Void> closed = close(context);
        Awaitility.await().atMost(SOON).until(() -> !orders.isRunning() && !poller.isRunning());
        assertThat(service.inFlight().list())
                .extracting(WorkInFlight::description)
                .contains("orders: finishes its messages");
        assertThat(service.state()).isEqualTo(LifecycleState.DRAINING);
        assertThat(replies.isRunning()).isTrue();
        assertThat(ofItsOwner.isRunning()).isTrue();
        assertThat(cache.isRunning()).isTrue();
        orders.message.countDown();
        end(closed);

        assertThat(orders.stops).hasValue(1);
        assertThat(replies.stops).hasValue(1);
        assertThat(service.awaitStopped(Duration.ZERO).isClean()).isTrue();
    }

    @Test
    final void listenerContainers_areLeftToTheContext_ifTheyAreSwitchedOff() throws Exception {
        ConfigurableApplicationContext context = run(WithConsumers.class, "--ebbtide.listener-containers=false");
        Container orders = context.getBean("orders", Container.class);
        orders.message.countDown();
        context.getBean(Jobs.class).run(() -> await(release));

        CompletableFuture<Void> closed = close(context);
        assertThat(orders.isRunning()).isTrue();
        release.countDown();
        end(closed);

        assertThat(orders.stops).hasValue(1);
    }
}
