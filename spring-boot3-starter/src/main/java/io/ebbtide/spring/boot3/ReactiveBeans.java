package io.ebbtide.spring.boot3;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.actuate.health.CompositeReactiveHealthContributor;
import org.springframework.boot.actuate.health.HealthContributorNameFactory;
import org.springframework.boot.actuate.health.ReactiveHealthContributor;

/** The reactive health contributors of an application. Links to classes that it may lack. Stateless. */
final class ReactiveBeans {
    private ReactiveBeans() {}

    /** Returns the reactive indicator of that path; null if there is none. */
    static @Nullable ReactiveHealthContributor find(ListableBeanFactory beans, String path) {
        String[] names = path.split("/", -1);
        ReactiveHealthContributor found = null;
        for (Map.Entry<String, ReactiveHealthContributor> each :
                beans.getBeansOfType(ReactiveHealthContributor.class).entrySet()) {
            if (HealthContributorNameFactory.INSTANCE.apply(each.getKey()).equals(names[0])) {
                found = each.getValue();
            }
        }
        for (int i = 1; i < names.length; i++) {
            found = found instanceof CompositeReactiveHealthContributor composite
                    ? composite.getContributor(names[i])
                    : null;
        }
        return found;
    }
}
