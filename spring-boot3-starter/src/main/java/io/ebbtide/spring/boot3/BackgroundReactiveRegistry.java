package io.ebbtide.spring.boot3;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.health.CompositeHealthContributor;
import org.springframework.boot.actuate.health.CompositeReactiveHealthContributor;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthContributor;
import org.springframework.boot.actuate.health.HealthContributorRegistry;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.NamedContributor;
import org.springframework.boot.actuate.health.ReactiveHealthContributor;
import org.springframework.boot.actuate.health.ReactiveHealthContributorRegistry;
import org.springframework.boot.actuate.health.ReactiveHealthIndicator;
import reactor.core.publisher.Mono;

/**
 * Replaces each contributor by one that returns the last result. Boot 3.5 adapts all blocking contributors here, and all reactive ones in the
 * other registry, from which they are taken, so that each runs once. As safe as the registries.
 */
final class BackgroundReactiveRegistry implements ReactiveHealthContributorRegistry {
    private final ReactiveHealthContributorRegistry registry;
    private final HealthContributorRegistry blocking;
    private final BootHealthChecks checks;

    BackgroundReactiveRegistry(
            ReactiveHealthContributorRegistry registry, HealthContributorRegistry blocking, BootHealthChecks checks) {
        this.registry = registry;
        this.blocking = blocking;
        this.checks = checks;
        for (NamedContributor<ReactiveHealthContributor> each :
                registry.stream().toList()) {
            registry.unregisterContributor(each.getName());
            registerContributor(each.getName(), each.getContributor());
        }
    }

    @Override
    public void registerContributor(String name, ReactiveHealthContributor contributor) {
        HealthContributor same = blocking.getContributor(name);
        registry.registerContributor(name, same == null ? inBackground(name, contributor) : lastResults(same));
    }

    /** What the other registry has never waits, and needs no other thread. */
    private static ReactiveHealthContributor lastResults(HealthContributor contributor) {
        if (contributor instanceof CompositeHealthContributor composite) {
            Map<String, ReactiveHealthContributor> parts = new LinkedHashMap<>();
            composite.forEach(each -> parts.put(each.getName(), lastResults(each.getContributor())));
            return CompositeReactiveHealthContributor.fromMap(parts);
        }
        return new Background((HealthIndicator) contributor);
    }

    private ReactiveHealthContributor inBackground(String path, ReactiveHealthContributor contributor) {
        if (contributor instanceof CompositeReactiveHealthContributor composite) {
            Map<String, ReactiveHealthContributor> parts = new LinkedHashMap<>();
            composite.forEach(each ->
                    parts.put(each.getName(), inBackground(path + "/" + each.getName(), each.getContributor())));
            return CompositeReactiveHealthContributor.fromMap(parts);
        }
        if (contributor instanceof Background) {
            return contributor;
        }
        var indicator = (ReactiveHealthIndicator) contributor;
        return new Background(new BackgroundIndicator(
                checks.run(path, () -> indicator.health().block(), indicator)));
    }

    /** Returns the last result at once. */
    private record Background(HealthIndicator indicator) implements ReactiveHealthIndicator {
        @Override
        public Mono<Health> health() {
            return Mono.defer(() -> Mono.justOrEmpty(indicator.health()));
        }
    }

    @Override
    public @Nullable ReactiveHealthContributor unregisterContributor(String name) {
        ReactiveHealthContributor removed = registry.unregisterContributor(name);
        if (removed != null) {
            checks.removed(name);
        }
        return removed;
    }

    @Override
    public @Nullable ReactiveHealthContributor getContributor(String name) {
        return registry.getContributor(name);
    }

    @Override
    public Iterator<NamedContributor<ReactiveHealthContributor>> iterator() {
        return registry.iterator();
    }
}
