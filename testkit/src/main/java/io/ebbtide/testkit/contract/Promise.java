package io.ebbtide.testkit.contract;

/**
 * The promises of an adapter of an HTTP server. Each is tested by {@link HttpContract}, in this order. The sentence is in
 * {@code docs/reference/adapters.md}.
 */
public enum Promise {
    LISTED_BY_PATH(
            Topic.COUNTED,
            "is listed with method and path, without query and path parameters",
            CountingTrials::listedByPath),
    LISTED_WITH_AGE(Topic.COUNTED, "is listed with its age", CountingTrials::listedWithAge),
    LISTED_WITH_THREAD(
            Topic.COUNTED, "is listed with the thread that executes its handler", CountingTrials::listedWithThread),
    ANSWERED(Topic.COUNTED, "answered with 200", CountingTrials.answered(Scenario.PLAIN, 200, "plain")),
    EMPTY(Topic.COUNTED, "answered with 204", CountingTrials.answered(Scenario.EMPTY, 204, "")),
    NOT_FOUND(Topic.COUNTED, "answered with 404", CountingTrials.answered("/nowhere", 404, null)),
    CHUNKED_ANSWER(Topic.COUNTED, "answered in chunks", CountingTrials.answered(Scenario.CHUNKED, 200, "onetwo")),
    FAILED(Topic.COUNTED, "its handler throws an exception: 500", CountingTrials.answered(Scenario.FAILS, 500, null)),
    ERRED(Topic.COUNTED, "its handler throws an error: 500", CountingTrials.answered(Scenario.ERRS, 500, null)),
    FAILED_WITHIN(Topic.COUNTED, "its handler fails while it sends the answer", CountingTrials::failureWithin),
    FAILED_WITHIN_DETECTABLE(
            Topic.COUNTED,
            "its handler fails while it sends the answer, and the client can detect it",
            CountingTrials::failureWithinIsDetectable),
    ASYNC(Topic.COUNTED, "completed by another thread", CountingTrials::async),
    ASYNC_WITHOUT_THREAD(Topic.COUNTED, "waits, and is listed without a thread", CountingTrials::asyncWithoutThread),
    ASYNC_FAILED(Topic.COUNTED, "fails on another thread: 500", CountingTrials::asyncFailure),
    ASYNC_TIMED_OUT(Topic.COUNTED, "never completed: ended by the server's time-out", CountingTrials::asyncTimeout),
    CLIENT_GONE_BEFORE(Topic.COUNTED, "its client disconnects before the answer", CountingTrials::clientGoneBefore),
    CLIENT_GONE_WITHIN(Topic.COUNTED, "its client disconnects during the answer", CountingTrials::clientGoneWithin),
    CLIENT_GONE_AFTER(Topic.COUNTED, "its client disconnects after the answer", CountingTrials::clientGoneAfter),
    CLIENT_GONE_WITHOUT_READING(
            Topic.COUNTED,
            "its client disconnects without reading a large answer",
            CountingTrials::clientGoneWithoutReading),
    CLIENT_GONE_WITHIN_ITS_BODY(
            Topic.COUNTED, "its client disconnects while it sends its body", CountingTrials::clientGoneWithinItsBody),
    SLOW_READER(
            Topic.COUNTED,
            "its client reads slowly: in flight until the whole answer is written",
            CountingTrials::slowReader),
    SLOW_SENDER(Topic.COUNTED, "its client sends its body slowly", CountingTrials::slowSender),
    HEAD(Topic.COUNTED, "a HEAD", CountingTrials::head),
    HTTP_1_0(Topic.COUNTED, "an HTTP/1.0 request", CountingTrials::http10),
    UNREAD_BODY(Topic.COUNTED, "a POST whose body the handler does not read", CountingTrials::unreadBody),
    CONTINUE(Topic.COUNTED, "expects 100-continue", CountingTrials::continueExpected),
    CHUNKED_REQUEST(Topic.COUNTED, "a chunked request", CountingTrials::chunkedRequest),
    EVENT_STREAM(Topic.COUNTED, "server-sent events: a stream once they begin", CountingTrials::eventStream),
    CONCURRENT(Topic.COUNTED, "several at the same time", CountingTrials::concurrent),
    KEPT_CONNECTION(Topic.COUNTED, "several on one connection, which stays open", CountingTrials::keptConnection),
    PIPELINED(Topic.COUNTED, "several sent before the first answer: all are answered", CountingTrials::pipelined),
    UPGRADE(Topic.COUNTED, "an upgrade: until its handshake", CountingTrials::upgrade),
    TIMED(Topic.COUNTED, "is reported to the meters once, with method and status", CountingTrials::timed),
    TIMED_WITHOUT_ANSWER(
            Topic.COUNTED,
            "its client disconnects before the answer: reported to the meters once",
            CountingTrials::timedWithoutAnswer),

