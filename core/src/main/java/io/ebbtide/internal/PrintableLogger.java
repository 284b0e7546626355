package io.ebbtide.internal;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** A logger that removes secrets and control characters from all arguments of its messages. Stateless. */
public final class PrintableLogger {
    /*
     * All log lines pass through here, so that no line that is added later can be forged by a name, a reason or a path.
     * Formats are our own and stay as they are, and so do Lines. A proxy, as the interface differs between SLF4J 1.7
     * and 2.
     */
    private PrintableLogger() {}

    /** A logger that writes to this one. */
    public static Logger of(Logger logger) {
        return (Logger) Proxy.newProxyInstance(
                Logger.class.getClassLoader(), new Class<?>[] {Logger.class}, (proxy, method, arguments) -> {
                    try {
                        return isWithThrowable(method)
                                ? withTrace(method).invoke(logger, traced(arguments))
                                : method.invoke(logger, printable(arguments));
                    } catch (InvocationTargetException e) {
                        throw e.getCause() == null ? e : e.getCause();
                    }
                });
    }

    private static boolean isWithThrowable(Method method) {
        Class<?>[] types = method.getParameterTypes();
        return types.length > 1 && types[types.length - 1] == Throwable.class;
    }

    /** The method of the same name that takes an object instead of the throwable, which a logger would print unchanged. */
    private static Method withTrace(Method method) throws NoSuchMethodException {
        Class<?>[] types = method.getParameterTypes();
        types[types.length - 1] = Object.class;
        return Logger.class.getMethod(method.getName(), types);
    }

    private static Object[] traced(Object[] arguments) {
        Object[] traced = arguments.clone();
        int last = traced.length - 1;
        String format = String.valueOf(traced[last - 1]);
        traced[last - 1] = format.contains("{}") ? format : format + ": {}";
        traced[last] = traced[last] instanceof Throwable failure ? Redact.trace(failure) : null;
        return traced;
    }

    private static Object @Nullable [] printable(Object @Nullable [] arguments) {
        if (arguments == null) {
            return null;
        }
        Object[] printable = arguments.clone();
        boolean isBehindFormat = false;
        for (int i = 0; i < printable.length; i++) {
            if (isBehindFormat) {
                printable[i] = printable[i] instanceof Object[] all ? printable(all, 0) : printable(printable[i]);
            }
            isBehindFormat |= printable[i] instanceof String;
        }
        return printable;
    }

    private static Object[] printable(Object[] values, int from) {
        Object[] printable = values.clone();
        for (int i = from; i < printable.length; i++) {
            printable[i] = printable(printable[i]);
        }
        return printable;
    }

    private static @Nullable Object printable(@Nullable Object value) {
        if (value == null || value instanceof Number || value instanceof Boolean || value instanceof Lines) {
            return value;
        }
        return value instanceof Throwable failure ? Redact.trace(failure) : Redact.oneLine(String.valueOf(value));
    }
}
