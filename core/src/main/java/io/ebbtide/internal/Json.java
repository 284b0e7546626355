package io.ebbtide.internal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** Writes JSON into memory. */
public final class Json {
    /** Keeps nothing in thread locals: a container's thread would keep a stopped web application's class loader. */
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonFactory.Feature.USE_THREAD_LOCAL_FOR_BUFFER_RECYCLING)
            .build();

    private static final CharacterEscapes ESCAPES = new PrintableEscapes();

    /** The characters that {@link Printable} escapes: a line of JSON must not reverse, break or hide text in a log either. */
    private static final class PrintableEscapes extends CharacterEscapes {
        private static final long serialVersionUID = 1;

        private final int[] ascii = standardAsciiEscapesForJSON();

        PrintableEscapes() {
            ascii[0x7f] = ESCAPE_STANDARD;
        }

        @Override
        public int[] getEscapeCodesForAscii() {
            return ascii;
        }

        @Override
        public @Nullable SerializableString getEscapeSequence(int c) {
            return Printable.isHarmful(c) ? new SerializedString(Printable.escape(String.valueOf((char) c))) : null;
        }
    }

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
            json.setCharacterEscapes(ESCAPES);
            body.write(json);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return out.toByteArray();
    }
}
