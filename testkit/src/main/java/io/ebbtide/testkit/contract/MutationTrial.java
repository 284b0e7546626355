package io.ebbtide.testkit.contract;

import io.ebbtide.testkit.WireConnection;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Collectors;

/**
 * Sends the same mutated requests to a server with its adapter and to the bare server beside it, and compares the classes of
 * their answers. Called by one thread.
 */
final class MutationTrial {
    /*
     * The client ends its side of a connection once it has sent the mutant, so each server sends the answers it can and ends the
     * connection; no result depends on a time-out. How many of several answers arrive if a server closes
     * with bytes unread is a race in some servers, and Tomcat answers an unreadable request line in the HTTP version of the
     * last one that the same processor could read. So if answers differ, the mutant is sent to both again several times, with no
     * other client and each time after a well-formed request; the difference counts if the two have no answer in common. Some
     * answers depend on how many reads the parts arrive in (Tomcat 11: 400 or nothing for a stray CR at the end of the head). So
     * where there are several parts, a difference does not count if the two agree both on the parts read one by one and on all of
     * them read at once.
     */
    private static final int CLIENTS = 2;

    private static final int ASKED_AGAIN = 12;
    private static final int MAX_SHOWN = 20;

    /** Long enough for a server that has nothing else to do to read what was sent before. */
    private static final long BETWEEN_PARTS_MILLIS = 20;

    /** A line is printed after this many requests. */
    private static final long PROGRESS = 50_000;

    private static final int WARM_UP_SHARE = 5;

    /** Less than 16 bytes for each of a million requests; a retained head takes more. */
    private static final long MAX_GROWTH_BYTES = 16L * 1024 * 1024;

    /** From this number of requests on, a growth of that size would be a leak, not a cache that fills. */
    private static final long MIN_FOR_GROWTH = 100_000;

    /** For pools that start a thread when they are busy. */
    private static final int MAX_MORE_THREADS = 8;

    /** For servers, mainly Jetty, that may drop their last answer if the client has ended its side. */
    private static final Duration QUIET = Duration.ofMillis(300);

    private static final Duration HANG = Duration.ofSeconds(60);

    private final Stage stage;
    private final BareServer bare;
    private final long requests;
    private final long seed;
    private final ReadWriteLock others = new ReentrantReadWriteLock(true);
    private final AtomicLong sent = new AtomicLong();
    private final LongAdder compared = new LongAdder();
    private final LongAdder raced = new LongAdder();
    private final LongAdder timed = new LongAdder();
    private final LongAdder reset = new LongAdder();
    private final Map<AllowedDifference, Long> allowed =
            Collections.synchronizedMap(new EnumMap<>(AllowedDifference.class));
    private final List<String> differences = Collections.synchronizedList(new ArrayList<>());
    private final LongAdder different = new LongAdder();

    /** How a mutant is sent. */
    private enum Sending {
        /** All parts, without a pause, and then the end of the sending. */
        AS_IT_IS,
        /** The same, but the end once nothing has been received for a while. */
        PATIENTLY,
        /** As one part. */
        AT_ONCE,
        /** Each part once the one before has been read. */
        PART_BY_PART
    }

    private MutationTrial(Stage stage, BareServer bare, long requests, long seed) {
        this.stage = stage;
        this.bare = bare;
        this.requests = requests;
        this.seed = seed;
    }

    /**
     * Runs.
     *
     * @param requests the minimum number, {@code >= 1}
     */
    static void run(ServerFactory servers, long requests, long seed) throws Exception {
        try (Stage stage = Stage.start(servers);
                BareServer bare = servers.bare(new Application());
                LogLines lines = LogLines.capture()) {
            stage.beginTrial(HANG);
            var trial = new MutationTrial(stage, bare, requests, seed);
            trial.sendUntil(requests / WARM_UP_SHARE, 0);
            long heapBefore = heapInUse();
            int threadsBefore = Thread.getAllStackTraces().size();
            trial.sendUntil(requests, 1);
            Seen.soonEqual(HANG, "requests in flight", stage::requestsInFlight, 0);
            long grown = heapInUse() - heapBefore;
            int moreThreads = Thread.getAllStackTraces().size() - threadsBefore;
            Set<String> logged = lines.soFar();
            logged.removeIf(line -> servers.serversOwnLines().stream().anyMatch(line::startsWith));
            System.out.printf(
                    "%s: seed %d, %,d mutated requests, %,d compared, %,d differ, %s allowed, %,d raced, %,d by timing, %,d reset;"
                            + " heap %+,d KiB, threads %+d, kinds of lines above DEBUG: %d%n",
                    servers.adapter(),
                    seed,
                    trial.sent.get(),
                    trial.compared.sum(),
                    trial.different.sum(),
                    trial.allowed,
                    trial.raced.sum(),
                    trial.timed.sum(),
                    trial.reset.sum(),
                    grown / 1024,
                    moreThreads,
                    logged.size());
            trial.verify(grown, moreThreads, logged);
        }
    }

