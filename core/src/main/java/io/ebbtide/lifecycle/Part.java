package io.ebbtide.lifecycle;

import io.ebbtide.internal.Expect;

/**
 * A component and what it is called in logs and reports. Immutable.
 *
 * @param name not blank
 * @param component what is started and stopped
 */
public record Part(String name, Component component) {
    public Part {
        Expect.text(name, "name");
        Expect.present(component, "component '" + name + "'");
    }
}
