package io.ebbtide.lint.read;

/** A part of the input that is not checked as an object: it could not be read, or it is something else. Immutable. */
public sealed interface Omission {
    /**
     * A file, a folder or a document that could not be read.
     *
     * @param line from 1; 0 if the whole file is meant
     */
    record Unreadable(String file, int line, String reason) implements Omission {}

    /** A key that stands twice in a list, whose items alone are objects. */
    record RepeatedKey(Manifest list, DuplicateKey key) implements Omission {}

    /** A document that is a patch of kustomize. */
    record Patch(Manifest document) implements Omission {}

    /**
     * A document that is no Kubernetes object.
     *
     * @param inFolder whether it was found in a folder that was read as a whole, rather than named
     */
    record NoObject(Manifest document, boolean inFolder) implements Omission {}
}
