package io.ebbtide.spring;

import io.ebbtide.EbbtideBuilder;

/**
 * Adds to the service of an application what is no bean that is found by itself: components, start-up tasks, checks, queues, listeners. A
 * bean of this type is called in the order of such beans, after the auto-configuration and before the service is built.
 *
 * <pre>{@code
 * @Bean
 * EbbtideCustomizer imports(Imports imports) {
 *     return service -> service.queue("imports", imports::size).startupTask("index", imports::index);
 * }
 * }</pre>
 */
@FunctionalInterface
public interface EbbtideCustomizer {
    /**
     * Adds to the service.
     *
     * @param service without the settings, which are properties: calling {@code settings} would replace them
     */
    void customize(EbbtideBuilder service);
}
