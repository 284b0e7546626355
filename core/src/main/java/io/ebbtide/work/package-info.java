/**
 * Work that is not a request: executors whose tasks are waited for, and sources of messages that pause, commit and
 * disconnect from the broker.
 */
@NullMarked
package io.ebbtide.work;

import org.jspecify.annotations.NullMarked;
