package io.ebbtide.spring;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether this application may handle signals and end the process. Stateless. */
final class ProcessOwnership {
    /** As in Boot's {@code DevToolsEnablementDeducer}, and more test engines. */
    private static final List<String> OTHERS = List.of(
            "cucumber.runtime.",
            "io.cucumber.",
            "org.junit.",
            "org.springframework.boot.SpringApplicationAotProcessor",
            "org.springframework.boot.test.",
            "org.springframework.test.",
            "org.testng.");

    /** Its package differs between the lines of Boot. */
    private static final String WAR = ".SpringBootServletInitializer";

    private ProcessOwnership() {}

    /**
     * Returns whether this thread has begun in a {@code main} method, and nothing on its stack says that another program runs the
     * application.
     */
    static boolean ofThisThread() {
        return StackWalker.getInstance()
                .walk(frames -> isOwner(frames.map(Frame::of).toList()));
    }

    /** A method on the stack. */
    record Frame(String type, String method) {
        static Frame of(StackWalker.StackFrame frame) {
            return new Frame(frame.getClassName(), frame.getMethodName());
        }
    }

    /** @param frames the topmost first */
    static boolean isOwner(List<Frame> frames) {
        @Nullable Frame outermost = null;
        for (Frame frame : frames) {
            if (frame.type().endsWith(WAR) || OTHERS.stream().anyMatch(frame.type()::startsWith)) {
                return false;
            }
            outermost = frame;
        }
        return outermost != null && outermost.method().equals("main");
    }
}
