package io.ebbtide.spring.boot4;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.registry.HealthContributorRegistry;

/** Replaces each contributor, at whatever time it is registered, by one that runs in the background. As safe as the registry. */
final class BackgroundRegistry implements HealthContributorRegistry {
    private final HealthContributorRegistry registry;
    private final BootHealthChecks checks;

    BackgroundRegistry(HealthContributorRegistry registry, BootHealthChecks checks) {
        this.registry = registry;
        this.checks = checks;
        for (Entry each : List.copyOf(registry.stream().toList())) {
            registry.unregisterContributor(each.name());
            registerContributor(each.name(), each.contributor());
        }
    }

    @Override
    public void registerContributor(String name, HealthContributor contributor) {
        registry.registerContributor(name, checks.inBackground(name, contributor));
    }

    @Override
    public @Nullable HealthContributor unregisterContributor(String name) {
        HealthContributor removed = registry.unregisterContributor(name);
        if (removed != null) {
            checks.removed(name);
        }
        return removed;
    }

    @Override
    public @Nullable HealthContributor getContributor(String name) {
        return registry.getContributor(name);
    }

    @Override
    public Stream<Entry> stream() {
        return registry.stream();
    }
}
