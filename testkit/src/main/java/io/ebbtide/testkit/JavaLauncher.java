package io.ebbtide.testkit;

import io.ebbtide.internal.Expect;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Starts a main class in a separate JVM: the same Java, the same class path unless another is given, default dispositions of signals
 * regardless of those this process ignores ({@link Signals#withDefaultDispositions}). Created with {@link #of}. Not thread-safe;
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
    /** The system property with options for every JVM that is started, separated by spaces; see {@link #jvmOptions}. */
    public static final String JVM_OPTIONS = "ebbtide.testkit.jvmOptions";

    private static final List<String> AS_PID_ONE =
            List.of("unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child", "--mount-proc");

    /** The capabilities of a user that may read the same files: the class path, the temporary folder. */
    private static final List<String> AS_ANOTHER_USER =
            List.of("--clear-groups", "--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override");

    /** Ids that no distribution assigns; one for each process, as the limit applies to a user. */
    private static final int FIRST_USER = 1_000_000;

    private static final AtomicInteger USERS = new AtomicInteger();

    private static final List<String> IN_A_USER_NAMESPACE = List.of("unshare", "--user", "--map-current-user");

    /** The wrapper around the JVM, which is then a descendant of the started process. */
    private enum Around {
        NOTHING,
        TERMINAL,
        NAMESPACE
    }

    private final String main;
    private final List<String> classPath;
    private final List<Path> modulePath;
    private final List<String> jvmOptions = new ArrayList<>();
    private final List<String> without = new ArrayList<>();
    private final List<String> arguments = new ArrayList<>();
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final List<String> first = new ArrayList<>();
    private Around around = Around.NOTHING;
    private int descriptors;
    private int threadLimit;
    private Path home = Path.of(System.getProperty("java.home"));

    private JavaLauncher(String main, List<String> classPath, List<Path> modulePath) {
        this.main = main;
        this.classPath = classPath;
        this.modulePath = modulePath;
        Dispositions.canBeReset(); // tested once, before a start that may be timed
    }

    /** Creates a launcher of this main class. */
    public static JavaLauncher of(Class<?> main) {
        return new JavaLauncher(
                Expect.present(main, "main").getName(),
                List.of(System.getProperty("java.class.path").split(File.pathSeparator)),
                List.of());
    }

    /**
     * Creates a launcher of a main class that is not on the class path of this process.
     *
     * @param main the name of the class
     * @param classPath jars and folders, at least one
     */
    public static JavaLauncher ofClassPath(String main, List<Path> classPath) {
        List<Path> path = Expect.list(classPath, "classPath");
        Expect.atLeast(1, path.size(), "classPath");
        return new JavaLauncher(
                Expect.text(main, "main"), path.stream().map(Path::toString).toList(), List.of());
    }

    /**
     * Creates a launcher of a main class in a named module, by {@code java -p ... -m}. There is no class path: {@link #without} finds
     * nothing.
     *
     * @param main the module and the class, such as {@code example.orders/example.orders.Orders}
     * @param modulePath jars and folders of modules, at least one
     */
    public static JavaLauncher ofModule(String main, List<Path> modulePath) {
        List<Path> path = Expect.list(modulePath, "modulePath");
        Expect.atLeast(1, path.size(), "modulePath");
        return new JavaLauncher(Expect.text(main, "main"), List.of(), path);
    }

    /**
     * Adds options of the JVM, such as {@code -Xmx64m}. They come after those of the system property {@value #JVM_OPTIONS}, which
     * a build uses to give options to every JVM of its tests: {@code -XX:TieredStopAtLevel=1} saves a third of the processor time
     * of a service that lives for seconds.
     */
    public JavaLauncher jvmOptions(String... options) {
        jvmOptions.addAll(Expect.list(Arrays.asList(Expect.present(options, "options")), "options"));
        return this;
    }

    /**
     * Removes from the class path the jars whose file names begin with this, such as {@code logback-}.
     *
     * @throws IllegalArgumentException when started, if there is no such jar
     */
    public JavaLauncher without(String jarPrefix) {
        without.add(Expect.text(jarPrefix, "jarPrefix"));
        return this;
    }

    /**
     * Puts a jar or a folder before all others on the class path, such as another version of a library; that of the last call comes
     * first.
     */
    public JavaLauncher first(Path entry) {
        first.add(0, Expect.present(entry, "entry").toString());
        return this;
    }

    /**
     * Limits the number of files and sockets that the process may have open, by the shell's {@code ulimit -n}.
     *
     * @param maximum at least 64, which a JVM needs to start
     */
    public JavaLauncher descriptors(int maximum) {
        descriptors = Expect.atLeast(64, maximum, "maximum");
        return this;
    }

    /** Starts the Java in this folder, such as a runtime image that jlink has built, instead of the running one. */
    public JavaLauncher javaHome(Path newHome) {
        home = Expect.present(newHome, "javaHome");
        return this;
    }

    /** Adds program arguments. */
    public JavaLauncher arguments(String... more) {
        arguments.addAll(Expect.list(Arrays.asList(Expect.present(more, "more")), "more"));
        return this;
    }

    /** Sets an environment variable; the others are inherited, except those that begin with {@code EBBTIDE_}. */
    public JavaLauncher environment(String name, String value) {
        environment.put(Expect.text(name, "name"), Expect.present(value, "value"));
        return this;
    }

    /**
     * Gives the service a terminal, with util-linux' {@code script}; {@link ServiceProcess#type} is its keyboard. Replaces
     * {@link #asPidOne()}.
     */
    public JavaLauncher inTerminal() {
        around = Around.TERMINAL;
        return this;
    }

    /**
     * Makes the service the first process of a new PID namespace, as in a container, with util-linux' {@code unshare}.
     * Replaces {@link #inTerminal()}. Not every system allows it, see {@link #canBePidOne()}.
     */
    public JavaLauncher asPidOne() {
        around = Around.NAMESPACE;
        return this;
    }

    /**
     * Limits the threads of the service, including those of the JVM, as the limit of a container does: by {@code RLIMIT_NPROC}, which
     * counts the threads of a user. So the service gets a separate user: another user id if this process is the superuser's, else a
     * user namespace, in which Linux 5.14 and later counts separately. Not every system allows it, see {@link #canLimitThreads()}.
     *
     * @param maximum {@code > 0}; a JVM by itself has about 20
     */
    public JavaLauncher threadLimit(int maximum) {
        threadLimit = Expect.atLeast(1, maximum, "maximum");
        return this;
    }

    /**
     * Whether {@link #threadLimit} works here. Tests it, which takes some milliseconds.
     *
     * @return false if util-linux' {@code prlimit}, {@code setpriv} or {@code unshare} is missing or forbidden, if the limit has
     *     no effect, or if interrupted, which stays set
     */
    public static boolean canLimitThreads() {
        List<String> fork = List.of("sh", "-c", "true & wait $!");
        return succeeds(limited(100, fork)) && !succeeds(limited(1, fork));
    }

    private static List<String> limited(int maximum, List<String> command) {
        List<String> longer = new ArrayList<>(List.of("prlimit", "--nproc=" + maximum));
        if (System.getProperty("user.name").equals("root")) {
            int user = FIRST_USER + (int) (ProcessHandle.current().pid() % 100_000) * 1_000 + USERS.incrementAndGet();
            longer.addAll(List.of("setpriv", "--reuid=" + user, "--regid=" + user));
            longer.addAll(AS_ANOTHER_USER);
        } else {
            longer.addAll(IN_A_USER_NAMESPACE);
        }
        longer.addAll(command);
        return longer;
    }

    /**
     * Whether {@link #asPidOne()} works here. Tests it, which takes some milliseconds.
     *
     * @return false if there is no {@code unshare}, if namespaces or a {@code /proc} in them are forbidden, as in many
     *     containers, or if interrupted, which stays set
     */
    public static boolean canBePidOne() {
        List<String> command = new ArrayList<>(AS_PID_ONE);
        command.add("true");
        return succeeds(command);
    }

    private static boolean succeeds(List<String> command) {
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
        command.add(home.resolve("bin").resolve("java").toString());
        if (around == Around.NAMESPACE) {
            command.add("-XX:+PerfDisableSharedMem"); // its file in the temporary folder would be named 1, and remain
        }
        Stream.of(System.getProperty(JVM_OPTIONS, "").split(" "))
                .filter(option -> !option.isBlank())
                .forEach(command::add);
        command.addAll(jvmOptions);
        command.addAll(program());
        command.addAll(arguments);
        if (descriptors > 0) {
            command.addAll(0, List.of("sh", "-c", "ulimit -n \"$0\" && exec \"$@\"", String.valueOf(descriptors)));
        }
        List<String> wrapped = threadLimit == 0 ? wrapped(command) : limited(threadLimit, wrapped(command));
        var builder = new ProcessBuilder(Dispositions.reset(wrapped)).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("EBBTIDE_"));
        builder.environment().putAll(environment);
        try {
            return new ServiceProcess(builder.start(), around != Around.NOTHING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> program() {
        return modulePath.isEmpty()
                ? List.of("-cp", classPath(), main)
                : List.of(
                        "-p",
                        modulePath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)),
                        "-m",
                        main);
    }

    private String classPath() {
        List<String> entries = new ArrayList<>(classPath);
        for (String prefix : without) {
            if (!entries.removeIf(
                    entry -> Path.of(entry).getFileName().toString().startsWith(prefix))) {
                throw new IllegalArgumentException(
                        "without: %s (expected: the beginning of the file name of a jar on the class path)"
                                .formatted(prefix));
            }
        }
        entries.addAll(0, first);
        return String.join(File.pathSeparator, entries);
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
