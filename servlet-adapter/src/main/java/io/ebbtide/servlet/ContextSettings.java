package io.ebbtide.servlet;

import io.ebbtide.Settings;
import jakarta.servlet.ServletContext;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the context parameters that begin with {@code ebbtide.}. */
final class ContextSettings {
    private static final String PREFIX = "ebbtide.";
    private static final String NAME = "ebbtide.name";
    private static final String HOLD_FILE = "ebbtide.hold-file";

    private final ServletContext context;

    ContextSettings(ServletContext context) {
        this.context = context;
    }

    /** What is set, the rest derived. */
    Settings settings() {
        Settings settings = Settings.derived();
        List<String> names = Collections.list(context.getInitParameterNames()).stream()
                .filter(name -> name.startsWith(PREFIX) && !name.equals(NAME) && !name.equals(HOLD_FILE))
                .sorted()
                .toList();
        for (String name : names) {
            String value = context.getInitParameter(name);
            try {
                settings = settings.with(name.substring(PREFIX.length()), value.strip());
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "context parameter %s=%s is wrong: %s".formatted(name, value, e.getMessage()), e);
            }
        }
        return settings;
    }

    /** The service's name: the parameter's, else what the web application calls itself, else its path. */
    String name() {
        String path = context.getContextPath();
        String display = context.getServletContextName();
        return firstText(
                context.getInitParameter(NAME),
                path.equals(display) ? null : display, // Jetty puts it in the place of a name
                path.isEmpty() ? "ROOT" : path.substring(1));
    }

    /** A file that keeps the service out of rotation while it is there; null for none. */
    @Nullable
    String holdFile() {
        String file = context.getInitParameter(HOLD_FILE);
        return file == null || file.isBlank() ? null : file.strip();
    }

    private static String firstText(@Nullable String first, @Nullable String second, String otherwise) {
        if (first != null && !first.isBlank()) {
            return first.strip();
        }
        return second == null || second.isBlank() ? otherwise : second.strip();
    }
}
