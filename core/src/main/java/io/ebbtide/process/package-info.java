/** The process of services under {@code run()}: signals, hook, watchdog, exit code, final writes. Not API. */
@NullMarked
package io.ebbtide.process;

import org.jspecify.annotations.NullMarked;
