package io.ebbtide.work;

import java.util.function.Supplier;

/** In place of the caller's own object, whose class says nothing: the description of a task. Immutable. */
record Description(Supplier<String> text) {}
