package io.ebbtide.lint.rule;

import io.ebbtide.lint.finding.Finding;
import io.ebbtide.lint.finding.Severity;
import io.ebbtide.lint.model.World;
import io.ebbtide.lint.read.Manifest;
import io.ebbtide.lint.read.Value;

/**
 * A rule that manifests can violate. Immutable.
 *
 * @param id stable, kebab-case
 * @param severity how bad it is
 * @param what the problem, in one sentence
 * @param why the consequences, and the source of that knowledge
 * @param numbers what the rule expects: the inequality or condition that a manifest must satisfy
 * @param fix the general remedy; a finding has the concrete value
 * @param check searches for violations
 */
public record Rule(String id, Severity severity, String what, String why, String numbers, String fix, Check check) {
    /** Searches all manifests for violations of one rule. */
    interface Check {
        void run(World world, Found found);
    }

    /** Receives the findings of a check. */
    interface Found {
        /**
         * Reports one finding.
         *
         * @param where the value that is wrong, or whose absence is wrong
         * @param numbers the inequality with its values, and the source of each
         * @param fix the text to write instead, with the value
         */
        void at(Manifest manifest, Value where, String numbers, String fix);

        /** Reports one finding as a note, whatever the rule's severity. */
        void note(Manifest manifest, Value where, String numbers, String fix);

        /**
         * Whether this place has a finding already; then this one is only counted. For rules that
         * compare all pairs, before they create the text.
         */
        default boolean again(Manifest manifest, Value where) {
            return false;
        }
    }

    /** Does nothing: for rules that the readers themselves apply. */
    static final Check BY_THE_READER = (world, found) -> {};

    /** The address of the rule's explanation. */
    public String link() {
        return "docs/operate/lint.md#" + id;
    }

    Finding finding(Manifest manifest, Value where, String theNumbers, String theFix) {
        return finding(severity, manifest, where, theNumbers, theFix);
    }

    /** A finding of another severity than the rule's. */
    Finding finding(Severity other, Manifest manifest, Value where, String theNumbers, String theFix) {
        return new Finding(
                id,
                other,
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
