package io.ebbtide.spring.actuate;

import io.ebbtide.spring.EbbtideAutoConfiguration;
import io.ebbtide.spring.EbbtideLifecycle;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/** Shows the service by Actuator, where the endpoint {@code ebbtide} is exposed. */
@AutoConfiguration(after = EbbtideAutoConfiguration.class)
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
@ConditionalOnBean(value = EbbtideLifecycle.class, search = SearchStrategy.CURRENT)
@ConditionalOnAvailableEndpoint(EbbtideEndpoint.class)
@EnableConfigurationProperties(EbbtideEndpointProperties.class)
public class EndpointAutoConfiguration {
    /** For Spring. */
    public EndpointAutoConfiguration() {}

    @Bean
    EbbtideEndpoint ebbtideEndpoint(
            EbbtideLifecycle lifecycle,
            ObjectProvider<SanitizingFunction> functions,
            EbbtideEndpointProperties properties) {
        return new EbbtideEndpoint(lifecycle, functions.orderedStream().toList(), properties.showValues());
    }

    @Bean
    @ConditionalOnAvailableEndpoint(endpoint = EbbtideEndpoint.class, exposure = EndpointExposure.WEB)
    EbbtideEndpointWebExtension ebbtideEndpointWebExtension(
            EbbtideEndpoint endpoint, EbbtideEndpointProperties properties) {
        return new EbbtideEndpointWebExtension(endpoint, properties.showValues(), properties.roles());
    }
}
