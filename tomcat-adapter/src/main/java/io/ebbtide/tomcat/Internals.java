package io.ebbtide.tomcat;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.nio.channels.ServerSocketChannel;
import java.util.function.UnaryOperator;
import org.apache.catalina.util.ServerInfo;
import org.apache.coyote.AbstractProtocol;
import org.apache.coyote.ActionHook;
import org.apache.coyote.Request;
import org.apache.coyote.Response;
import org.apache.coyote.http11.Http11Processor;
import org.apache.tomcat.util.net.AbstractEndpoint;
import org.apache.tomcat.util.net.NioEndpoint;

/**
 * Tomcat's unpublished parts: its port, the moment at which an answer is begun, a task's failure. Safe for use by many
 * threads.
 */
final class Internals {
    /*
     * None of them has a public API. Tomcat's own way to close a port drops the clients in the accept queue and the
     * next one that it accepts; its pause() answers 503 on connections that are open; the Servlet API's information
     * about an answer ends before it is committed; and Tomcat catches the exceptions of a task. Six members, the same
     * in 10.1 and 11; the tests run on both.
     */
    private static final class Members {
        static final Method ENDPOINT = method(AbstractProtocol.class, "getEndpoint");
        static final Field PORT = field(NioEndpoint.class, "serverSock");
        static final Field REQUEST_HOOK = field(Request.class, "hook");
        static final Field RESPONSE_HOOK = field(Response.class, "hook");
        static final Field KEEP_ALIVE = field(Http11Processor.class, "keepAlive");
        static final Field TASK = field(type("org.apache.catalina.core.AsyncContextImpl$RunnableWrapper"), "wrapped");
    }

    private interface Access<T> {
        T get() throws ReflectiveOperationException;
    }

    private Internals() {}

    static AbstractEndpoint<?, ?> endpoint(AbstractProtocol<?> protocol) {
        return read(() -> (AbstractEndpoint<?, ?>) Members.ENDPOINT.invoke(protocol));
    }

    static ServerSocketChannel port(NioEndpoint endpoint) {
        return read(() -> (ServerSocketChannel) Members.PORT.get(endpoint));
    }

    static void port(NioEndpoint endpoint, ServerSocketChannel port) {
        write(Members.PORT, endpoint, port);
    }

    static ActionHook hook(Response response) {
        return read(() -> (ActionHook) Members.RESPONSE_HOOK.get(response));
    }

    static void hook(Request request, Response response, ActionHook hook) {
        write(Members.REQUEST_HOOK, request, hook);
        write(Members.RESPONSE_HOOK, response, hook);
    }

    /** Adds {@code Connection: close} to the answer, framed as it would be anyway, and ends the connection after it. */
    static void endAfterAnswer(Http11Processor processor) {
        write(Members.KEEP_ALIVE, processor, false);
    }

    /** Wraps a task of {@code AsyncContext.start}, inside Tomcat's own wrapper. */
    static void around(Runnable tomcats, UnaryOperator<Runnable> around) {
        if (Members.TASK.getDeclaringClass().isInstance(tomcats)) {
            write(Members.TASK, tomcats, around.apply(read(() -> (Runnable) Members.TASK.get(tomcats))));
        }
    }

    private static <T> T read(Access<T> access) {
        try {
            return access.get();
        } catch (ReflectiveOperationException e) {
            throw unknown(e);
        }
    }

    private static void write(Field field, Object object, Object value) {
        try {
            field.set(object, value);
        } catch (ReflectiveOperationException e) {
            throw unknown(e);
        }
    }

    private static Class<?> type(String name) {
        try {
            return Class.forName(name);
        } catch (ReflectiveOperationException e) {
            throw unknown(e);
        }
    }

    private static Method method(Class<?> type, String name) {
        try {
            return opened(type.getDeclaredMethod(name));
        } catch (ReflectiveOperationException e) {
            throw unknown(e);
        }
    }

    private static Field field(Class<?> type, String name) {
        try {
            return opened(type.getDeclaredField(name));
        } catch (ReflectiveOperationException e) {
            throw unknown(e);
        }
    }

    private static <T extends AccessibleObject> T opened(T member) {
        try {
            member.setAccessible(true);
            return member;
        } catch (InaccessibleObjectException e) {
            throw unknown(e);
        }
    }

    private static IllegalStateException unknown(Exception cause) {
        return new IllegalStateException(
                "%s: %s (expected: Tomcat 10.1 or 11 on the class path, not as a module)"
                        .formatted(ServerInfo.getServerInfo(), cause.getMessage()),
                cause);
    }
}
