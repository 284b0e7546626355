package io.ebbtide.spring;

import io.ebbtide.spi.TrafficSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/** Makes the application a service, unless {@code ebbtide.enabled} is false. */
@AutoConfiguration
@ConditionalOnProperty(prefix = "ebbtide", name = "enabled", matchIfMissing = true)
@ConditionalOnMissingBean(EbbtideLifecycle.class) // of a parent context: one lifecycle
@EnableConfigurationProperties(EbbtideProperties.class)
public class EbbtideAutoConfiguration {
    /** For Spring. */
    public EbbtideAutoConfiguration() {}

    @Bean
    EmbeddedServers ebbtideServers() {
        return new EmbeddedServers();
    }

    @Bean(EbbtideLifecycle.NAME)
    EbbtideLifecycle ebbtideLifecycle(
            ConfigurableApplicationContext context,
            EbbtideProperties properties,
            EmbeddedServers servers,
            ObjectProvider<TrafficSource> sources,
            ObjectProvider<CheckFinder> finders,
            ObjectProvider<EbbtideCustomizer> customizers) {
        return new EbbtideLifecycle(context, properties, servers, sources, finders, customizers);
    }

    @Bean
    EbbtideLifecycle.DrainFirst ebbtideDrain(EbbtideLifecycle lifecycle) {
        return new EbbtideLifecycle.DrainFirst(lifecycle);
    }
}
