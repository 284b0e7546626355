package io.ebbtide.examples.load;

import java.time.Duration;

/**
 * Something that happened during a run, for the report. Immutable.
 *
 * @param sinceStart when
 * @param text what
 */
record Event(Duration sinceStart, String text) {}
