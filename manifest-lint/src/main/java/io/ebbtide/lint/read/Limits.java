package io.ebbtide.lint.read;

/** The limits of one text. Immutable. */
public record Limits(int documents, int depth, int values) {
    public static final Limits USUAL = new Limits(10_000, 64, 400_000);

    /** The maximum bytes of one file. */
    static final int MAX_BYTES = 8 * 1024 * 1024;
}
