package io.ebbtide.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Starts a main class in a JVM of its own: the same Java, the same class path, default dispositions of signals whatever this
 * process ignores ({@link Signals#withDefaultDispositions}). Created with {@link #of}. Not thread-safe; confine to one thread.
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
    /** The system property with options for every JVM that is started, separated by spaces; see {@link #jvmOptions}. */
    public static final String JVM_OPTIONS = "ebbtide.testkit.jvmOptions";

    private static final List<String> AS_PID_ONE =
            List.of("unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child", "--mount-proc");

    /** What stands around the JVM, which is then a descendant of the process that is started. */
    private enum Around {
        NOTHING,
        TERMINAL,
        NAMESPACE
    }

    private final Class<?> main;
    private final List<String> jvmOptions = new ArrayList<>();
    private final List<String> arguments = new ArrayList<>();
    private final Map<String, String> environment = new LinkedHashMap<>();
    private Around around = Around.NOTHING;

    private JavaLauncher(Class<?> main) {
        this.main = main;
        Dispositions.canBeReset(); // tried once, before a start that may be timed
    }

    /** A launcher of this main class. */
    public static JavaLauncher of(Class<?> main) {
        return new JavaLauncher(main);
    }

    /**
     * Adds options of the JVM, such as {@code -Xmx64m}. They come after those of the system property {@value #JVM_OPTIONS}, by
     * which a build gives options to every JVM of its tests: {@code -XX:TieredStopAtLevel=1} saves a third of the processor time
     * of a service that lives for seconds.
     */
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

    /**
     * Gives the service a terminal, by util-linux' {@code script}; {@link ServiceProcess#type} is its keyboard. In place of
     * {@link #asPidOne()}.
     */
    public JavaLauncher inTerminal() {
        around = Around.TERMINAL;
        return this;
    }

    /**
     * Makes the service the first process of a PID namespace of its own, as in a container, by util-linux' {@code unshare}.
     * In place of {@link #inTerminal()}. Not every system allows it, see {@link #canBePidOne()}.
     */
    public JavaLauncher asPidOne() {
        around = Around.NAMESPACE;
        return this;
    }

    /**
     * Whether {@link #asPidOne()} works here. Tries it, which takes some milliseconds.
     *
     * @return false if there is no {@code unshare}, if namespaces or a {@code /proc} in them are forbidden, as in many
     *     containers, or if interrupted meanwhile, which stays set
     */
    public static boolean canBePidOne() {
        List<String> command = new ArrayList<>(AS_PID_ONE);
        command.add("true");
        try {
            Process attempt = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return attempt.waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * Starts the process.
     *
     * @throws UncheckedIOException if it cannot be started
     */
    public ServiceProcess start() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (around == Around.NAMESPACE) {
            command.add("-XX:+PerfDisableSharedMem"); // its file in the temporary folder would be named 1, and stay
        }
        Stream.of(System.getProperty(JVM_OPTIONS, "").split(" "))
                .filter(option -> !option.isBlank())
                .forEach(command::add);
        command.addAll(jvmOptions);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(main.getName());
        command.addAll(arguments);
        var builder = new ProcessBuilder(Dispositions.reset(wrapped(command))).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("EBBTIDE_"));
        builder.environment().putAll(environment);
        try {
            return new ServiceProcess(builder.start(), around != Around.NOTHING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> wrapped(List<String> command) {
        return switch (around) {
            case NOTHING -> command;
            case TERMINAL -> {
                String line = command.stream().map(JavaLauncher::quoted).collect(Collectors.joining(" ", "exec ", ""));
                yield List.of("script", "--quiet", "--return", "--flush", "--command", line, "/dev/null");
            }
            case NAMESPACE -> {
                List<String> longer = new ArrayList<>(AS_PID_ONE);
                longer.addAll(command);
                yield longer;
            }
        };
    }

    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }
}
