package io.ebbtide.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The contract, tried with an adapter that keeps little of it: what is not kept is found out and said. */
@Execution(ExecutionMode.CONCURRENT) // some wait
final class HttpContractIT {
    private static final Duration PATIENCE = Stage.PATIENCE;

    /** Of trials that wait it out. */
    private static final Duration SHORT_PATIENCE = Duration.ofSeconds(5);

    private static final Set<Promise> WAITED_OUT = EnumSet.of(Promise.LOAD_CONNECTIONS, Promise.DRAIN_PORT_CLOSED);

    private static final String FILE = "careless.json";
    private static final String REASON = "its author was in a hurry";

    private final Trials trials = new Trials(new Careless(Map.of()).servers);

    /** Not found by the engine as a test: it is nested, and no contract of ours. */
    private static final class Careless extends HttpContract {
        private final Map<Promise, String> cannot;

        Careless(Map<Promise, String> cannot) {
            this.cannot = cannot;
        }

        @Override
        protected String adapter() {
            return "Careless";
        }

        @Override
        protected ServerUnderTest server(Application application, int port) {
            var source = new CarelessSource(application, port);
            return new ServerUnderTest(source, source::port);
        }

        @Override
        protected BareServer bare(Application application) throws IOException {
            return CarelessSource.bare(application);
        }

        @Override
        protected Map<Promise, String> cannot() {
            return cannot;
        }
    }

    @AfterEach
    void end() throws Exception {
        trials.close();
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "ANSWERED",
                "EMPTY",
                "NOT_FOUND",
                "LISTED_WITH_AGE",
                "LISTED_WITH_THREAD",
                "CONCURRENT",
                "SLOW_SENDER",
                "LAME_DUCK_NEW_CONNECTION",
                "PORT_BEFORE_START"
            })
    void promise_thatIsKept_isSeenAsKept(Promise promise) {
        Outcome outcome = trials.on(promise, PATIENCE);

        assertThat(outcome.failure()).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            LISTED_BY_PATH          | the description: GET /blocking;jsessionid=secret?token=secret (expected: GET /blocking)
            FAILED                  | the connection ended within the head, after:
            PROBES                  | the status of /health: 404 (expected: 200)
            LOAD_CONNECTIONS        | open connections: -1 after 5000 ms (expected: 0)
            LAME_DUCK_USED_CONNECTION | late requests on new connections: 1 (expected: 0)
            LAME_DUCK_HEALTH_CHECKERS | late requests: 1 (expected: 0)
            LAME_DUCK_BEGUN_BEFORE    | Connection:  (expected: close)
            LAME_DUCK_UPGRADE_REFUSED | the connection ended within the head, after:
            DRAIN_SERVED            | Connection:  (expected: close)
            DRAIN_PORT_CLOSED       | a new connection: accepted (expected: refused)
            GATE_REFUSES            | Connection:  (expected: close)
            """)
    void promise_thatIsNotKept_isSeenAsThatAndSaid(Promise promise, String said) {
        Outcome outcome = trials.on(promise, WAITED_OUT.contains(promise) ? SHORT_PATIENCE : PATIENCE);

        assertThat(outcome.kept()).isFalse();
        assertThat(outcome.failure()).message().isEqualTo(said.strip().replaceFirst("after:$", "after: "));
    }

    @Test
    void failure_ofOneTrial_doesNotAffectTheNext() {
        assertThat(trials.on(Promise.ANSWERED, PATIENCE).kept()).isTrue();
        assertThat(trials.on(Promise.FAILED, PATIENCE).kept()).isFalse();
        assertThat(trials.on(Promise.ANSWERED, PATIENCE).kept()).isTrue();
    }

    @Test
    void ticket_thatStaysOpen_isFoundOut() {
        Outcome outcome = trials.on(Promise.CLIENT_GONE_WITHIN_ITS_BODY, SHORT_PATIENCE);

        assertThat(outcome.failure()).hasMessage("requests in flight: 1 after 5000 ms (expected: 0)");
    }

    @Test
    @ResourceLock(FILE)
    void undeclaredPromise_thatIsNotKept_fails() throws Exception {
        var contract = new Careless(Map.of());

        assertThatThrownBy(() -> contract.verify(Promise.LISTED_BY_PATH))
                .hasMessage(
                        "Careless does not keep LISTED_BY_PATH: the description: GET /blocking;jsessionid=secret?token=secret (expected:"
                                + " GET /blocking)");
        contract.end();
    }

    @Test
    @ResourceLock(FILE)
    void declaredPromise_thatIsNotKept_passes() throws Exception {
        var contract = new Careless(Map.of(Promise.LISTED_BY_PATH, REASON));

        assertThatCode(() -> contract.verify(Promise.LISTED_BY_PATH)).doesNotThrowAnyException();
        contract.end();
    }

    @Test
    @ResourceLock(FILE)
    void declaredPromise_thatIsKept_fails() throws Exception {
        var contract = new Careless(Map.of(Promise.ANSWERED, REASON));

        assertThatThrownBy(() -> contract.verify(Promise.ANSWERED))
                .hasMessage(
                        "Careless keeps ANSWERED, which is declared as impossible, because 'its author was in a hurry'"
                                + " (expected: no declaration, or a promise that is not kept)");
        contract.end();
        assertThat(Path.of("target", "contract", FILE))
                .content()
                .contains("\"name\" : \"ANSWERED\"", "\"kept\" : true", "\"cannot\" : \"its author was in a hurry\"");
    }
}
