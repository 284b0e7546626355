package io.ebbtide.lint.model;

/** A value and its source, for the text of a finding. Immutable. */
public record Sourced<T>(T value, String from) {
    public static <T> Sourced<T> of(T value, String from) {
        return new Sourced<>(value, from);
    }

    /** Both as text: {@code 10 (HorizontalPodAutoscaler maxReplicas)}. */
    @Override
    public String toString() {
        return value + " (" + from + ")";
    }
}
