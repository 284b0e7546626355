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
            Topic.COUNTED, "is listed with the thread that is in its handler", CountingTrials::listedWithThread),
    ANSWERED(Topic.COUNTED, "answered with 200", CountingTrials.answered(Scenario.PLAIN, 200, "plain")),
    EMPTY(Topic.COUNTED, "answered with 204", CountingTrials.answered(Scenario.EMPTY, 204, "")),
    NOT_FOUND(Topic.COUNTED, "answered with 404", CountingTrials.answered("/nowhere", 404, null)),
    CHUNKED_ANSWER(Topic.COUNTED, "answered in chunks", CountingTrials.answered(Scenario.CHUNKED, 200, "onetwo")),
    FAILED(Topic.COUNTED, "its handler throws an exception: 500", CountingTrials.answered(Scenario.FAILS, 500, null)),
    ERRED(Topic.COUNTED, "its handler throws an error: 500", CountingTrials.answered(Scenario.ERRS, 500, null)),
    FAILED_WITHIN(Topic.COUNTED, "its handler fails within the answer", CountingTrials::failureWithin),
    FAILED_WITHIN_TOLD(
            Topic.COUNTED,
            "its handler fails within the answer, and the client can tell",
            CountingTrials::failureWithinIsTold),
    ASYNC(Topic.COUNTED, "completed by another thread", CountingTrials::async),
    ASYNC_WITHOUT_THREAD(Topic.COUNTED, "waits, and is listed without a thread", CountingTrials::asyncWithoutThread),
    ASYNC_FAILED(Topic.COUNTED, "fails on another thread: 500", CountingTrials::asyncFailure),
    ASYNC_TIMED_OUT(Topic.COUNTED, "completed by nobody: ended by the server's time-out", CountingTrials::asyncTimeout),
    CLIENT_GONE_BEFORE(Topic.COUNTED, "its client goes away before the answer", CountingTrials::clientGoneBefore),
    CLIENT_GONE_WITHIN(Topic.COUNTED, "its client goes away within the answer", CountingTrials::clientGoneWithin),
    CLIENT_GONE_AFTER(Topic.COUNTED, "its client goes away after the answer", CountingTrials::clientGoneAfter),
    CLIENT_GONE_WITHOUT_READING(
            Topic.COUNTED,
            "its client goes away without reading a large answer",
            CountingTrials::clientGoneWithoutReading),
    CLIENT_GONE_WITHIN_ITS_BODY(
            Topic.COUNTED, "its client goes away within its own body", CountingTrials::clientGoneWithinItsBody),
    SLOW_READER(
            Topic.COUNTED, "its client reads slowly: in flight until all is handed over", CountingTrials::slowReader),
    SLOW_SENDER(Topic.COUNTED, "its client sends its body slowly", CountingTrials::slowSender),
    HEAD(Topic.COUNTED, "a HEAD", CountingTrials::head),
    HTTP_1_0(Topic.COUNTED, "an HTTP/1.0 request", CountingTrials::http10),
    UNREAD_BODY(Topic.COUNTED, "a POST whose body nobody reads", CountingTrials::bodyNobodyReads),
    CONTINUE(Topic.COUNTED, "expects 100-continue", CountingTrials::continueExpected),
    CHUNKED_REQUEST(Topic.COUNTED, "a chunked request", CountingTrials::chunkedRequest),
    EVENT_STREAM(Topic.COUNTED, "server-sent events: a stream once they begin", CountingTrials::eventStream),
    CONCURRENT(Topic.COUNTED, "several at the same time", CountingTrials::concurrent),
    KEPT_CONNECTION(Topic.COUNTED, "several on one connection, which stays open", CountingTrials::keptConnection),
    PIPELINED(Topic.COUNTED, "several sent before the first answer: all are answered", CountingTrials::pipelined),
    UPGRADE(Topic.COUNTED, "an upgrade: until its handshake", CountingTrials::upgrade),
    TIMED(Topic.COUNTED, "is told to the meters once, with method and status", CountingTrials::timed),
    TIMED_WITHOUT_ANSWER(
            Topic.COUNTED,
            "its client goes away before the answer: told to the meters once",
            CountingTrials::timedWithoutAnswer),

    PROBES(Topic.PROBED, "probes are answered on the application's port, not counted", ProbeTrials::answered),
    PROBE_WITH_QUERY(Topic.PROBED, "a probe with a query is one", ProbeTrials::query),
    PROBE_IN_OTHER_FORMS(
            Topic.PROBED, "so is one with escapes, path parameters or a slash at its end", ProbeTrials::otherForms),
    PROBE_BY_HEAD(Topic.PROBED, "HEAD gets the head of GET", ProbeTrials::head),
    PROBE_BY_OTHERS(Topic.PROBED, "other methods get 405 with Allow", ProbeTrials::otherMethods),
    PROBES_WHILE_SATURATED(
            Topic.PROBED, "probes are answered within 1 s while all workers are blocked", ProbeTrials::saturated),
    LOAD_CONNECTIONS(Topic.PROBED, "load() tells the open connections", ProbeTrials::connections),
    LOAD_WORKERS(Topic.PROBED, "load() tells busy workers, their most, and who waits for one", ProbeTrials::workers),
    LOAD_AT_ANY_TIME(
            Topic.PROBED,
            Needs.OWN_SERVICE,
            "load() may be asked before the start and after the end",
            ProbeTrials::loadAtAnyTime),

    MALFORMED_REQUEST_LINE(Topic.MALFORMED, "malformed request lines", MalformedTrials.requestLines()),
    MALFORMED_TARGET(Topic.MALFORMED, "targets that no application is asked for", MalformedTrials.targets()),
    MALFORMED_HEADERS(Topic.MALFORMED, "malformed header blocks", MalformedTrials.headerBlocks()),
    MALFORMED_HOST(Topic.MALFORMED, "HTTP/1.1 without Host, with two, with a wrong one", MalformedTrials.hosts()),
    OLD_VERSIONS(Topic.MALFORMED, "HTTP/0.9 and HTTP/1.0", MalformedTrials.oldVersions()),
    MALFORMED_WHILE_DRAINING(
            Topic.MALFORMED, Needs.OWN_SERVICE, "all of these while the service drains", MalformedTrials.draining()),
    MALFORMED_AT_THE_CLOSED_GATE(
            Topic.MALFORMED,
            Needs.OWN_SERVICE,
            "all of these at the closed gate, where 503 takes the place of the application's answer",
            MalformedTrials.gateClosed()),

    LEAVING_SERVED(Topic.LEAVING, "every kind of request is answered as before", LeavingTrials::served),
    LEAVING_TOLD(Topic.LEAVING, "each HTTP/1.1 answer bears Connection: close, probes too", LeavingTrials::toldToLeave),
    LEAVING_ENDS(Topic.LEAVING, "its connection ends after it", LeavingTrials::connectionEnds),
    LEAVING_FRAMED(Topic.LEAVING, "a whole answer can be told from half of one", LeavingTrials::framed),
    LEAVING_BEGUN_BEFORE(
            Topic.LEAVING, "so does the answer to a request that began before", LeavingTrials::begunBefore),
    LEAVING_BEGUN_TO_ANSWER(Topic.LEAVING, "an answer that has begun is finished", LeavingTrials::begunToAnswer),
    LEAVING_HALF_SENT_BODY(Topic.LEAVING, "a body is read to its end", LeavingTrials::halfSentBody),
    LEAVING_HTTP_1_0(Topic.LEAVING, "an HTTP/1.0 client gets no keep-alive", LeavingTrials::http10),
    LEAVING_NEW_CONNECTION(
            Topic.LEAVING,
            "lame duck: late requests on new connections are served, and told as such",
            LeavingTrials::newConnection),
    LEAVING_USED_CONNECTION(
            Topic.LEAVING,
            "lame duck: late requests on open connections are served, and told as such",
            LeavingTrials::usedConnection),
    LEAVING_HEALTH_CHECKERS(Topic.LEAVING, "health checkers are served and not late", LeavingTrials::healthCheckers),
    LEAVING_UPGRADE_REFUSED(Topic.LEAVING, "upgrades are refused with 503", LeavingTrials::upgradeRefused),
    LEAVING_PROBES(Topic.LEAVING, "lame duck: probes are answered", ProbeTrials.whileLeaving(Stage::leave)),
    DRAIN_SERVED(Topic.LEAVING, "drain: late requests on open connections are served", LeavingTrials::servedInTheDrain),
    DRAIN_PORT_CLOSED(Topic.LEAVING, "drain: new connections are refused", LeavingTrials::portClosed),
    DRAIN_ACCEPT_QUEUE(
            Topic.LEAVING,
            "drain: whoever connected before is served, also from the accept queue",
            LeavingTrials::acceptQueue),
    DRAIN_PROBES(Topic.LEAVING, "drain: probes are answered on open connections", ProbeTrials.whileLeaving(stage -> {
        stage.leave();
        stage.drain();
    })),

    GATE_REFUSES(Topic.REFUSED, "gate closed: 503, Retry-After of 1 to 5 s, Connection: close", GateTrials::refused),
    GATE_REFUSES_AT_THE_DEADLINE(
            Topic.REFUSED,
            Needs.SHORT_DRAIN,
            "gate closed at the deadline: the same",
            GateTrials::refusedAfterTheDeadline),
    GATE_LARGE_BODY(
            Topic.REFUSED, "gate closed: a large body gets its 503, and is not read to its end", GateTrials::largeBody),
    GATE_PROBES(
            Topic.REFUSED,
            "gate closed: probes are answered on open connections",
            ProbeTrials.whileLeaving(GateTrials::close)),

    PORT_BEFORE_START(Topic.ENDED, "port() is -1 before the start", EndTrials::portBeforeTheStart),
    PORT_IN_USE(Topic.ENDED, "a port in use is named, with the remedy", EndTrials::portInUse),
    IDLE_CONNECTIONS(Topic.ENDED, "idle connections are closed at the end", EndTrials::idleConnections),
    HALF_SENT_HEAD(Topic.ENDED, "a half-sent head does not delay the end", EndTrials::halfSentHead),
    STRAGGLER(
            Topic.ENDED,
            Needs.SHORT_DRAIN,
            "a straggler is cut at the deadline and named, with its stack",
            EndTrials::straggler),
    ASYNC_STRAGGLER(Topic.ENDED, Needs.SHORT_DRAIN, "so is one that no thread works on", EndTrials::asyncStraggler),
    STUBBORN_HANDLER(
            Topic.ENDED,
            Needs.SHORT_DRAIN,
            "close() returns in time though a handler ignores interrupts",
            EndTrials::stubbornHandler),
    COUNTS_ADD_UP(Topic.ENDED, "the report's counts add up", EndTrials::countsAddUp),
    COUNTS_ADD_UP_WITH_CUT(
            Topic.ENDED, Needs.SHORT_DRAIN, "so do they with work that was cut", EndTrials::countsAddUpWithCut),
    NO_THREAD_STAYS(Topic.ENDED, "no thread of the server stays", EndTrials::noThreadStays);

    /** The topics of promises, as in the headings. */
    enum Topic {
        COUNTED("A request is counted once and over once", Needs.RUNNING_SERVICE),
        PROBED("Probes and load", Needs.RUNNING_SERVICE),
        MALFORMED(
                "The server's own answer, nothing in flight, nothing logged above DEBUG beyond the server's own",
                Needs.RUNNING_SERVICE),
        LEAVING("From the signal until nothing is in flight", Needs.OWN_SERVICE),
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
