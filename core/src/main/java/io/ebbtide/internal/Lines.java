package io.ebbtide.internal;

/**
 * A text of several lines that the library generated, such as a stack: its line breaks may be logged unchanged.
 * Immutable.
 *
 * @param text without secrets, and without control characters from user-supplied text
 */
public record Lines(String text) {
    /** The text. */
    @Override
    public String toString() {
        return text;
    }
}