    PROBES(Topic.PROBED, "probes are answered on the application's port, not counted", ProbeTrials::answered),
    PROBE_WITH_QUERY(Topic.PROBED, "a probe with a query is answered as a probe", ProbeTrials::query),
    PROBE_IN_OTHER_FORMS(
            Topic.PROBED,
            "a probe with escapes, path parameters or a slash at its end is answered as a probe",
            ProbeTrials::otherForms),
    PROBE_BY_HEAD(Topic.PROBED, "HEAD is answered with the head of GET", ProbeTrials::head),
    PROBE_BY_OTHERS(Topic.PROBED, "other methods are answered with 405 and Allow", ProbeTrials::otherMethods),
    PROBES_WHILE_SATURATED(
            Topic.PROBED, "probes are answered within 1 s while all workers are blocked", ProbeTrials::saturated),
    LOAD_CONNECTIONS(Topic.PROBED, "load() reports the open connections", ProbeTrials::connections),
    LOAD_WORKERS(
            Topic.PROBED,
            "load() reports busy workers, their maximum, and the requests that wait for one",
            ProbeTrials::workers),
    LOAD_AT_ANY_TIME(
            Topic.PROBED,
            Needs.OWN_SERVICE,
            "load() may be called before the start and after the end",
            ProbeTrials::loadAtAnyTime),

    MALFORMED_REQUEST_LINE(Topic.MALFORMED, "malformed request lines", MalformedTrials.requestLines()),
    MALFORMED_TARGET(Topic.MALFORMED, "targets that never reach the application", MalformedTrials.targets()),
    MALFORMED_HEADERS(Topic.MALFORMED, "malformed header blocks", MalformedTrials.headerBlocks()),
    MALFORMED_HOST(Topic.MALFORMED, "HTTP/1.1 without Host, with two, with an invalid one", MalformedTrials.hosts()),
    OLD_VERSIONS(Topic.MALFORMED, "HTTP/0.9 and HTTP/1.0", MalformedTrials.oldVersions()),
    MALFORMED_WHILE_DRAINING(
            Topic.MALFORMED, Needs.OWN_SERVICE, "all of these while the service drains", MalformedTrials.draining()),
    MALFORMED_AT_THE_CLOSED_GATE(
            Topic.MALFORMED,
            Needs.OWN_SERVICE,
            "all of these at the closed gate, where 503 replaces the application's answer",
            MalformedTrials.gateClosed()),

    LAME_DUCK_SERVED(Topic.SHUTDOWN, "every kind of request is answered as before", ShutdownTrials::served),
    LAME_DUCK_DISCONNECTS(
            Topic.SHUTDOWN,
            "each HTTP/1.1 answer has Connection: close, answers to probes too",
            ShutdownTrials::askedToDisconnect),
    LAME_DUCK_ENDS(Topic.SHUTDOWN, "the connection ends after such an answer", ShutdownTrials::connectionEnds),
    LAME_DUCK_FRAMED(
            Topic.SHUTDOWN, "a client can distinguish a whole answer from half of one", ShutdownTrials::framed),
    LAME_DUCK_BEGUN_BEFORE(
            Topic.SHUTDOWN,
            "the answer to a request that began before the signal has Connection: close",
            ShutdownTrials::begunBefore),
    LAME_DUCK_BEGUN_TO_ANSWER(
            Topic.SHUTDOWN, "an answer that has begun is sent to its end", ShutdownTrials::begunToAnswer),
    LAME_DUCK_HALF_SENT_BODY(Topic.SHUTDOWN, "a body is read to its end", ShutdownTrials::halfSentBody),
    LAME_DUCK_HTTP_1_0(Topic.SHUTDOWN, "an HTTP/1.0 client is not offered keep-alive", ShutdownTrials::http10),
    LAME_DUCK_NEW_CONNECTION(
            Topic.SHUTDOWN,
            "lame duck: late requests on new connections are served, and reported as such",
            ShutdownTrials::newConnection),
    LAME_DUCK_USED_CONNECTION(
            Topic.SHUTDOWN,
            "lame duck: late requests on open connections are served, and reported as such",
            ShutdownTrials::usedConnection),
    LAME_DUCK_HEALTH_CHECKERS(
            Topic.SHUTDOWN, "health checkers are served and not late", ShutdownTrials::healthCheckers),
    LAME_DUCK_UPGRADE_REFUSED(Topic.SHUTDOWN, "upgrades are refused with 503", ShutdownTrials::upgradeRefused),
    LAME_DUCK_PROBES(
            Topic.SHUTDOWN, "lame duck: probes are answered", ProbeTrials.whileShuttingDown(Stage::beginShutdown)),
    DRAIN_SERVED(
            Topic.SHUTDOWN, "drain: late requests on open connections are served", ShutdownTrials::servedInTheDrain),
    DRAIN_PORT_CLOSED(Topic.SHUTDOWN, "drain: new connections are refused", ShutdownTrials::portClosed),
    DRAIN_ACCEPT_QUEUE(
            Topic.SHUTDOWN,
            "drain: clients that connected before are served, also from the accept queue",
            ShutdownTrials::acceptQueue),
    DRAIN_PROBES(
            Topic.SHUTDOWN, "drain: probes are answered on open connections", ProbeTrials.whileShuttingDown(stage -> {
                stage.beginShutdown();
                stage.drain();
            })),

