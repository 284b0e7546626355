package io.ebbtide.spring;

/** Which contexts will follow as children of the one that starts. Stateless. */
final class ChildContexts {
    /** Boot runs the parents of an application from this method of it, in both lines. */
    private static final String BUILDER = "org.springframework.boot.builder.SpringApplicationBuilder";

    private static final String RUNS_PARENT = "configureAsChildIfNecessary";

    private ChildContexts() {}

    /**
     * Returns how many generations of children Boot's builder starts after the context that this thread starts. Children that
     * an application starts by itself are unknown.
     */
    static int toCome() {
        long runs = StackWalker.getInstance()
                .walk(frames -> frames.filter(frame -> frame.getClassName().equals(BUILDER)
                                && frame.getMethodName().equals(RUNS_PARENT))
                        .count());
        return Math.toIntExact(runs);
    }
}
