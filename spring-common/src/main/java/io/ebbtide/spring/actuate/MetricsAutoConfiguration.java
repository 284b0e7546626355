package io.ebbtide.spring.actuate;

import io.ebbtide.metrics.MeterRules;
import io.ebbtide.spring.EbbtideAutoConfiguration;
import io.ebbtide.spring.EbbtideCustomizer;
import io.ebbtide.spring.EbbtideLifecycle;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.annotation.Bean;

/** Keeps the meters of the service in the application's registry, if it has one. */
@AutoConfiguration(after = EbbtideAutoConfiguration.class)
@ConditionalOnBean(value = EbbtideLifecycle.class, search = SearchStrategy.CURRENT)
public class MetricsAutoConfiguration {
    /** For Spring. */
    public MetricsAutoConfiguration() {}

    /** Requests are timed by Spring, as http.server.requests, unless the application has rules of its own. */
    @Bean
    EbbtideCustomizer ebbtideMetrics(ObjectProvider<MeterRegistry> registries, ObjectProvider<MeterRules> rules) {
        return service -> {
            MeterRegistry registry = registries.getIfUnique(); // the primary one, if there are several
            if (registry != null) {
                service.metrics(
                        registry, rules.getIfUnique(() -> MeterRules.defaults().withoutRequests()));
            }
        };
    }
}
