package io.ebbtide.spring.boot3;

import io.ebbtide.spring.EbbtideAutoConfiguration;
import io.ebbtide.spring.EmbeddedServers;
import io.ebbtide.spring.ServerCustomizer;
import io.ebbtide.tomcat.EmbeddedTomcat;
import org.apache.catalina.startup.Tomcat;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.web.embedded.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;

/** Lets Ebbtide drain the embedded Tomcat, in place of Boot's graceful shutdown. */
@AutoConfiguration(after = EbbtideAutoConfiguration.class)
@ConditionalOnClass({Tomcat.class, ConfigurableTomcatWebServerFactory.class})
@ConditionalOnBean(EmbeddedServers.class)
public class TomcatAutoConfiguration {
    /** For Spring. */
    public TomcatAutoConfiguration() {}

    @Bean
    Customizer ebbtideTomcat(EmbeddedServers servers, ApplicationContext context) {
        return new Customizer(servers, context);
    }

    /** Of servlet and of reactive applications. */
    static final class Customizer extends ServerCustomizer<ConfigurableTomcatWebServerFactory> {
        Customizer(EmbeddedServers servers, ApplicationContext context) {
            super(servers, context);
        }

        @Override
        protected Guarded guard(ConfigurableTomcatWebServerFactory factory) {
            var tomcat = new EmbeddedTomcat();
            factory.addContextCustomizers(tomcat::guard);
            return new Guarded(tomcat, tomcat::unguarded);
        }
    }
}
