package io.ebbtide.servlet;

import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.ServletContext;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Found by the container in {@code WEB-INF/lib}: registers everything that a web application needs to be a service,
 * without code or configuration. To prevent that, omit the fragment {@code ebbtide} from {@code <absolute-ordering>}.
 * Called by the container alone.
 */
public final class EbbtideInitializer implements ServletContainerInitializer {
    /** For containers. */
    public EbbtideInitializer() {}

    @Override
    public void onStartup(@Nullable Set<Class<?>> classes, ServletContext context) {
        context.addListener(EbbtideListener.registeredIn(context));
    }
}
