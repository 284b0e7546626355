package io.ebbtide.spring.boot4;

import io.ebbtide.spring.EbbtideProperties;
import io.ebbtide.spring.HealthChecks;
import io.ebbtide.spring.LastResult;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroup;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups;
import org.springframework.boot.health.application.AvailabilityStateHealthIndicator;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.PingHealthIndicator;
import org.springframework.boot.health.contributor.Status;

/** The health contributors of Spring Boot 4.1. Safe for use by many threads. */
final class BootHealthChecks extends HealthChecks<HealthContributor, Health> {
    /** The first code of HTTP that is an error. */
    private static final int ERROR = 400;

    private final ObjectProvider<HealthEndpointGroups> groups;
    private volatile @Nullable HealthEndpointGroups known;

    BootHealthChecks(ObjectProvider<HealthEndpointGroups> groups, EbbtideProperties properties) {
        super(properties);
        this.groups = groups;
    }

    /** A probe's thread must not look up beans. */
    private @Nullable HealthEndpointGroups all() {
        HealthEndpointGroups all = known;
        if (all == null) {
            all = groups.getIfAvailable();
            known = all;
        }
        return all;
    }

    @Override
    protected Set<String> groups() {
        HealthEndpointGroups all = all();
        return all == null ? Set.of() : all.getNames();
    }

    @Override
    protected boolean isMember(String group, String path) {
        HealthEndpointGroups all = all();
        HealthEndpointGroup found = all == null ? null : all.get(group);
        return found != null && found.isMember(path);
    }

    @Override
    protected @Nullable Map<String, HealthContributor> parts(HealthContributor contributor) {
        if (!(contributor instanceof CompositeHealthContributor composite)) {
            return null;
        }
        var named = new LinkedHashMap<String, HealthContributor>();
        composite.forEach(each -> named.put(each.name(), each.contributor()));
        return named;
    }

    @Override
    protected HealthContributor composite(Map<String, HealthContributor> parts) {
        return CompositeHealthContributor.fromMap(parts);
    }

    @Override
    protected boolean isTrivial(HealthContributor indicator) {
        return indicator instanceof AvailabilityStateHealthIndicator
                || indicator instanceof PingHealthIndicator
                || indicator instanceof BackgroundIndicator;
    }

    @Override
    protected @Nullable Health health(HealthContributor indicator) {
        return ((HealthIndicator) indicator).health();
    }

    /** As the codes of HTTP that the application maps statuses to: in the readiness group, or in the answer for all. */
    @Override
    protected boolean passes(String path, Health health) {
        HealthEndpointGroups all = all();
        if (all == null) {
            return !health.getStatus().equals(Status.DOWN)
                    && !health.getStatus().equals(Status.OUT_OF_SERVICE);
        }
        HealthEndpointGroup readiness = all.get("readiness");
        HealthEndpointGroup group = readiness != null && readiness.isMember(path) ? readiness : all.getPrimary();
        return group.getHttpCodeStatusMapper().getStatusCode(health.getStatus()) < ERROR;
    }

    @Override
    protected HealthContributor background(LastResult<Health> result) {
        return new BackgroundIndicator(result);
    }
}
