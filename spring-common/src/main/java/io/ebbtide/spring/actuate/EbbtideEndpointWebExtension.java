package io.ebbtide.spring.actuate;

import java.util.Map;
import java.util.Set;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/** The endpoint by HTTP, where users may be authorized. Safe for use by many threads. */
@EndpointWebExtension(endpoint = EbbtideEndpoint.class)
public class EbbtideEndpointWebExtension {
    private final EbbtideEndpoint endpoint;
    private final Show showValues;
    private final Set<String> roles;

    EbbtideEndpointWebExtension(EbbtideEndpoint endpoint, Show showValues, Set<String> roles) {
        this.endpoint = endpoint;
        this.showValues = showValues;
        this.roles = roles;
    }

    /** Describes the service. */
    @ReadOperation
    public Map<String, Object> describe(SecurityContext securityContext) {
        return endpoint.describe(showValues.isShown(securityContext, roles));
    }
}
