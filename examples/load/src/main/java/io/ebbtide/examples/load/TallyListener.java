package io.ebbtide.examples.load;

import java.io.Serial;
import java.io.Serializable;
import java.time.Duration;
import org.apache.jmeter.engine.util.NoThreadClone;
import org.apache.jmeter.samplers.SampleEvent;
import org.apache.jmeter.samplers.SampleListener;
import org.apache.jmeter.samplers.SampleResult;
import org.apache.jmeter.testelement.AbstractTestElement;
import org.jspecify.annotations.Nullable;

/** Counts each attempt. One instance for all clients; called by their threads. */
public final class TallyListener extends AbstractTestElement implements SampleListener, NoThreadClone, Serializable {
    @Serial
    private static final long serialVersionUID = 1;

    private final transient Tally tally;

    TallyListener(Tally tally) {
        this.tally = tally;
    }

    @Override
    public void sampleOccurred(SampleEvent event) {
        SampleResult result = event.getResult();
        String code = result.getResponseCode();
        String message = result.getResponseMessage();
        @Nullable Loss loss = Loss.of(code, message);
        tally.ended(
                loss,
                code.startsWith("3") || code.startsWith("4"),
                Duration.ofMillis(result.getTime()),
                text(loss, code, message));
    }

    @Override
    public void sampleStarted(SampleEvent event) {}

    @Override
    public void sampleStopped(SampleEvent event) {}

    /** The failure's text, without parts that vary from attempt to attempt: addresses, ports. */
    private static String text(@Nullable Loss loss, String code, String message) {
        if (loss == null || loss == Loss.SERVER_ERROR) {
            return "status " + code;
        }
        String kind = code.substring(code.lastIndexOf('.') + 1);
        return kind + ": "
                + message.replaceAll("^.*?: ", "")
                        .replaceAll("\\s*\\[[^\\]]*]", "")
                        .replaceAll("\\d+", "N");
    }
}
