package io.ebbtide.containers;

import io.ebbtide.testkit.LoadResult;
import io.ebbtide.testkit.StrictLoad;
import io.ebbtide.testkit.TcpBalancer;
import io.ebbtide.testkit.WireConnection;
import io.ebbtide.testkit.WireRequest;
import io.ebbtide.testkit.WireResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/**
 * The results of the requests and clients at SIGTERM.
 *
 * @param load 16 clients that keep their connections and continue to send for two seconds, as behind a balancer that lags, or behind such a
 *     balancer
 * @param answered how many of two requests of four seconds, in flight at the signal, were answered in full
 * @param log all that the container printed and logged
 */
record SigtermResult(LoadResult load, int answered, String log) {
    private static final int CLIENTS = 16;
    private static final int IN_FLIGHT = 2;

    /** How long the balancer lags. */
    private static final Duration LAG = Duration.ofSeconds(2);

    /** The pause of a client that was refused, so that the number of refused requests measures the time. */
    private static final Duration PAUSE = Duration.ofMillis(100);

    /** Longer than lame duck and drain together. */
    private static final Duration UNTIL_ITS_END = Duration.ofSeconds(8);

    /**
     * With clients of this container alone.
     *
     * @param before how many requests are answered before the signal
     */
    static SigtermResult of(RunningContainer container, int before) throws Exception {
        return of(container, container.port(), before, LAG, load -> load.pauseAfterLoss(PAUSE));
    }

    /**
     * With clients behind a balancer with two instances, which removes this one two seconds after the signal; they continue until the
     * container has ended.
     *
     * @param before how many requests are answered before the signal, by both
     */
    static SigtermResult behindBalancer(RunningContainer container, int before) throws Exception {
        try (var next = new NextInstance();
                TcpBalancer balancer = TcpBalancer.start()) {
            balancer.add(container.port());
            balancer.add(next.port());
            return of(
                    container,
                    balancer.port(),
                    before,
                    UNTIL_ITS_END,
                    load -> balancer.removeAfter(container.port(), LAG));
        }
    }

    private static SigtermResult of(
            RunningContainer container, int port, int before, Duration after, Consumer<StrictLoad> atTheSignal)
            throws Exception {
        String path = "/" + Container.APPLICATION;
        StrictLoad load = StrictLoad.start(port, CLIENTS, number -> WireRequest.get(path + "/slow?millis=5"));
        Awaitility.await().atMost(RunningContainer.SOON).until(() -> load.answered() > before);
        List<WireConnection> inFlight = new ArrayList<>();
        for (int i = 0; i < IN_FLIGHT; i++) {
            WireConnection connection = WireConnection.open(container.port(), RunningContainer.SOON);
            connection.send("GET " + path + "/slow?millis=4000 HTTP/1.1\r\nHost: localhost\r\n\r\n");
            inFlight.add(connection);
        }
        long sent = load.answered();
        Awaitility.await().atMost(RunningContainer.SOON).until(() -> load.answered() > sent + 100); // those were read

        load.stopAfter(after);
        atTheSignal.accept(load);
        container.sigterm();
        int answered = 0;
        for (WireConnection each : inFlight) {
            answered += isAnswered(each) ? 1 : 0;
        }
        LoadResult result = load.await(RunningContainer.SOON);
        container.awaitExit();
        return new SigtermResult(result, answered, container.log());
    }

    private static boolean isAnswered(WireConnection connection) {
        try (connection) {
            WireResponse answer = connection.read(false);
            return answer.status() == 200 && answer.body().equals("slow");
        } catch (IOException e) {
            return false;
        }
    }

    boolean losesNothing() {
        return load.lost().isEmpty();
    }

    boolean allInFlightAnswered() {
        return answered == IN_FLIGHT;
    }

    /** The same for the reference. */
    String inFlight() {
        return allInFlightAnswered() ? "answered" : "aborted";
    }

    /** The number varies from run to run. */
    String later() {
        return losesNothing() ? "none lost" : "lost";
    }

    /** Whether the log has a report of the service. */
    boolean reports(String outcome) {
        return log.contains("\"service\":\"orders\"") && log.contains("\"outcome\":\"" + outcome + "\"");
    }

    @Override
    public String toString() {
        Map<String, Long> reasons =
                load.lost().stream().collect(Collectors.groupingBy(each -> each, TreeMap::new, Collectors.counting()));
        return "sent %,d, lost %,d %s, statuses %s; %d of %d in flight answered"
                .formatted(load.sent(), load.lost().size(), reasons, load.statuses(), answered, IN_FLIGHT);
    }
}
