package io.ebbtide.spring.boot4;

import io.ebbtide.jetty.EmbeddedJetty;
import io.ebbtide.spring.EbbtideAutoConfiguration;
import io.ebbtide.spring.EmbeddedServers;
import io.ebbtide.spring.ServerCustomizer;
import org.eclipse.jetty.server.Server;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.jetty.ConfigurableJettyWebServerFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;

/** Lets Ebbtide drain the embedded Jetty, in place of Boot's graceful shutdown. */
@AutoConfiguration(after = EbbtideAutoConfiguration.class)
@ConditionalOnClass({Server.class, ConfigurableJettyWebServerFactory.class})
@ConditionalOnBean(EmbeddedServers.class)
public class JettyAutoConfiguration {
    /** For Spring. */
    public JettyAutoConfiguration() {}

    @Bean
    Customizer ebbtideJetty(EmbeddedServers servers, ApplicationContext context) {
        return new Customizer(servers, context);
    }

    /** Of servlet and of reactive applications. */
    static final class Customizer extends ServerCustomizer<ConfigurableJettyWebServerFactory> {
        Customizer(EmbeddedServers servers, ApplicationContext context) {
            super(servers, context);
        }

        @Override
        protected Guarded guard(ConfigurableJettyWebServerFactory factory) {
            var jetty = new EmbeddedJetty();
            factory.addServerCustomizers(jetty::guard);
            return Guarded.whole(jetty);
        }
    }
}
