package io.ebbtide.examples.orders;

import java.time.Instant;

/**
 * An accepted order. Immutable.
 *
 * @param id counted from 1
 * @param item the ordered item
 * @param quantity the ordered quantity
 * @param at when it was accepted
 */
public record Order(long id, String item, int quantity, Instant at) {}
