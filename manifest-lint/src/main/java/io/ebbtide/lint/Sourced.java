package io.ebbtide.lint;

/** A value, and where it comes from, for the reader of a finding. Immutable. */
record Sourced<T>(T value, String from) {
    static <T> Sourced<T> of(T value, String from) {
        return new Sourced<>(value, from);
    }

    /** Both: {@code 10 (HorizontalPodAutoscaler maxReplicas)}. */
    @Override
    public String toString() {
        return value + " (" + from + ")";
    }
}
