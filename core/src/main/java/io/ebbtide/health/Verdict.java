package io.ebbtide.health;

/** Whether a check is up, and how many results in a row contradict that. Immutable. */
record Verdict(boolean up, int opposed) {

    /** The first outcome alone decides. */
    static Verdict first(boolean passed) {
        return new Verdict(passed, 0);
    }

    Verdict after(boolean passed, CheckSchedule schedule) {
        if (passed == up) {
            return new Verdict(up, 0); // one agreeing result ends the streak
        }
        int limit = up ? schedule.failuresToDown() : schedule.successesToUp();
        return opposed + 1 >= limit ? new Verdict(passed, 0) : new Verdict(up, opposed + 1);
    }

    /** Whether the last result contradicts the verdict. */
    boolean inDoubt() {
        return opposed > 0;
    }
}
