package io.ebbtide.internal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Writes JSON into memory. */
public final class Json {
    /** Leaves nothing in thread locals: a container's thread would keep a stopped web application's class loader. */
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonFactory.Feature.USE_THREAD_LOCAL_FOR_BUFFER_RECYCLING)
            .build();

    private Json() {}

    /** One JSON text, written by a lambda. */
    @FunctionalInterface
    public interface Body {
        /** Writes the text. */
        void write(JsonGenerator json) throws IOException;
    }

    /** The text in UTF-8. */
    public static byte[] bytes(Body body) {
        var out = new ByteArrayOutputStream(256);
        try (JsonGenerator json = FACTORY.createGenerator(out)) {
            body.write(json);
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return out.toByteArray();
    }
}
