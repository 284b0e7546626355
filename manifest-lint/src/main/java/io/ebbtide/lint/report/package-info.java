/** Findings in the formats that people and programs read. Not for users. */
@NullMarked
package io.ebbtide.lint.report;

import org.jspecify.annotations.NullMarked;
