package io.ebbtide.internal;

import java.lang.module.ModuleFinder;

/**
 * The JDK modules that a process may lack: a runtime image contains those that jlink was given, and {@code java -m}
 * resolves those that another module requires. Stateless.
 */
public final class JdkModules {
    /** Contains {@code java.lang.management}. */
    public static final String MANAGEMENT = "java.management";

    /** Contains {@code sun.misc.Signal}. */
    public static final String UNSUPPORTED = "jdk.unsupported";

    private JdkModules() {}

    /** Whether this process can use the module. */
    public static boolean isResolved(String module) {
        return ModuleLayer.boot().findModule(module).isPresent();
    }

    /** The instruction that adds an unresolved module: to this process, or to its runtime image. */
    public static String remedy(String module) {
        return ModuleFinder.ofSystem().find(module).isPresent()
                ? "start java with --add-modules " + module
                : "build the runtime image by jlink with --add-modules " + module;
    }

    /**
     * Refuses to go on without a module.
     *
     * @param user the feature that needs it, such as {@code the check of deadlocks}
     * @throws IllegalStateException if the module is not resolved; the message names the remedy
     */
    public static void require(String module, String user) {
        if (!isResolved(module)) {
            throw new IllegalStateException(
                    "%s needs the module %s, which this process lacks (expected: a runtime with it); %s"
                            .formatted(user, module, remedy(module)));
        }
    }
}
