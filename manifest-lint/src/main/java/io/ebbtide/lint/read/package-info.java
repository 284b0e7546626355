/** Reads files as Kubernetes does: values with their places, documents, manifests. Not for users. */
@NullMarked
package io.ebbtide.lint.read;

import org.jspecify.annotations.NullMarked;
