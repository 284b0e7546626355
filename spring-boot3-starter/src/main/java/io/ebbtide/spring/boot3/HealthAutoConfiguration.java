package io.ebbtide.spring.boot3;

import io.ebbtide.spring.EbbtideAutoConfiguration;
import io.ebbtide.spring.EbbtideLifecycle;
import io.ebbtide.spring.EbbtideProperties;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.actuate.autoconfigure.health.HealthEndpointAutoConfiguration;
import org.springframework.boot.actuate.health.HealthContributorRegistry;
import org.springframework.boot.actuate.health.HealthEndpointGroups;
import org.springframework.boot.actuate.health.ReactiveHealthContributorRegistry;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import reactor.core.publisher.Mono;

/** Runs each {@code HealthIndicator} as a background check, unless {@code ebbtide.indicators} is false. */
@AutoConfiguration(after = {EbbtideAutoConfiguration.class, HealthEndpointAutoConfiguration.class})
@ConditionalOnClass({HealthContributorRegistry.class, HealthEndpointGroups.class})
@ConditionalOnBean(
        value = {EbbtideLifecycle.class, HealthContributorRegistry.class},
        search = SearchStrategy.CURRENT)
@ConditionalOnProperty(prefix = "ebbtide", name = "indicators", matchIfMissing = true)
public class HealthAutoConfiguration {
    /** For Spring. */
    public HealthAutoConfiguration() {}

    @Bean
    BootHealthChecks ebbtideHealthChecks(
            ObjectProvider<HealthEndpointGroups> groups, ListableBeanFactory beans, EbbtideProperties properties) {
        return new BootHealthChecks(groups, beans, properties);
    }

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static Registries ebbtideHealthRegistries(ObjectProvider<BootHealthChecks> checks) {
        return new Registries(checks);
    }

    /** Puts a registry around Spring's. */
    static final class Registries implements BeanPostProcessor {
        private final ObjectProvider<BootHealthChecks> checks;

        Registries(ObjectProvider<BootHealthChecks> checks) {
            this.checks = checks;
        }

        @Override
        public Object postProcessAfterInitialization(Object bean, String beanName) {
            return bean instanceof HealthContributorRegistry registry
                    ? new BackgroundRegistry(registry, checks.getObject())
                    : bean;
        }
    }

    /** For reactive indicators. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({Mono.class, ReactiveHealthContributorRegistry.class})
    static class ReactiveConfiguration {
        @Bean
        @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
        static ReactiveRegistries ebbtideReactiveHealthRegistries(
                ObjectProvider<HealthContributorRegistry> blocking, ObjectProvider<BootHealthChecks> checks) {
            return new ReactiveRegistries(blocking, checks);
        }
    }

    /** Puts a registry around Spring's reactive one. */
    static final class ReactiveRegistries implements BeanPostProcessor {
        private final ObjectProvider<HealthContributorRegistry> blocking;
        private final ObjectProvider<BootHealthChecks> checks;

        ReactiveRegistries(
                ObjectProvider<HealthContributorRegistry> blocking, ObjectProvider<BootHealthChecks> checks) {
            this.blocking = blocking;
            this.checks = checks;
        }

        @Override
        public Object postProcessAfterInitialization(Object bean, String beanName) {
            return bean instanceof ReactiveHealthContributorRegistry registry
                    ? new BackgroundReactiveRegistry(registry, blocking.getObject(), checks.getObject())
                    : bean;
        }
    }
}
