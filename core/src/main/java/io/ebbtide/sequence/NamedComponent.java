package io.ebbtide.sequence;

import io.ebbtide.internal.Expect;
import io.ebbtide.lifecycle.Component;

/**
 * A component and its name in logs and reports. Immutable.
 *
 * @param name not blank
 * @param component the one to start and stop
 */
public record NamedComponent(String name, Component component) {
    public NamedComponent {
        Expect.text(name, "name");
        Expect.present(component, "component '" + name + "'");
    }
}
