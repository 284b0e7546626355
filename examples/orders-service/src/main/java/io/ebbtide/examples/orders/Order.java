package io.ebbtide.examples.orders;

import java.time.Instant;

/**
 * An order as it was taken. Immutable.
 *
 * @param id counted from 1
 * @param item what is ordered
 * @param quantity how many of it
 * @param at when it was taken
 */
public record Order(long id, String item, int quantity, Instant at) {}
