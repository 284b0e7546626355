/** The load example: sends traffic profiles to a URL, with a verdict, a report and a log to compare with an autoscaler's events. */
@NullMarked
package io.ebbtide.examples.load;

import org.jspecify.annotations.NullMarked;
