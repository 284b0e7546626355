package io.ebbtide.undertow;

import io.undertow.Undertow;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.XnioIoThread;
import org.xnio.XnioWorker;
import org.xnio.channels.AcceptingChannel;

/** The open ports of a server, closed so that no client remains in the accept queue. */
final class Listeners {
    /*
     * A connection that the kernel has accepted and the server has not is reset when the port is closed, with the
     * request that it may hold. Undertow closes its ports from the thread that calls stop(), after writing a log line,
     * while the accept thread sleeps: long enough to lose some under load. Here the accept thread itself empties the
     * queue and closes the port, in two consecutive tasks. Before that it does the same with unused ports, because the
     * first execution loads classes and takes milliseconds. Some microseconds remain.
     *
     * This needs parts that Undertow does not publish: its channels, and XNIO's accept thread. Where they are not
     * available, its own stop() closes the ports.
     */
    private static final int REHEARSALS = 5;

    /** XNIO accepts at most 128 in one task, and Undertow lets the kernel queue 1000. */
    private static final int ACCEPTS = 9;

    /** Accepted, opened, read, each a task of its connection's I/O thread, and one spare. */
    private static final int STEPS_TO_THE_HANDLER = 4;

    private static final int MAX_FOR_A_STEP_MILLIS = 50;

    private final Undertow undertow;
    private final XnioWorker worker;
    private final @Nullable List<? extends AcceptingChannel<?>> channels;
    private final @Nullable XnioIoThread acceptThread;

    private Listeners(Undertow undertow, XnioWorker worker) {
        this.undertow = undertow;
        this.worker = worker;
        channels = channelsOf(undertow);
        acceptThread = acceptThreadOf(worker);
    }

    static Listeners of(Undertow undertow, XnioWorker worker) {
        return new Listeners(undertow, worker);
    }

    /** Whether {@link #close} can close the ports without closing their connections, too. */
    boolean canClose() {
        return channels != null && acceptThread != null;
    }

    /**
     * Closes the ports; blocks until they are closed, for ever if the accept thread is blocked. All connections
     * accepted before have then been read, so that their requests are in flight, unless the I/O threads are blocked.
     */
    void close() throws IOException, InterruptedException, ExecutionException {
        List<? extends AcceptingChannel<?>> open = channels;
        XnioIoThread thread = acceptThread;
        if (open == null || thread == null) {
            undertow.stop();
            return;
        }
        for (int i = 0; i < REHEARSALS; i++) {
            closeOn(thread, List.of(portOfNoUse()));
        }
        closeOn(thread, open);
        for (int i = 0; i < STEPS_TO_THE_HANDLER; i++) {
            awaitIoThreads();
        }
    }

    /** Waits until each of them has completed the tasks it had. */
    private void awaitIoThreads() throws InterruptedException, ExecutionException {
        var done = new CompletableFuture<?>[worker.getIoThreadCount()];
        for (int i = 0; i < done.length; i++) {
            var each = new CompletableFuture<Void>();
            worker.getIoThread(i).execute(() -> each.complete(null));
            done[i] = each;
        }
        try {
            CompletableFuture.allOf(done).get(MAX_FOR_A_STEP_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            // a handler blocks an I/O thread, and with it the connections of that thread
        }
    }

    @SuppressWarnings("deprecation") // the only way to make the accept thread accept at once
    private static void closeOn(XnioIoThread thread, List<? extends AcceptingChannel<?>> open)
            throws InterruptedException, ExecutionException {
        var closed = new CompletableFuture<Void>();
        thread.execute(() -> {
            for (AcceptingChannel<?> channel : open) {
                for (int i = 0; i < ACCEPTS; i++) {
                    channel.wakeupAccepts(); // adds a task that accepts the waiting clients
                }
                thread.execute(() -> IoUtils.safeClose(channel));
            }
            thread.execute(() -> closed.complete(null));
        });
        closed.get();
    }

    private AcceptingChannel<?> portOfNoUse() throws IOException {
        var anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        return worker.createStreamConnectionServer(anyPort, IoUtils::safeClose, OptionMap.EMPTY);
    }

    private static @Nullable List<? extends AcceptingChannel<?>> channelsOf(Undertow undertow) {
        try {
            Field field = Undertow.class.getDeclaredField("channels");
            field.setAccessible(true);
            var channels = new ArrayList<AcceptingChannel<?>>();
            for (Object channel : (List<?>) field.get(undertow)) {
                channels.add((AcceptingChannel<?>) channel);
            }
            return channels;
        } catch (ReflectiveOperationException | RuntimeException e) {
            return null;
        }
    }

    private static @Nullable XnioIoThread acceptThreadOf(XnioWorker worker) {
        ThreadGroup group = Thread.currentThread().getThreadGroup();
        Thread[] threads = new Thread[2 * group.activeCount() + 16];
        int count = group.enumerate(threads);
        for (int i = 0; i < count; i++) {
            if (threads[i] instanceof XnioIoThread thread
                    && thread.getWorker() == worker
                    && thread.getName().endsWith(" Accept")) {
                return thread;
            }
        }
        return null;
    }
}
