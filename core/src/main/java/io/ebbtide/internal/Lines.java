package io.ebbtide.internal;

/**
 * A text of several lines that was made here, such as a stack: its line breaks may stand in a log as they are. Immutable.
 *
 * @param text without secrets, and without control characters of others
 */
public record Lines(String text) {
    /** The text. */
    @Override
    public String toString() {
        return text;
    }
}