    GATE_REFUSES(Topic.REFUSED, "gate closed: 503, Retry-After of 1 to 5 s, Connection: close", GateTrials::refused),
    GATE_REFUSES_AT_THE_DEADLINE(
            Topic.REFUSED,
            Needs.SHORT_DRAIN,
            "gate closed at the deadline: the same",
            GateTrials::refusedAfterTheDeadline),
    GATE_LARGE_BODY(
            Topic.REFUSED,
            "gate closed: a request with a large body is answered with 503, and its body is not read to the end",
            GateTrials::largeBody),
    GATE_PROBES(
            Topic.REFUSED,
            "gate closed: probes are answered on open connections",
            ProbeTrials.whileShuttingDown(GateTrials::close)),

    PORT_BEFORE_START(Topic.ENDED, "port() is -1 before the start", EndTrials::portBeforeTheStart),
    PORT_IN_USE(Topic.ENDED, "a port in use is named, with the remedy", EndTrials::portInUse),
    IDLE_CONNECTIONS(Topic.ENDED, "idle connections are closed at the end", EndTrials::idleConnections),
    HALF_SENT_HEAD(Topic.ENDED, "a half-sent head does not delay the end", EndTrials::halfSentHead),
    STRAGGLER(
            Topic.ENDED,
            Needs.SHORT_DRAIN,
            "a straggler is aborted at the deadline and named, with its stack",
            EndTrials::straggler),
    ASYNC_STRAGGLER(
            Topic.ENDED,
            Needs.SHORT_DRAIN,
            "a straggler that no thread works on is aborted and named, too",
            EndTrials::asyncStraggler),
    STUBBORN_HANDLER(
            Topic.ENDED,
            Needs.SHORT_DRAIN,
            "close() returns in time though a handler ignores interrupts",
            EndTrials::stubbornHandler),
    COUNTS_ADD_UP(Topic.ENDED, "the report's counts add up", EndTrials::countsAddUp),
    COUNTS_ADD_UP_WITH_CUT(
            Topic.ENDED,
            Needs.SHORT_DRAIN,
            "the report's counts add up with aborted work, too",
            EndTrials::countsAddUpWithCut),
    NO_THREAD_STAYS(Topic.ENDED, "no thread of the server remains", EndTrials::noThreadStays);

    /** The topics of promises, as in the headings. */
    enum Topic {
        COUNTED("A request is counted once and completed once", Needs.RUNNING_SERVICE),
        PROBED("Probes and load", Needs.RUNNING_SERVICE),
        MALFORMED(
                "The server's own answer, nothing in flight, nothing logged above DEBUG beyond the server's own",
                Needs.RUNNING_SERVICE),
        SHUTDOWN("From the signal until nothing is in flight", Needs.OWN_SERVICE),
        REFUSED("Once the gate is closed", Needs.OWN_SERVICE),
        ENDED("The start and the end", Needs.OWN_SERVICE);

        private final String heading;
        private final Needs needs;

        Topic(String heading, Needs needs) {
            this.heading = heading;
            this.needs = needs;
        }

        String heading() {
            return heading;
        }
    }

    /** The service that a trial needs. */
    enum Needs {
        /** A service that other trials use before and after. */
        RUNNING_SERVICE,
        /** A service that the trial may end. */
        OWN_SERVICE,
        /** A service that the trial may end, with a drain of only 400 ms. */
        SHORT_DRAIN
    }

    private final Topic topic;
    private final Needs needs;
    private final String sentence;

    @SuppressWarnings("ImmutableEnumChecker") // trials are stateless methods
    private final Trial trial;

    Promise(Topic topic, String sentence, Trial trial) {
        this(topic, topic.needs, sentence, trial);
    }

    Promise(Topic topic, Needs needs, String sentence, Trial trial) {
        this.topic = topic;
        this.needs = needs;
        this.sentence = sentence;
        this.trial = trial;
    }

    /** The promise as text, under the heading of its topic. */
    public String sentence() {
        return sentence;
    }

    /** Whether a server that cannot promise it may keep it by chance, as in a race. */
    boolean mayHoldByChance() {
        return this == DRAIN_ACCEPT_QUEUE;
    }

    Topic topic() {
        return topic;
    }

    Needs needs() {
        return needs;
    }

    Trial trial() {
        return trial;
    }
}
