/** What a service reports: each state as it is entered, and the shutdown report at the end. */
@NullMarked
package io.ebbtide.report;

import org.jspecify.annotations.NullMarked;
