package io.ebbtide.spring;

import java.lang.reflect.Field;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.DefaultSingletonBeanRegistry;

/**
 * The beans that a context destroys at its end, each of which reports when its destruction begins and ends. Safe for use by many
 * threads.
 */
final class DisposableBeans {
    private volatile @Nullable Step current;

    private DisposableBeans() {}

    /**
     * One bean during its destruction, or the time between two of them. Immutable.
     *
     * @param bean empty between two
     */
    record Step(String bean, Thread thread, long beganNanos) {
        boolean isBy(Thread other) {
            return thread == other;
        }
    }

    /** Prepares the beans of a context that is about to close. Without access to them they are destroyed unseen. */
    static DisposableBeans of(ConfigurableListableBeanFactory factory) {
        var beans = new DisposableBeans();
        if (factory instanceof DefaultSingletonBeanRegistry registry) {
            try {
                beans.watch(registry);
            } catch (ReflectiveOperationException | RuntimeException e) {
                // unseen
            }
        }
        return beans;
    }

    /** Spring has no way to learn of a bean's destruction that does not make each bean one that is to be destroyed. */
    @SuppressWarnings("unchecked")
    private void watch(DefaultSingletonBeanRegistry registry) throws ReflectiveOperationException {
        Field field = DefaultSingletonBeanRegistry.class.getDeclaredField("disposableBeans");
        field.setAccessible(true);
        var beans = (Map<String, DisposableBean>) field.get(registry);
        synchronized (beans) { // as Spring does
            beans.replaceAll((name, bean) -> () -> destroy(name, bean));
        }
    }

    private void destroy(String name, DisposableBean bean) throws Exception {
        Thread thread = Thread.currentThread();
        current = new Step(name, thread, System.nanoTime());
        try {
            bean.destroy();
        } finally {
            Step now = current;
            if (now != null && now.isBy(thread)) { // else it was given up
                current = new Step("", thread, System.nanoTime());
            }
        }
    }

    /** Returns what is being destroyed; null before the first bean. */
    @Nullable
    Step current() {
        return current;
    }
}
