package io.ebbtide.spring.work;

import io.ebbtide.spring.EbbtideAutoConfiguration;
import io.ebbtide.spring.EbbtideCustomizer;
import io.ebbtide.spring.EbbtideLifecycle;
import io.ebbtide.spring.EbbtideProperties;
import io.ebbtide.work.MessageSource;
import io.ebbtide.work.WorkExecutor;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Role;

/** Waits for work that is not a request. */
@AutoConfiguration(after = EbbtideAutoConfiguration.class)
@ConditionalOnBean(value = EbbtideLifecycle.class, search = SearchStrategy.CURRENT)
public class WorkAutoConfiguration {
    /** For Spring. */
    public WorkAutoConfiguration() {}

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    @ConditionalOnProperty(prefix = "ebbtide", name = "executors", matchIfMissing = true)
    static CountedExecutors ebbtideExecutors() {
        return new CountedExecutors();
    }

    @Bean
    @ConditionalOnBean(CountedExecutors.class)
    ScheduledMethods ebbtideScheduledMethods(CountedExecutors executors) {
        return new ScheduledMethods(executors);
    }

    /** What the application has written for Ebbtide. */
    @Bean
    EbbtideCustomizer ebbtideWork(ObjectProvider<MessageSource> messages, ObjectProvider<WorkExecutor> executors) {
        return service -> {
            messages.orderedStream().forEach(service::messages);
            executors.orderedStream().forEach(service::work);
        };
    }

    @Bean
    @ConditionalOnProperty(prefix = "ebbtide", name = "listener-containers", matchIfMissing = true)
    ListenerContainers ebbtideListenerContainers(ConfigurableListableBeanFactory beans, EbbtideProperties properties) {
        return new ListenerContainers(beans, new ConsumerRules(properties.consumers(), properties.consumersKept()));
    }
}
