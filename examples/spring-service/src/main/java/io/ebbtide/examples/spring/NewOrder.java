package io.ebbtide.examples.spring;

import org.jspecify.annotations.Nullable;

/**
 * The body of {@code POST /orders}. Immutable.
 *
 * @param item null if the client sent none
 */
record NewOrder(@Nullable String item, int quantity) {}
