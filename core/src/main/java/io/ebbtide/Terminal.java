package io.ebbtide;

import java.io.Console;

/** Whether a person may use the process at a terminal. */
final class Terminal {
    private Terminal() {}

    /** From JDK 22 on a console may have no terminal, and reports that: called by reflection, as 17 lacks the method. */
    @SuppressWarnings("SystemConsoleNull") // null on JDK 17 to 21
    static boolean isAttached() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }
}
