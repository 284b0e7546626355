package io.ebbtide.spring;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeReference;

/** What Ebbtide accesses by reflection, for applications that are processed ahead of time. Created by Spring. Stateless. */
final class EbbtideRuntimeHints implements RuntimeHintsRegistrar {
    private static final String SIGNAL = "sun.misc.Signal";
    private static final String HANDLER = "sun.misc.SignalHandler";

    private static final List<String> DATABASE = List.of("dataSource", "query");
    private static final List<String> DECORATOR = List.of("taskDecorator");

    /** Types whose public methods are called, if they are there: of the JDK, of providers of SLF4J, of HikariCP. */
    private static final List<String> CALLED = List.of(
            "com.sun.management.ThreadMXBean",
            "java.io.Console",
            "java.lang.Thread$Builder",
            "org.slf4j.Logger",
            "ch.qos.logback.classic.AsyncAppender",
            "ch.qos.logback.classic.Logger",
            "ch.qos.logback.classic.LoggerContext",
            "org.apache.logging.log4j.LogManager",
            "org.apache.logging.log4j.core.LoggerContext",
            "org.apache.logging.log4j.core.config.Configuration",
            "com.zaxxer.hikari.HikariCredentialsProvider",
            "com.zaxxer.hikari.HikariDataSource",
            "com.zaxxer.hikari.util.Credentials");

    /** Types, if they are there, and their private fields: of servers, of Boot's health indicators in both lines, of Spring. */
    private static final Map<String, List<String>> FIELDS = Map.ofEntries(
            Map.entry("org.apache.catalina.core.AsyncContextImpl$RunnableWrapper", List.of("wrapped")),
            Map.entry("org.apache.coyote.Request", List.of("hook")),
            Map.entry("org.apache.coyote.Response", List.of("hook")),
            Map.entry("org.apache.coyote.http11.Http11Processor", List.of("keepAlive")),
            Map.entry("org.apache.tomcat.util.net.NioEndpoint", List.of("serverSock")),
            Map.entry("io.undertow.Undertow", List.of("channels")),
            Map.entry("io.undertow.Undertow$Builder", List.of("handler", "listeners", "serverOptions")),
            Map.entry(
                    "io.undertow.Undertow$ListenerConfig",
                    List.of(
                            "type",
                            "port",
                            "host",
                            "keyManagers",
                            "trustManagers",
                            "sslContext",
                            "useProxyProtocol",
                            "overrideSocketOptions")),
            Map.entry("org.springframework.boot.jdbc.health.DataSourceHealthIndicator", DATABASE),
            Map.entry("org.springframework.boot.actuate.jdbc.DataSourceHealthIndicator", DATABASE),
            Map.entry(
                    "org.springframework.boot.data.redis.health.DataRedisHealthIndicator",
                    List.of("redisConnectionFactory")),
            Map.entry(
                    "org.springframework.boot.data.redis.health.DataRedisReactiveHealthIndicator",
                    List.of("connectionFactory")),
            Map.entry(
                    "org.springframework.boot.actuate.data.redis.RedisHealthIndicator",
                    List.of("redisConnectionFactory")),
            Map.entry(
                    "org.springframework.boot.actuate.data.redis.RedisReactiveHealthIndicator",
                    List.of("connectionFactory")),
            Map.entry(
                    "org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory",
                    List.of("configuration")),
            Map.entry("org.springframework.core.task.SimpleAsyncTaskExecutor", DECORATOR),
            Map.entry("org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor", DECORATOR),
            Map.entry("org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler", DECORATOR));

    /** Created by Spring. */
    EbbtideRuntimeHints() {}

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader loader) {
        var reflection = hints.reflection();
        reflection.registerType(
                TypeReference.of(SIGNAL),
                type -> type.withConstructor(TypeReference.listOf(String.class), ExecutableMode.INVOKE)
                        .withMethod(
                                "handle",
                                List.of(TypeReference.of(SIGNAL), TypeReference.of(HANDLER)),
                                ExecutableMode.INVOKE));
        reflection.registerType(TypeReference.of(HANDLER), type -> type.withField("SIG_IGN"));
        reflection.registerType(
                TypeReference.of(Thread.class), type -> type.withMethod("ofVirtual", List.of(), ExecutableMode.INVOKE));
        CALLED.forEach(name -> reflection.registerTypeIfPresent(loader, name, MemberCategory.INVOKE_PUBLIC_METHODS));
        FIELDS.forEach((name, fields) ->
                reflection.registerTypeIfPresent(loader, name, type -> fields.forEach(type::withField)));
        reflection.registerTypeIfPresent(
                loader,
                "org.apache.coyote.AbstractProtocol",
                type -> type.withMethod("getEndpoint", List.of(), ExecutableMode.INVOKE));
        hints.proxies().registerJdkProxy(TypeReference.of(HANDLER));
        hints.proxies().registerJdkProxy(TypeReference.of("org.slf4j.Logger"));
        hints.resources().registerPattern("META-INF/MANIFEST.MF"); // versions of libraries
    }
}
