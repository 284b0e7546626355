package io.ebbtide.spring.boot3;

import io.ebbtide.spring.EbbtideAutoConfiguration;
import io.ebbtide.spring.EmbeddedServers;
import io.ebbtide.spring.ServerCustomizer;
import io.ebbtide.undertow.EmbeddedUndertow;
import io.undertow.Undertow;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.web.context.WebServerInitializedEvent;
import org.springframework.boot.web.embedded.undertow.ConfigurableUndertowWebServerFactory;
import org.springframework.boot.web.embedded.undertow.UndertowWebServer;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;

/** Lets Ebbtide drain the embedded Undertow, in place of Boot's graceful shutdown. */
@AutoConfiguration(after = EbbtideAutoConfiguration.class)
@ConditionalOnClass({Undertow.class, ConfigurableUndertowWebServerFactory.class})
@ConditionalOnBean(EmbeddedServers.class)
public class UndertowAutoConfiguration {
    /** For Spring. */
    public UndertowAutoConfiguration() {}

    @Bean
    Customizer ebbtideUndertow(EmbeddedServers servers, ApplicationContext context) {
        return new Customizer(servers, context);
    }

    /** Of servlet and of reactive applications. Boot creates the server itself as late as it opens the ports. */
    static final class Customizer extends ServerCustomizer<ConfigurableUndertowWebServerFactory>
            implements ApplicationListener<WebServerInitializedEvent> {
        private final ApplicationContext context;
        private volatile @Nullable EmbeddedUndertow undertow;

        Customizer(EmbeddedServers servers, ApplicationContext context) {
            super(servers, context);
            this.context = context;
        }

        @Override
        protected Guarded guard(ConfigurableUndertowWebServerFactory factory) {
            var guarded = new EmbeddedUndertow();
            undertow = guarded;
            factory.addBuilderCustomizers(guarded::guard);
            return Guarded.whole(guarded);
        }

        @Override
        public void onApplicationEvent(WebServerInitializedEvent event) {
            EmbeddedUndertow guarded = undertow;
            if (guarded != null
                    && event.getApplicationContext() == context
                    && event.getWebServer() instanceof UndertowWebServer server) {
                guarded.opened(server.getUndertow());
            }
        }
    }
}
