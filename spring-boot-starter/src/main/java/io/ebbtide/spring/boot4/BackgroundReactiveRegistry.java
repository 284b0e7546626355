package io.ebbtide.spring.boot4;

import io.ebbtide.spring.LastResult;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.CompositeReactiveHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.ReactiveHealthContributor;
import org.springframework.boot.health.contributor.ReactiveHealthIndicator;
import org.springframework.boot.health.registry.ReactiveHealthContributorRegistry;
import reactor.core.publisher.Mono;

/** The same as {@link BackgroundRegistry} for reactive contributors: a thread of the checks waits for them. As safe as the registry. */
final class BackgroundReactiveRegistry implements ReactiveHealthContributorRegistry {
    private final ReactiveHealthContributorRegistry registry;
    private final BootHealthChecks checks;

    BackgroundReactiveRegistry(ReactiveHealthContributorRegistry registry, BootHealthChecks checks) {
        this.registry = registry;
        this.checks = checks;
        for (Entry each : List.copyOf(registry.stream().toList())) {
            registry.unregisterContributor(each.name());
            registerContributor(each.name(), each.contributor());
        }
    }

    @Override
    public void registerContributor(String name, ReactiveHealthContributor contributor) {
        registry.registerContributor(name, inBackground(name, contributor));
    }

    private ReactiveHealthContributor inBackground(String path, ReactiveHealthContributor contributor) {
        if (contributor instanceof CompositeReactiveHealthContributor composite) {
            Map<String, ReactiveHealthContributor> parts = new LinkedHashMap<>();
            composite.forEach(
                    each -> parts.put(each.name(), inBackground(path + "/" + each.name(), each.contributor())));
            return CompositeReactiveHealthContributor.fromMap(parts);
        }
        if (contributor instanceof Background) {
            return contributor;
        }
        var indicator = (ReactiveHealthIndicator) contributor;
        LastResult<Health> result = checks.run(path, () -> indicator.health().block(), indicator);
        return new Background(new BackgroundIndicator(result));
    }

    /** Returns the last result at once. */
    private record Background(BackgroundIndicator indicator) implements ReactiveHealthIndicator {
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
    public Stream<Entry> stream() {
        return registry.stream();
    }
}
