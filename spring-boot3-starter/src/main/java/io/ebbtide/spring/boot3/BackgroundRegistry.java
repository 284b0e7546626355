package io.ebbtide.spring.boot3;

import java.util.Iterator;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.health.HealthContributor;
import org.springframework.boot.actuate.health.HealthContributorRegistry;
import org.springframework.boot.actuate.health.NamedContributor;

/** Replaces each contributor, at whatever time it is registered, by one that runs in the background. As safe as the registry. */
final class BackgroundRegistry implements HealthContributorRegistry {
    private final HealthContributorRegistry registry;
    private final BootHealthChecks checks;

    BackgroundRegistry(HealthContributorRegistry registry, BootHealthChecks checks) {
        this.registry = registry;
        this.checks = checks;
        for (NamedContributor<HealthContributor> each : registry.stream().toList()) {
            registry.unregisterContributor(each.getName());
            registerContributor(each.getName(), each.getContributor());
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
    public Iterator<NamedContributor<HealthContributor>> iterator() {
        return registry.iterator();
    }
}
