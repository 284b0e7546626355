/** A plain polling consumer: files in a folder are its messages. */
@NullMarked
package io.ebbtide.examples.spool;

import org.jspecify.annotations.NullMarked;
