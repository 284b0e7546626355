package io.ebbtide.process;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Access to the JVM's signals, by reflection. */
final class SignalPort {
    private static final Map<String, Object> INSTALLED = new ConcurrentHashMap<>();

    /*
     * sun.misc.Signal is the only API for a handler, supported in the module jdk.unsupported. By reflection, because
     * javac's warning of it cannot be suppressed, and because a trimmed runtime image may lack the module: then
     * there are no handlers, and the shutdown hook does their work.
     */
    private SignalPort() {}

    /** The owner of a signal's handler. */
    enum Owner {
        /** This library. */
        OURS,
        /** The JVM: it runs the shutdown hooks. */
        JVM,
        /** No handler: the signal ends the process at once, without hooks. */
        DEFAULT,
        /** The process that started this one had it ignored, which is inherited: nothing handles it. */
        IGNORED,
        /** Another component in this process. */
        OTHER
    }

    /**
     * The owner of a signal's handler.
     *
     * @param handler the class of another component's handler; else empty
     */
    record Handling(Owner owner, String handler) {
        Handling(Owner owner) {
            this(owner, "");
        }
    }

    /**
     * Handles a signal from now on.
     *
     * @param handler called with the signal's name ({@code TERM}) on a thread of its own
     * @return the owner from now on: not this library, if there can be no handler, or another component has one, which stays
     */
    static Handling handle(String signal, Consumer<String> handler) {
        try {
            Class<?> signalType = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            Object subject = signalType.getConstructor(String.class).newInstance(signal);
            Object ours = proxy(handlerType, signal, handler);
            Method install = signalType.getMethod("handle", signalType, handlerType);
            Object former = install.invoke(null, subject, ours);
            if (former == handlerType.getField("SIG_IGN").get(null)) { // not equals(), which would be the other's code
                return new Handling(Owner.IGNORED); // the JVM has installed nothing
            }
            boolean theJvms = former == null || former.getClass().getName().startsWith("sun.misc.");
            if (!theJvms) {
                install.invoke(null, subject, former);
            }
            if (theJvms) {
                INSTALLED.put(signal, ours);
            }
            return theJvms
                    ? new Handling(Owner.OURS)
                    : new Handling(Owner.OTHER, former.getClass().getName());
        } catch (InvocationTargetException e) {
            return new Handling(Owner.DEFAULT); // -Xrs: "Signal already used by VM or OS"
        } catch (ReflectiveOperationException | LinkageError e) {
            return new Handling(Owner.JVM); // no jdk.unsupported
        }
    }

    /**
     * Returns which handler replaced the one that {@link #handle} installed. To find out, ours is installed for a moment.
     *
     * @return the class of that handler; null if the signal still is ours, or never was
     */
    static @Nullable String takenBy(String signal) {
        Object ours = INSTALLED.get(signal);
        if (ours == null) {
            return null;
        }
        try {
            Class<?> signalType = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            Object subject = signalType.getConstructor(String.class).newInstance(signal);
            Method install = signalType.getMethod("handle", signalType, handlerType);
            Object found = install.invoke(null, subject, ours);
            if (found == ours || found == null) { // not equals(), which would be the other's code
                return null;
            }
            install.invoke(null, subject, found);
            return found.getClass().getName();
        } catch (ReflectiveOperationException | LinkageError e) {
            return null; // worked before, and no longer: then no other component can have it either
        }
    }

    private static Object proxy(Class<?> handlerType, String signal, Consumer<String> handler) {
        return Proxy.newProxyInstance(
                SignalPort.class.getClassLoader(),
                new Class<?>[] {handlerType},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "handle" -> {
                        handler.accept(signal);
                        yield null;
                    }
                    case "equals" -> proxy == arguments[0];
                    case "hashCode" -> System.identityHashCode(proxy);
                    default -> "ebbtide's handler of SIG" + signal;
                });
    }
}
