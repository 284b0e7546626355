/** Utilities that every other package depends on: argument checks, time, threads, text. Not API: may change in any release. */
@NullMarked
package io.ebbtide.internal;

import org.jspecify.annotations.NullMarked;
