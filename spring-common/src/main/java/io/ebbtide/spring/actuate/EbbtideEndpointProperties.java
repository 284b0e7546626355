package io.ebbtide.spring.actuate;

import java.util.Set;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties of {@code /actuator/ebbtide}. Immutable.
 *
 * @param showValues When to show values that the application has written, such as reasons and details of checks.
 * @param roles Roles of which a user must have one to be authorized to see values. Default: none, so that all authenticated users are.
 */
@ConfigurationProperties("management.endpoint.ebbtide")
public record EbbtideEndpointProperties(
        @DefaultValue("never") Show showValues,
        @DefaultValue Set<String> roles) {}
