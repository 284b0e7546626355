package io.ebbtide.servlet;

import io.ebbtide.internal.JdkModules;
import io.ebbtide.internal.PrintableLogger;
import io.ebbtide.internal.Ticker;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Runs an action at SIGTERM before the container's own handler. Uses {@code sun.misc.Signal} by reflection, as core does: javac has no
 * way to suppress its warning, and a trimmed runtime image may lack the module. Safe for use by many threads.
 */
final class SigtermHandler {
    private static final PrintableLogger LOG = PrintableLogger.of(LoggerFactory.getLogger(SigtermHandler.class));

    /** One stop may come as several signals, within milliseconds: GNU timeout and wrappers forward them. */
    private static final Duration SAME = Duration.ofSeconds(1);

    /** 128 plus the number of the signal, as in a shell. */
    private static final int EXIT_BY_SIGTERM = 143;

    private final Class<?> signalType;
    private final Class<?> handlerType;
    private final Method handle;
    private final Object signal;
    private final Runnable first;
    private final AtomicBoolean passedOn = new AtomicBoolean();
    private final Ticker ticker = Ticker.system();
    private @Nullable Object ours;
    private @Nullable Object former;
    private boolean came;
    private long cameAtNanos;

    private SigtermHandler(Runnable first) throws ReflectiveOperationException {
        signalType = Class.forName(
                "sun.misc.Signal", false, null); // by the JDK's loader: WildFly hides the package from deployments
        handlerType = Class.forName("sun.misc.SignalHandler", false, null);
        handle = signalType.getMethod("handle", signalType, handlerType);
        signal = signalType.getConstructor(String.class).newInstance("TERM");
        this.first = first;
    }

    /**
     * Installs a handler of SIGTERM.
     *
     * @param first runs on its own thread at the first signal, and may block; a second signal, at least one second later, goes to the
     *     container at once
     * @throws IllegalStateException if there can be no handler; the message has the reason and the remedy
     */
    static SigtermHandler install(Runnable first) {
        try {
            var installed = new SigtermHandler(first);
            installed.install();
            return installed;
        } catch (InvocationTargetException e) {
            throw new IllegalStateException(
                    "the JVM was started with -Xrs or -XX:+ReduceSignalUsage, which permits no handler; remove that option",
                    e);
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new IllegalStateException(
                    "this runtime lacks the module jdk.unsupported; " + JdkModules.remedy(JdkModules.UNSUPPORTED), e);
        }
    }

    private synchronized void install() throws ReflectiveOperationException {
        ours = proxy();
        former = handle.invoke(null, signal, ours);
        if (former == handlerType.getField("SIG_IGN").get(null)) { // not equals(), which would call foreign code
            handle.invoke(null, signal, former); // else the JDK would keep ours
            throw new IllegalStateException(
                    "the process that started this one ignores it (trap '' TERM), which Java cannot change; start it without the trap");
        }
    }

    /** Restores the former handler, unless another component has installed one since. */
    synchronized void uninstall() {
        try {
            Object found = handle.invoke(null, signal, former);
            if (found != ours) {
                handle.invoke(null, signal, found);
                LOG.warn(
                        "SIGTERM is handled by {}, which was installed after Ebbtide's handler and may hold a reference to the classes of this web application",
                        found);
            }
        } catch (ReflectiveOperationException e) {
            LOG.warn("the former handler of SIGTERM cannot be restored: {}", e);
        }
    }

    private void received() {
        switch (next()) {
            case FIRST -> {
                try {
                    first.run();
                } catch (RuntimeException | Error e) {
                    LOG.error("the shutdown at SIGTERM failed: {}", e);
                } finally { // without memory for a line, too
                    passOn();
                }
            }
            case SAME_AGAIN -> {}
            case ANOTHER -> passOn();
        }
    }

    private enum Meant {
        FIRST,
        SAME_AGAIN,
        ANOTHER
    }

    private synchronized Meant next() {
        long now = ticker.nanos();
        if (!came) {
            came = true;
            cameAtNanos = now;
            return Meant.FIRST;
        }
        return now - cameAtNanos < SAME.toNanos() ? Meant.SAME_AGAIN : Meant.ANOTHER;
    }

    private void passOn() {
        if (!passedOn.compareAndSet(false, true)) {
            return;
        }
        try {
            handlerType.getMethod("handle", signalType).invoke(former, signal);
        } catch (ReflectiveOperationException e) {
            LOG.error("SIGTERM cannot be passed to {}; the process exits: {}", former, e);
            Runtime.getRuntime().exit(EXIT_BY_SIGTERM);
        }
    }

    private Object proxy() {
        return Proxy.newProxyInstance(
                handlerType.getClassLoader(),
                new Class<?>[] {handlerType},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "handle" -> {
                        received();
                        yield null;
                    }
                    case "equals" -> proxy == arguments[0];
                    case "hashCode" -> System.identityHashCode(proxy);
                    default -> "ebbtide's handler of SIGTERM for a web application";
                });
    }
}
