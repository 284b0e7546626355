package io.ebbtide.examples.load;

import java.io.Serial;
import org.apache.jmeter.control.GenericController;
import org.apache.jmeter.samplers.SampleResult;
import org.apache.jmeter.samplers.Sampler;
import org.apache.jmeter.testelement.property.ObjectProperty;
import org.apache.jmeter.threads.JMeterContextService;
import org.jspecify.annotations.Nullable;

/**
 * One client: sends some requests, one after the other, and repeats each lost one a number of times, then ends. It keeps its connection
 * from one request to the next, and opens another where the connection has ended; a lost request does not end a client, since the rest
 * of its requests would then be missing from the load just when the service is in trouble. JMeter creates a copy for each client, with its constructor and its properties. Confined to the
 * client's thread.
 */
public final class ClientSession extends GenericController {
    @Serial
    private static final long serialVersionUID = 1;

    private static final String REQUESTS = "ClientSession.requests";
    private static final String ATTEMPTS = "ClientSession.attempts";
    private static final String TALLY = "ClientSession.tally";

    private transient int requestsDone;
    private transient int attempt;

    /** For JMeter, which creates copies with it. */
    public ClientSession() {}

    static ClientSession of(LoadPlan plan, Tally tally) {
        var session = new ClientSession();
        session.setProperty(REQUESTS, plan.requestsPerConnection());
        session.setProperty(ATTEMPTS, 1 + plan.retries());
        session.setProperty(new ObjectProperty(TALLY, tally));
        return session;
    }

    @Override
    @SuppressWarnings("NullAway") // JMeter signals the end of a controller with null
    public @Nullable Sampler next() {
        var tally = (Tally) getProperty(TALLY).getObjectValue();
        if (attempt > 0) {
            boolean lost = isLost(JMeterContextService.getContext().getPreviousResult());
            if (!lost || attempt == getPropertyAsInt(ATTEMPTS)) {
                tally.requestEnded(lost);
                requestsDone++;
                attempt = 0;
                if (requestsDone == getPropertyAsInt(REQUESTS)) {
                    tally.clientEnded();
                    requestsDone = 0;
                    setDone(true);
                    return null;
                }
            }
        }
        attempt++;
        tally.sent();
        return (Sampler) subControllersAndSamplers.get(0);
    }

    static boolean isLost(SampleResult result) {
        return Loss.of(result.getResponseCode(), result.getResponseMessage()) != null;
    }
}
