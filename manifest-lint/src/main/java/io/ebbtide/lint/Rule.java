package io.ebbtide.lint;

/**
 * One thing that can be wrong. Immutable.
 *
 * @param id stable, kebab-case
 * @param severity how bad it is
 * @param what what is wrong, in one sentence
 * @param why what happens then, and where that is known from
 * @param numbers the inequality that is proved
 * @param fix what to write instead, in general; a finding has the concrete value
 * @param check looks for it
 */
record Rule(String id, Severity severity, String what, String why, String numbers, String fix, Check check) {
    /** Looks for one thing in the whole world. */
    interface Check {
        void run(World world, Found found);
    }

    /** Where a check reports. */
    interface Found {
        /**
         * Reports one finding.
         *
         * @param where the value that is wrong, or whose absence is
         * @param numbers the inequality with its values, and where each comes from
         * @param fix what to write instead, with the value
         */
        void at(Manifest manifest, Value where, String numbers, String fix);

        /** Reports one finding as a note, whatever the rule's severity. */
        void note(Manifest manifest, Value where, String numbers, String fix);

        /**
         * Whether this place has a finding already; then this one is counted, and nothing more is to be said of it. For rules that
         * compare each with each, before they make the text.
         */
        default boolean again(Manifest manifest, Value where) {
            return false;
        }
    }

    /** For rules that the readers themselves apply. */
    static final Check BY_THE_READER = (world, found) -> {};

    /** Where it is explained. */
    String link() {
        return "docs/operate/lint.md#" + id;
    }

    Finding finding(Manifest manifest, Value where, String theNumbers, String theFix) {
        return new Finding(
                id,
                severity,
                manifest.origin().file(),
                manifest.origin().template(),
                where.line(),
                where.column(),
                manifest.text(),
                where.path(),
                what,
                theNumbers,
                theFix,
                null);
    }

    Finding finding(String file, int line, String theNumbers, String theFix) {
        return new Finding(id, severity, file, null, line, line == 0 ? 0 : 1, "", "", what, theNumbers, theFix, null);
    }
}
