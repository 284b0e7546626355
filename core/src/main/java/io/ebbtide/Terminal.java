package io.ebbtide;

import java.io.Console;

/** Whether a person may sit in front of the process. */
final class Terminal {
    private Terminal() {}

    /** From JDK 22 on there is a console without a terminal, too, which then says so: by reflection, as 17 cannot ask. */
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
