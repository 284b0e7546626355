package io.ebbtide.spring.work;

import java.util.Set;

/**
 * Which consumers stop at the signal, beside what is known of them. Immutable.
 *
 * @param stopped names of beans that stop at the signal, too
 * @param kept names of beans that run until the context closes
 */
record ConsumerRules(Set<String> stopped, Set<String> kept) {
    ConsumerRules {
        stopped = Set.copyOf(stopped);
        kept = Set.copyOf(kept);
    }

    boolean stops(String bean) {
        return stopped.contains(bean);
    }

    boolean keeps(String bean) {
        return kept.contains(bean);
    }
}
