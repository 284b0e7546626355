package io.ebbtide.spring.actuate;

import io.ebbtide.spring.EbbtideLifecycle;
import io.ebbtide.spring.ServiceDescription;
import java.util.Map;
import org.springframework.boot.actuate.endpoint.SanitizableData;
import org.springframework.boot.actuate.endpoint.Sanitizer;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/**
 * Shows the service at {@code /actuator/ebbtide}: its state, the budget of a shutdown, its checks, and the report of the last shutdown.
 * Values are shown as {@code management.endpoint.ebbtide.show-values} says. Safe for use by many threads.
 */
@Endpoint(id = "ebbtide")
public class EbbtideEndpoint {
    private final EbbtideLifecycle lifecycle;
    private final Sanitizer sanitizer;
    private final Show showValues;

    EbbtideEndpoint(EbbtideLifecycle lifecycle, Iterable<SanitizingFunction> functions, Show showValues) {
        this.lifecycle = lifecycle;
        this.showValues = showValues;
        sanitizer = new Sanitizer(functions);
    }

    /** For JMX, which has no authorized users. */
    @ReadOperation
    public Map<String, Object> describe() {
        return describe(showValues == Show.ALWAYS);
    }

    Map<String, Object> describe(boolean areValuesShown) {
        return ServiceDescription.of(
                lifecycle, (name, value) -> sanitizer.sanitize(new SanitizableData(null, name, value), areValuesShown));
    }
}
