package io.ebbtide.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Starts a main class in a JVM of its own: the same Java, the same class path. Got from {@link #of}. Not thread-safe;
 * confine to one thread.
 *
 * <pre>{@code
 * try (ServiceProcess service = JavaLauncher.of(Orders.class).environment("EBBTIDE_GRACE", "20s").start()) {
 *     int port = service.awaitPort();
 *     service.signal("TERM");
 *     assertThat(service.awaitExit(Duration.ofSeconds(20)).code()).isZero();
 * }
 * }</pre>
 */
public final class JavaLauncher {
    private final Class<?> main;
    private final List<String> jvmOptions = new ArrayList<>();
    private final List<String> arguments = new ArrayList<>();
    private final Map<String, String> environment = new LinkedHashMap<>();
    private boolean terminal;

    private JavaLauncher(Class<?> main) {
        this.main = main;
    }

    /** A launcher of this main class. */
    public static JavaLauncher of(Class<?> main) {
        return new JavaLauncher(main);
    }

    /** Adds options of the JVM, such as {@code -Xmx64m}. */
    public JavaLauncher jvmOptions(String... options) {
        jvmOptions.addAll(List.of(options));
        return this;
    }

    /** Adds arguments of the program. */
    public JavaLauncher arguments(String... more) {
        arguments.addAll(List.of(more));
        return this;
    }

    /** Sets an environment variable; the rest is inherited, but for what begins with {@code EBBTIDE_}. */
    public JavaLauncher environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** Gives the service a terminal, by util-linux' {@code script}; {@link ServiceProcess#type} is its keyboard. */
    public JavaLauncher inTerminal() {
        terminal = true;
        return this;
    }

    /**
     * Starts the process.
     *
     * @throws UncheckedIOException if it cannot be started
     */
    public ServiceProcess start() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(main.getName());
        command.addAll(arguments);
        if (terminal) {
            String line = command.stream().map(JavaLauncher::quoted).collect(Collectors.joining(" ", "exec ", ""));
            command = List.of("script", "--quiet", "--return", "--flush", "--command", line, "/dev/null");
        }
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("EBBTIDE_"));
        builder.environment().putAll(environment);
        try {
            return new ServiceProcess(builder.start(), terminal);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }
}
