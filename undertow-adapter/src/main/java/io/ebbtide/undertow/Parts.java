package io.ebbtide.undertow;

import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpHandler;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.xnio.Option;
import org.xnio.OptionMap;

/**
 * The parts of Undertow's builder, which has setters alone: a framework sets its handler after all that users, and we, may change. Called by
 * one thread at a time, except {@link #handler}, which is safe for use by many.
 */
final class Parts {
    /** As {@link UndertowSource}'s. */
    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(75);

    private final Undertow.Builder builder;
    private final Field handler;
    private final List<?> listeners;
    private final OptionMap.Builder serverOptions;

    private Parts(Undertow.Builder builder) throws ReflectiveOperationException {
        this.builder = builder;
        handler = field(builder, "handler");
        listeners = (List<?>) field(builder, "listeners").get(builder);
        serverOptions = (OptionMap.Builder) field(builder, "serverOptions").get(builder);
    }

    static Parts of(Undertow.Builder builder) {
        try {
            return new Parts(builder);
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw inaccessible(e);
        }
    }

    private static IllegalStateException inaccessible(Exception cause) {
        return new IllegalStateException(
                "builder: no access to its parts (expected: Undertow 2.3 or 2.4, on the class path): " + cause, cause);
    }

    /** Returns the handler that the builder has by now. */
    HttpHandler handler() {
        try {
            return Objects.requireNonNull((HttpHandler) handler.get(builder), "the builder has no handler");
        } catch (IllegalAccessException e) {
            throw inaccessible(e);
        }
    }

    /** Gives each listener a handler of its own, which precedes that of the builder. */
    void setListenersHandler(HttpHandler first) {
        try {
            var changed = new ArrayList<Undertow.ListenerBuilder>();
            for (Object listener : listeners) {
                changed.add(copy(listener).setRootHandler(first));
            }
            listeners.clear();
            changed.forEach(builder::addListener);
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw inaccessible(e);
        }
    }

    private static Undertow.ListenerBuilder copy(Object listener) throws ReflectiveOperationException {
        Undertow.ListenerBuilder copy = new Undertow.ListenerBuilder()
                .setType((Undertow.ListenerType) field(listener, "type").get(listener))
                .setPort(field(listener, "port").getInt(listener))
                .setHost((String) field(listener, "host").get(listener))
                .setKeyManagers((KeyManager[]) field(listener, "keyManagers").get(listener))
                .setTrustManagers(
                        (TrustManager[]) field(listener, "trustManagers").get(listener))
                .setSslContext((SSLContext) field(listener, "sslContext").get(listener))
                .setUseProxyProtocol(field(listener, "useProxyProtocol").getBoolean(listener));
        return copy.setOverrideSocketOptions(
                (OptionMap) field(listener, "overrideSocketOptions").get(listener));
    }

    /** Sets what the builder has not. */
    void setDefaults() {
        setUnlessSet(UndertowOptions.NO_REQUEST_TIMEOUT, Math.toIntExact(IDLE_TIMEOUT.toMillis()));
        builder.setServerOption(UndertowOptions.ENABLE_STATISTICS, true);
    }

    private <T> void setUnlessSet(Option<T> option, T value) {
        if (!serverOptions.getMap().contains(option)) {
            builder.setServerOption(option, value);
        }
    }

    private static Field field(Object of, String name) throws NoSuchFieldException {
        Field field = of.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field;
    }
}
