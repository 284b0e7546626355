package io.ebbtide.servlet;

import io.ebbtide.Settings;
import io.ebbtide.internal.Redact;
import jakarta.servlet.ServletContext;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the context parameters that begin with {@code ebbtide.}. */
final class ContextSettings {
    private static final String PREFIX = "ebbtide.";
    private static final String NAME = "ebbtide.name";
    private static final String HOLD_FILE = "ebbtide.hold-file";
    private static final String PROBE_PATH = "ebbtide.probe-path";
    private static final String SIGTERM = "ebbtide.sigterm";

    /** Parameters that have no environment variable. */
    private static final Set<String> OWN = Set.of(NAME, HOLD_FILE, PROBE_PATH, SIGTERM);

    private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9._~-]+)+");

    private final ServletContext context;

    ContextSettings(ServletContext context) {
        this.context = context;
    }

    /** The settings from the parameters; the others are derived. */
    Settings settings() {
        Settings settings = Settings.derived();
        List<String> names = Collections.list(context.getInitParameterNames()).stream()
                .filter(name -> name.startsWith(PREFIX) && !OWN.contains(name))
                .sorted()
                .toList();
        for (String name : names) {
            String value = context.getInitParameter(name);
            try {
                settings = settings.with(name.substring(PREFIX.length()), value.strip());
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "context parameter %s=%s is wrong: %s".formatted(name, Redact.oneLine(value), e.getMessage()),
                        e);
            }
        }
        return settings;
    }

    /** The service's name: the parameter, else the web application's display name, else its path. */
    String name() {
        String path = context.getContextPath();
        String display = context.getServletContextName();
        return firstText(
                context.getInitParameter(NAME),
                path.equals(display) ? null : display, // Jetty supplies it if there is no name
                path.isEmpty() ? "ROOT" : path.substring(1));
    }

    /** A file that keeps the service out of rotation while it is there; null for none. */
    @Nullable
    String holdFile() {
        String file = context.getInitParameter(HOLD_FILE);
        return file == null || file.isBlank() ? null : file.strip();
    }

    /** Where the probes are served, below the context's path: without a slash at its end. */
    String probePath() {
        String path = firstText(context.getInitParameter(PROBE_PATH), null, "/health");
        if (!PATH.matcher(path).matches()) {
            throw new IllegalArgumentException(
                    "context parameter %s=%s is wrong: expected: a path such as /health or /internal/health, of letters, digits, - . _ ~"
                            .formatted(PROBE_PATH, Redact.oneLine(path)));
        }
        return path;
    }

    /** Whether the service shuts down at SIGTERM before the container receives the signal. */
    boolean handlesSigterm() {
        String value = firstText(context.getInitParameter(SIGTERM), null, "container");
        return switch (value) {
            case "container" -> false;
            case "lame-duck" -> true;
            default ->
                throw new IllegalArgumentException("context parameter %s=%s is wrong: expected: lame-duck or container"
                        .formatted(SIGTERM, Redact.oneLine(value)));
        };
    }

    private static String firstText(@Nullable String first, @Nullable String second, String otherwise) {
        if (first != null && !first.isBlank()) {
            return first.strip();
        }
        return second == null || second.isBlank() ? otherwise : second.strip();
    }
}
