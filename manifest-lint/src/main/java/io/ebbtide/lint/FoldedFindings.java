package io.ebbtide.lint;

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
    private record Place(Manifest manifest, String path) {}

    /** The first finding at a place, and the number of the others. */
    static final class Folded {
        private final Manifest manifest;
        private final Finding first;
        private int more;

        private Folded(Manifest manifest, Finding first) {
            this.manifest = manifest;
            this.first = first;
        }

        Manifest manifest() {
            return manifest;
        }

        Finding finding() {
            return more > 0 ? first.withMore(more) : first;
        }
    }

    @Override
    public void at(Manifest manifest, Value where, String numbers, String fix) {
        if (!again(manifest, where)) {
            put(manifest, where, rule.finding(manifest, where, numbers, fix));
        }
    }

    @Override
    public void note(Manifest manifest, Value where, String numbers, String fix) {
        if (!again(manifest, where)) {
            put(manifest, where, rule.finding(manifest, where, numbers, fix).withSeverity(Severity.NOTE));
        }
    }

    private void put(Manifest manifest, Value where, Finding finding) {
        places.put(new Place(manifest, where.path()), new Folded(manifest, finding));
    }

    @Override
    public boolean again(Manifest manifest, Value where) {
        Folded folded = places.get(new Place(manifest, where.path()));
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
