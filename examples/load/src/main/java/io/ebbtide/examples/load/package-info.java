/** The example: traffic profiles against a URL, with a verdict, a report and a log to put beside an autoscaler. */
@NullMarked
package io.ebbtide.examples.load;

import org.jspecify.annotations.NullMarked;
