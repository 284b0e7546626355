package io.ebbtide.lint.read;

/** A duplicate key in one map: the value at its second place, and whether the first place has an equal one. Immutable. */
public record DuplicateKey(Value second, int firstLine, boolean isEqual) {}
