package io.ebbtide.examples.spool;

import io.ebbtide.work.Message;
import io.ebbtide.work.MessageSource;
import io.ebbtide.work.Messages;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Polls a spool and processes its messages. Finished messages are acknowledged periodically, as a broker's client would;
 * unfinished ones are given back when the service shuts down.
 */
final class SpoolConsumer implements MessageSource {
    private static final Logger LOG = LoggerFactory.getLogger(SpoolConsumer.class);
    private static final int AT_ONCE = 4;
    private static final Duration POLL_EVERY = Duration.ofMillis(50);

    private final Spool spool;
    private final Consumer<byte[]> work;
    private final Set<String> unfinished = ConcurrentHashMap.newKeySet();
    private final Set<String> finished = ConcurrentHashMap.newKeySet();
    private final ExecutorService workers = Executors.newFixedThreadPool(AT_ONCE);
    private final Semaphore free = new Semaphore(AT_ONCE);
    private final CountDownLatch paused = new CountDownLatch(1);

    /** @param work the processing of a message, called by several threads at once; may be called twice for one message */
    SpoolConsumer(Spool spool, Consumer<byte[]> work) {
        this.spool = spool;
        this.work = work;
    }

    @Override
    public String name() {
        return "spool";
    }

    @Override
    public void start(Messages messages) {
        Thread poller = new Thread(() -> poll(messages), "spool-poller");
        poller.setDaemon(true);
        poller.start();
    }

    private void poll(Messages messages) {
        try {
            do {
                for (String name : spool.waiting(AT_ONCE)) {
                    free.acquire();
                    if (!handOver(name, messages)) {
                        free.release();
                    }
                }
                acknowledge();
                spool.giveBackAbandoned();
            } while (!paused.await(POLL_EVERY.toMillis(), TimeUnit.MILLISECONDS));
        } catch (IOException | InterruptedException e) {
            LOG.error("polling has ended", e);
        }
    }

    /** Asks first: once the service shuts down, the message stays in the inbox. */
    private boolean handOver(String name, Messages messages) throws IOException {
        Message message = messages.take(() -> "spool " + name);
        if (message == null) {
            return false;
        }
        if (!spool.claim(name)) {
            message.close();
            return false;
        }
        unfinished.add(name);
        workers.execute(() -> workOn(name, message));
        return true;
    }

    private void workOn(String name, Message message) {
        try (message) {
            message.workedOnBy(Thread.currentThread());
            work.accept(spool.read(name));
            unfinished.remove(name);
            finished.add(name);
        } catch (IOException | RuntimeException e) {
            LOG.warn("{} remains unfinished", name, e);
        } finally {
            free.release();
        }
    }

    private synchronized void acknowledge() throws IOException {
        for (String name : List.copyOf(finished)) {
            spool.done(name);
            finished.remove(name);
        }
    }

    @Override
    public void pause() {
        paused.countDown();
    }

    @Override
    public void commit(Duration within) throws IOException {
        acknowledge();
    }

    @Override
    public void disconnect(Duration within) throws IOException {
        workers.shutdownNow();
        for (String name : unfinished) {
            spool.giveBack(name);
        }
    }
}
