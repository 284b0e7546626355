package io.ebbtide.lifecycle;

import io.ebbtide.internal.Expect;

/**
 * A component and its name in logs and reports. Immutable.
 *
 * @param name not blank
 * @param component the one to start and stop
 */
public record Part(String name, Component component) {
    public Part {
        Expect.text(name, "name");
        Expect.present(component, "component '" + name + "'");
    }
}
