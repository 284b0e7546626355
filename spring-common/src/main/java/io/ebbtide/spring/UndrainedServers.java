package io.ebbtide.spring;

import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.web.server.WebServerFactory;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.ClassUtils;

/** Warns, once for each context, of servers whose requests cannot be drained. Stateless. */
final class UndrainedServers {
    /** Registered by Boot when it creates a web server, in both lines. */
    private static final String WEB_SERVER = "webServerStartStop";

    /** Registered by Spring in each web application on servlets. */
    private static final String SERVLET_CONTEXT = "servletContext";

    private static final Logger LOG = LoggerFactory.getLogger(UndrainedServers.class);

    private UndrainedServers() {}

    /** Called once the context has created its server. */
    static void warn(String service, ConfigurableApplicationContext context, EmbeddedServers servers) {
        List<String> undrained = undrained(context, servers);
        if (!undrained.isEmpty()) {
            LOG.warn(
                    "'{}' cannot drain {} (expected: Tomcat or Jetty, or Undertow on Spring Boot 3.5, embedded): its requests are not counted, its"
                            + " clients are not asked to disconnect, and no lame duck waits for them; its own graceful shutdown remains,"
                            + " within the stop budget",
                    service,
                    String.join(", ", undrained));
        }
    }

    /** Whether a context has a server, an embedded one or that of a servlet container. Called once it has created its own. */
    static boolean hasServer(ConfigurableApplicationContext context) {
        ConfigurableListableBeanFactory beans = context.getBeanFactory();
        return beans.containsSingleton(WEB_SERVER) || beans.containsSingleton(SERVLET_CONTEXT);
    }

    private static List<String> undrained(ConfigurableApplicationContext context, EmbeddedServers servers) {
        if (servers.has(context)) {
            return servers.undrained(context);
        }
        ConfigurableListableBeanFactory beans = context.getBeanFactory();
        if (beans.containsSingleton(WEB_SERVER)) {
            return Arrays.stream(beans.getBeanNamesForType(WebServerFactory.class, true, false))
                    .map(name -> "the web server of "
                            + ClassUtils.getShortName(String.valueOf(
                                    ClassUtils.getUserClass(beans.getBean(name)).getName())))
                    .toList();
        }
        Object servletContext = beans.getSingleton(SERVLET_CONTEXT);
        boolean isContainers =
                servletContext != null && !servletContext.getClass().getName().contains(".mock.");
        return isContainers
                ? List.of(
                        "the servlet container of " + servletContext.getClass().getName())
                : List.of();
    }
}
