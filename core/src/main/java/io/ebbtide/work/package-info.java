/**
 * Work that is not a request: executors whose tasks are waited for, and sources of messages that pause, commit and
 * leave the broker.
 */
@NullMarked
package io.ebbtide.work;

import org.jspecify.annotations.NullMarked;