    private void verify(long grown, int moreThreads, Set<String> logged) {
        String what = "of %d mutated requests with -Dmutations.seed=%d: ".formatted(sent.get(), seed);
        Seen.equal(
                what + "answers of another class than the bare server's", different.sum() + " " + differences, "0 []");
        Seen.equal(what + "lines above DEBUG", logged, new TreeSet<>());
        Seen.that(moreThreads <= MAX_MORE_THREADS, what + "additional threads", moreThreads, "<= " + MAX_MORE_THREADS);
        if (requests >= MIN_FOR_GROWTH) {
            Seen.that(grown <= MAX_GROWTH_BYTES, what + "additional bytes of heap", grown, "<= " + MAX_GROWTH_BYTES);
        }
    }

    private void sendUntil(long total, int turn) throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        try {
            List<Callable<Void>> work = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                var mutants = new Mutants(seed + 1_000L * turn + i);
                work.add(() -> {
                    while (sent.get() < total) {
                        tryOne(mutants.next());
                    }
                    return null;
                });
            }
            for (Future<Void> each : clients.invokeAll(work)) {
                each.get();
            }
        } finally {
            clients.shutdownNow();
        }
    }

    private void tryOne(Mutant mutant) throws IOException {
        long before = sent.getAndAdd(mutant.requests());
        long now = before + mutant.requests();
        if (now / PROGRESS > before / PROGRESS) {
            System.out.printf("%,d of %,d mutated requests sent%n", now, requests);
        }
        if (mutant.isReset()) {
            try (WireConnection client = WireConnection.open(stage.port(), HANG)) {
                for (byte[] part : mutant.parts()) {
                    client.send(part);
                }
                client.abort();
            } catch (IOException e) {
                // the connection was refused and closed before the mutant was sent
            }
            reset.increment();
            return;
        }
        Answers right;
        Answers seen;
        others.readLock().lock();
        try {
            right = ask(bare.port(), mutant);
            seen = ask(stage.port(), mutant);
        } finally {
            others.readLock().unlock();
        }
        compared.increment();
        if (seen.classes().equals(right.classes())) {
            return;
        }
        AllowedDifference difference = AllowedDifference.of(right, seen);
        if (difference != null) {
            allowed.merge(difference, 1L, Long::sum);
        } else {
            others.writeLock().lock();
            try {
                askAlone(mutant);
            } finally {
                others.writeLock().unlock();
            }
        }
    }

    private void askAlone(Mutant mutant) throws IOException {
        List<Answers> rights = new ArrayList<>();
        List<Answers> seens = new ArrayList<>();
        if (agreeOn(mutant, rights, seens, Sending.AS_IT_IS, Sending.PATIENTLY)) {
            raced.increment();
        } else if (mutant.parts().size() > 1
                && agreeOn(mutant, new ArrayList<>(), new ArrayList<>(), Sending.AT_ONCE)
                && agreeOn(mutant, new ArrayList<>(), new ArrayList<>(), Sending.PART_BY_PART)) {
            timed.increment();
        } else {
            different.increment();
            if (differences.size() < MAX_SHOWN) {
                differences.add("%s: %s (expected: %s)%n".formatted(mutant, kinds(seens), kinds(rights)));
            }
        }
    }

    /** Whether the two have an answer in common if they are asked in these ways, in turn; adds all answers. */
    private boolean agreeOn(Mutant mutant, List<Answers> rights, List<Answers> seens, Sending... ways)
            throws IOException {
        for (int i = 0; i < ASKED_AGAIN; i++) {
            Sending way = ways[i % ways.length];
            rights.add(askAfresh(bare.port(), mutant, way));
            seens.add(askAfresh(stage.port(), mutant, way));
            if (rights.stream().anyMatch(right -> seens.stream().anyMatch(seen -> isRight(right, seen)))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isRight(Answers right, Answers seen) {
        return seen.classes().equals(right.classes()) || AllowedDifference.of(right, seen) != null;
    }

    private static Set<String> kinds(List<Answers> answers) {
        return answers.stream().map(Answers::classes).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Answers askAfresh(int port, Mutant mutant, Sending way) throws IOException {
        WireConnection.get(port, Scenario.PLAIN.path());
        return switch (way) {
            case AS_IT_IS -> ask(port, mutant);
            case AT_ONCE -> ask(port, new Mutant(List.of(mutant.bytes()), mutant.requests(), false));
            case PATIENTLY -> {
                try (WireConnection client = WireConnection.open(port, HANG)) {
                    yield Answers.toPatientClient(client, mutant.parts(), QUIET);
                }
            }
            case PART_BY_PART -> {
                try (WireConnection client = WireConnection.open(port, HANG)) {
                    yield Answers.to(client, mutant.parts(), BETWEEN_PARTS_MILLIS);
                }
            }
        };
    }

    private static Answers ask(int port, Mutant mutant) throws IOException {
        try (WireConnection client = WireConnection.open(port, HANG)) {
            return Answers.to(client, mutant.parts());
        } catch (IOException e) {
            throw new IOException("no end of the connection after " + mutant + ": " + e.getMessage(), e);
        }
    }

    private static long heapInUse() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
