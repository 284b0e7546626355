package io.ebbtide.testkit.contract;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The promises of every adapter of an HTTP server, as JUnit tests, one for each {@link Promise}. The test of an adapter
 * extends this class. Called by one thread at a time.
 *
 * <pre>{@code
 * final class UndertowContractIT extends HttpContract {
 *     protected String adapter() { return "Undertow"; }
 *     protected ServerUnderTest server(Application application, int port) {
 *         var source = UndertowSource.http(port, new BlockingHandler(
 *                 exchange -> application.handle(new UndertowExchange(exchange))));
 *         return new ServerUnderTest(source, source::port);
 *     }
 *     protected BareServer bare(Application application) { ... }
 * }
 * }</pre>
 *
 * <p>The results are written to {@code target/contract/<adapter>.json}. {@code -Dcontract.only=PIPELINED,HEAD} tests
 * only some promises.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.SAME_THREAD)
public abstract class HttpContract {
    /** How long a trial waits for an event that is not expected. */
    private static final Duration LESS_PATIENCE = Duration.ofMillis(1_500);

    /** Takes a second or two. */
    private static final long SOME_MUTATIONS = 1_000;

    private static final long MANY_MUTATIONS = 1_000_000;

    private final List<Outcome> outcomes = new ArrayList<>();
    final ServerFactory servers = new ServerFactory() {
        @Override
        public String adapter() {
            return HttpContract.this.adapter();
        }

        @Override
        public ServerUnderTest server(Application application, int port) throws Exception {
            return HttpContract.this.server(application, port);
        }

        @Override
        public BareServer bare(Application application) throws Exception {
            return HttpContract.this.bare(application);
        }

        @Override
        public int workers() {
            return HttpContract.this.workers();
        }

        @Override
        public Set<String> serversOwnLines() {
            return HttpContract.this.serversOwnLines();
        }
    };
    private final Trials trials = new Trials(servers);

    /** For test classes of adapters. */
    protected HttpContract() {}

    /** The adapter's name, such as {@code Undertow}. */
    protected abstract String adapter();

    /**
     * Creates a server that has not been started, with {@link #workers} threads for handlers; it is started at most once. All
     * of its requests except probes go to the application, on threads that may block.
     *
     * @param port the port to listen on, on all addresses; 0 for any free one
     */
    protected abstract ServerUnderTest server(Application application, int port) throws Exception;

    /**
     * Starts the same server without the adapter, on any free port, with the same configuration otherwise: its own answer is
     * the expected one for a request that it refuses by itself. Called once for each trial that needs it.
     */
    protected abstract BareServer bare(Application application) throws Exception;

    /** The number of the server's threads for handlers, {@code >= 4}; 4 unless overridden. */
    protected int workers() {
        return 4;
    }

    /**
     * The promises that the server cannot keep, whatever the adapter does, each with the reason. They are still tested: a promise
     * that is listed here and is kept fails.
     */
    protected Map<Promise, String> cannot() {
        return Map.of();
    }

    /**
     * The page with the table of promises, whose column for this adapter is compared with the results;
     * null, the default, for none. {@code -Dcontract.write=true} writes the column.
     */
    protected @Nullable Path table() {
        return null;
    }

    @TestFactory
    final Stream<DynamicTest> promises() {
        String only = System.getProperty("contract.only", "");
        return Arrays.stream(Promise.values())
                .filter(promise -> only.isEmpty() || List.of(only.split(",")).contains(promise.name()))
                .map(promise -> DynamicTest.dynamicTest(promise + ": " + promise.sentence(), () -> verify(promise)));
    }

    /**
     * The lines that the server itself logs above DEBUG for some malformed requests, with or without the adapter: their beginnings,
     * such as {@code INFO org.apache.coyote.http11.Http11Processor}; none unless overridden.
     */
    protected Set<String> serversOwnLines() {
        return Set.of();
    }

    /** The same mutations in each build, so that a change does not fail by chance; {@code -Dmutations.seed} selects others. */
    @Test
    final void mutatedRequests_areAnsweredAsByTheBareServer() throws Exception {
        MutationTrial.run(servers, Long.getLong("mutations", SOME_MUTATIONS), seed(1));
    }

    @Test
    @Tag("full")
    final void mutatedRequests_aMillionOfThem_areAnsweredAsByTheBareServer() throws Exception {
        MutationTrial.run(servers, Long.getLong("mutations.full", MANY_MUTATIONS), seed(System.nanoTime()));
    }

    private static long seed(long given) {
        return Long.getLong("mutations.seed", given);
    }

    @Test
    final void columnOfTheTable_statesWhatIsKeptAndWhatCannotBe() throws IOException {
        Path file = table();
        if (file == null) {
            return;
        }
        var table = PromiseTable.read(file);
        if (Boolean.getBoolean("contract.write")) {
            table.withColumn(adapter(), cannot()).write(file);
        } else {
            table.verifyColumn(adapter(), cannot());
        }
    }

    @AfterAll
    final void end() throws Exception {
        trials.close();
        OutcomesJson.write(adapter(), outcomes, cannot());
    }

    /** Fails unless the promise is kept, or is declared impossible and not kept. */
    final void verify(Promise promise) throws Exception {
        String reason = cannot().get(promise);
        Outcome outcome = trials.on(promise, reason == null ? Stage.PATIENCE : LESS_PATIENCE);
        outcomes.add(outcome);
        Throwable failure = outcome.failure();
        if (reason == null && failure != null) {
            throw new AssertionError(
                    "%s does not keep %s: %s".formatted(adapter(), promise, failure.getMessage()), failure);
        }
        if (reason != null && failure == null && !promise.mayHoldByChance()) {
            throw new AssertionError(
                    "%s keeps %s, which is declared as impossible, because '%s' (expected: no declaration, or a promise that is not kept)"
                            .formatted(adapter(), promise, reason));
        }
    }
}
