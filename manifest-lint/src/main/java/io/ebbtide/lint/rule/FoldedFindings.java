package io.ebbtide.lint.rule;

import io.ebbtide.lint.finding.Finding;
import io.ebbtide.lint.finding.Severity;
import io.ebbtide.lint.read.Manifest;
import io.ebbtide.lint.read.Value;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** The findings of one rule: of several at one place the first, with the number of the others. Not thread-safe. */
final class FoldedFindings implements Rule.Found {
    private final Rule rule;
    private final Map<Place, Folded> places = new LinkedHashMap<>();

    FoldedFindings(Rule rule) {
        this.rule = rule;
    }

    /** One place of one manifest, regardless of the number of others it is compared with. */
    private record Place(Manifest manifest, Value where) {}

    /** The first finding at a place, and the number of the others. */
    static final class Folded {
        private final Rule rule;
        private final Place place;
        private final String numbers;
        private final String fix;
        private final Severity severity;
        private int more;

        private Folded(Rule rule, Place place, String numbers, String fix, Severity severity) {
            this.rule = rule;
            this.place = place;
            this.numbers = numbers;
            this.fix = fix;
            this.severity = severity;
        }

        Manifest manifest() {
            return place.manifest;
        }

        Finding finding() {
            String all = more > 0 ? "%s; and %,d more like it".formatted(numbers, more) : numbers;
            return rule.finding(severity, place.manifest, place.where, all, fix);
        }
    }

    @Override
    public void at(Manifest manifest, Value where, String numbers, String fix) {
        put(manifest, where, numbers, fix, rule.severity());
    }

    @Override
    public void note(Manifest manifest, Value where, String numbers, String fix) {
        put(manifest, where, numbers, fix, Severity.NOTE);
    }

    private void put(Manifest manifest, Value where, String numbers, String fix, Severity severity) {
        if (!again(manifest, where)) {
            var place = new Place(manifest, where);
            places.put(place, new Folded(rule, place, numbers, fix, severity));
        }
    }

    @Override
    public boolean again(Manifest manifest, Value where) {
        Folded folded = places.get(new Place(manifest, where));
        if (folded == null) {
            return false;
        }
        folded.more++;
        return true;
    }

    /** In the order in which they were found. */
    Collection<Folded> all() {
        return places.values();
    }
}
