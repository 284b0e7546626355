package io.ebbtide.examples.load;

import java.time.Duration;

/**
 * Something that happened during a run, for the report. Immutable.
 *
 * @param sinceStart time since the start of the load
 * @param text a description
 */
record Event(Duration sinceStart, String text) {}
