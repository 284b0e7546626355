package io.ebbtide.examples.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.jmeter.engine.StandardJMeterEngine;
import org.apache.jmeter.protocol.http.control.Header;
import org.apache.jmeter.protocol.http.control.HeaderManager;
import org.apache.jmeter.protocol.http.sampler.HTTPSamplerFactory;
import org.apache.jmeter.protocol.http.sampler.HTTPSamplerProxy;
import org.apache.jmeter.testelement.TestPlan;
import org.apache.jmeter.threads.openmodel.OpenModelThreadGroup;
import org.apache.jmeter.threads.openmodel.ParserException;
import org.apache.jmeter.threads.openmodel.ThreadScheduleProcessGenerator;
import org.apache.jmeter.threads.openmodel.ThreadScheduleUtils;
import org.apache.jmeter.threads.openmodel.TokenizerException;
import org.apache.jmeter.util.JMeterUtils;
import org.apache.jorphan.collections.HashTree;
import org.apache.jorphan.collections.ListedHashTree;

/**
 * Runs a plan with JMeter's engine in this process. JMeter keeps its settings in static state: one run at a time. Obtained from {@link
 * #start}. Confined to one thread.
 */
final class JMeterRun {
    /* JMeter repeats nothing by default; this sets it explicitly, so that no other default applies. */
    private static final String SETTINGS = """
            httpclient4.retrycount=0
            httpclient4.request_sent_retry_enabled=false
            jmeter.save.saveservice.response_data=false
            summariser.out=false
            """;

    /** The interval at which the end is polled. */
    private static final long STEP_MILLIS = 50;

    private static final long STOP_MILLIS = TimeUnit.SECONDS.toMillis(10);

    private final OpenModelThreadGroup group;
    private final Tally tally;
    private final long clients;
    private final Thread thread;

    private JMeterRun(StandardJMeterEngine engine, OpenModelThreadGroup group, Tally tally, long clients) {
        this.group = group;
        this.tally = tally;
        this.clients = clients;
        thread = new Thread(engine, "jmeter");
        thread.setDaemon(true);
    }

    /** Starts the load; does not block. */
    static JMeterRun start(LoadPlan plan, Tally tally) throws IOException {
        configure();
        var engine = new StandardJMeterEngine();
        OpenModelThreadGroup group = group(plan);
        engine.configure(tree(group, plan, tally));
        var run = new JMeterRun(engine, group, tally, clients(plan));
        run.thread.start();
        return run;
    }

    /** The number of requests that a plan sends, without repetitions. */
    static long requests(LoadPlan plan) {
        return clients(plan) * plan.requestsPerConnection();
    }

    /** The number of clients that a plan starts. */
    static long clients(LoadPlan plan) {
        String text = plan.schedule().clientArrivals(plan.requestsPerConnection());
        try {
            var arrivals = new ThreadScheduleProcessGenerator(new Random(), ThreadScheduleUtils.ThreadSchedule(text));
            long count = 0;
            while (arrivals.hasNext()) {
                arrivals.nextDouble();
                count++;
            }
            return count;
        } catch (ParserException | TokenizerException e) {
            throw new IllegalStateException("JMeter cannot parse the schedule: " + text, e);
        }
    }

    /**
     * Waits for the end of all clients, at most for the given time. JMeter itself would wait for the whole pause after the schedule.
     *
     * @return whether they have ended
     */
    boolean awaitEnd(Duration timeout) throws InterruptedException {
        long endNanos = System.nanoTime() + timeout.toNanos();
        while (tally.clientsEnded() < clients && thread.isAlive()) {
            if (System.nanoTime() >= endNanos) {
                return false;
            }
            thread.join(STEP_MILLIS);
        }
        stop();
        return tally.clientsEnded() == clients;
    }

    /**
     * Ends all clients, including those in the middle of a request. Does not use the engine: its {@code stopTest} asks the group whether
     * its threads have ended, which returns the inverted answer (JMeter 5.6.3), and reports an error when they have.
     */
    void stop() throws InterruptedException {
        group.tellThreadsToStop();
        thread.join(STOP_MILLIS);
    }

    private static void configure() throws IOException {
        Path home = Files.createTempDirectory("ebbtide-load");
        Path settings = home.resolve("jmeter.properties");
        try {
            Files.writeString(settings, SETTINGS);
            JMeterUtils.setJMeterHome(home.toString());
            JMeterUtils.loadJMeterProperties(settings.toString());
            JMeterUtils.initLocale();
        } finally {
            Files.deleteIfExists(settings);
            Files.deleteIfExists(home);
        }
    }

    private static OpenModelThreadGroup group(LoadPlan plan) {
        var group = new OpenModelThreadGroup();
        group.setName("clients");
        // Without a pause JMeter would interrupt the clients that still run when the schedule is over.
        group.setScheduleString(plan.schedule().clientArrivals(plan.requestsPerConnection()) + " pause("
                + plan.deadline().toMillis() + " ms)");
        return group;
    }

    private static HashTree tree(OpenModelThreadGroup group, LoadPlan plan, Tally tally) {
        var tree = new ListedHashTree();
        HashTree clients = tree.add(new TestPlan("load")).add(group);
        HashTree session = clients.add(ClientSession.of(plan, tally));
        session.add(request(plan)).add(headers(plan.target()));
        clients.add(new TallyListener(tally));
        return tree;
    }

    private static HTTPSamplerProxy request(LoadPlan plan) {
        Target target = plan.target();
        var request = new HTTPSamplerProxy(HTTPSamplerFactory.IMPL_HTTP_CLIENT4);
        request.setName("request");
        request.setProtocol(target.uri().getScheme());
        request.setDomain(target.uri().getHost());
        request.setPort(target.port());
        request.setPath(target.pathAndQuery());
        request.setMethod(target.method());
        request.setUseKeepAlive(true);
        request.setFollowRedirects(false);
        request.setAutoRedirects(false);
        request.setMD5(true); // stores the digest of the answer's body instead of the body
        request.setConnectTimeout(String.valueOf(plan.timeout().toMillis()));
        request.setResponseTimeout(String.valueOf(plan.timeout().toMillis()));
        if (target.body() != null) {
            request.addNonEncodedArgument("", target.body(), "");
            request.setPostBodyRaw(true);
        }
        return request;
    }

    private static HeaderManager headers(Target target) {
        var headers = new HeaderManager();
        target.headers().forEach((name, value) -> headers.add(new Header(name, value)));
        return headers;
    }
}
