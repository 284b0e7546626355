package io.ebbtide.lint;

import java.util.HashSet;
import java.util.List;

/** The rules for any manifest: it can be read, and Kubernetes knows its kinds and fields. */
final class StrictRules {
    static final Rule UNREADABLE = new Rule(
            "unreadable-input",
            Severity.ERROR,
            "This input cannot be read.",
            "What is not read is not judged, so nothing can be said about the whole. The exit code is 2; nothing lets it pass.",
            "at most 8 MiB a file, 32 MiB in all, 10,000 files, 10,000 documents and 400,000 values a file, 64 levels; UTF-8; "
                    + "no link back to a folder above; at least one object in all",
            "Make it readable, or leave it out.",
            Rule.BY_THE_READER);
    static final Rule UNKNOWN_FIELD = new Rule(
            "unknown-field",
            Severity.ERROR,
            "Kubernetes does not know this field.",
            "The API server drops an unknown field with a warning, or refuses the object, depending on the client: what "
                    + "it should have done does not happen.",
            "the fields of the kind, as in Kubernetes' own API",
            "Correct the spelling or the level, or take it out.",
            Rule.BY_THE_READER);
    static final Rule WRONG_TYPE = new Rule(
            "wrong-type",
            Severity.ERROR,
            "This value is of another type than Kubernetes expects.",
            "The API server refuses the object. YAML turns on, yes and 8080 into a boolean and a number unless they are "
                    + "quoted; annotations, labels and environment variables must be strings.",
            "the type of the field, as in Kubernetes' own API",
            "Quote it, or write what is expected.",
            Rule.BY_THE_READER);
    static final Rule MISSING_FIELD = new Rule(
            "missing-field",
            Severity.ERROR,
            "A field that Kubernetes requires is missing.",
            "The API server refuses the object.",
            "the required fields of the kind, as in Kubernetes' own API",
            "Write it.",
            Rule.BY_THE_READER);
    static final Rule INVALID_VALUE = new Rule(
            "invalid-value",
            Severity.ERROR,
            "Kubernetes does not take this value.",
            "The API server refuses the object: the value is of the right type, and out of bounds, in contradiction to another one, "
                    + "or none that it knows.",
            "the API server's own validation, as of Kubernetes 1.34 to 1.37: names and labels, a selector and the template's labels, "
                    + "ports, volumes, bounds of numbers, values out of a list",
            "Write a value that Kubernetes takes.",
            Rule.BY_THE_READER);
    static final Rule DUPLICATE_KEY = new Rule(
            "duplicate-key",
            Severity.ERROR,
            "A key stands twice in one map.",
            "The last one wins without a word, or the parser refuses the file: half of what is written is not there.",
            "each key once",
            "Take one of the two out.",
            Rule.BY_THE_READER);
    static final Rule UNKNOWN_KIND = new Rule(
            "unknown-kind",
            Severity.NOTE,
            "The fields of this kind are not checked.",
            "A custom resource's schema is in the cluster, not in this tool. Rules that know the kind look into it all the "
                    + "same.",
            "the kinds of Kubernetes itself are known",
            "Nothing; kubectl apply --dry-run=server checks it.",
            Rule.BY_THE_READER);
    static final Rule NO_SUCH_KIND = new Rule(
            "no-such-kind",
            Severity.ERROR,
            "Kubernetes serves no such kind in this group and version.",
            "Applying it fails: no matches for kind. Letters' case counts, and a custom resource's group has a dot in it.",
            "kind and apiVersion are among those of the version of Kubernetes that --kubernetes-version chooses",
            "Correct kind or apiVersion.",
            Rule.BY_THE_READER);
    static final Rule REMOVED_API = new Rule(
            "removed-api",
            Severity.ERROR,
            "Kubernetes no longer serves this version of the API.",
            "Applying it fails: no matches for kind.",
            "the release in which it was removed",
            "Write it in the version that is served.",
            Rule.BY_THE_READER);
    static final Rule NOT_A_MANIFEST = new Rule(
            "not-a-manifest",
            Severity.ERROR,
            "This document is no Kubernetes object.",
            "It is left out, and nothing in it is judged: apiversion for apiVersion is enough. Below a folder that is read as a "
                    + "whole it is a note, as the values of a chart may lie there.",
            "apiVersion and kind, both, each a string",
            "Write both, or leave the file out.",
            Rule.BY_THE_READER);
    static final Rule KUSTOMIZE_PATCH = new Rule(
            "kustomize-patch",
            Severity.NOTE,
            "This document is a patch of kustomize, not an object.",
            "It is not judged: only with what it changes does it make an object.",
            "no $patch, $retainKeys or $setElementOrder, which no object has, and in no list of patches of a kustomization",
            "Lint what kustomize renders: kubectl kustomize . | ebbtide-lint -",
            Rule.BY_THE_READER);
    static final Rule UNRENDERED_VALUE = new Rule(
            "unrendered-value",
            Severity.NOTE,
            "A value is to be filled in before Kubernetes sees it.",
            "What it will be cannot be judged: Flux, envsubst, a template or a pipeline replaces ${...} and {{...}}.",
            "no ${...} and no {{...}} where Kubernetes takes a number, a quantity, a name or one of a list",
            "Lint what is applied: envsubst < a.yaml | ebbtide-lint -, or flux build kustomization.",
            Rule.BY_THE_READER);
    static final Rule EXCLUSIVE_FIELDS = new Rule(
            "exclusive-fields",
            Severity.ERROR,
            "Two fields stand side by side of which Kubernetes takes one.",
            "The API server refuses the object.",
            "one handler of a probe or hook; no rollingUpdate beside Recreate; minAvailable or maxUnavailable; a metric's one source",
            "Take one of the two out; of minAvailable and maxUnavailable, the latter goes on meaning the same when the number of "
                    + "replicas changes.",
            Rule.BY_THE_READER);
    static final Rule DUPLICATE_OBJECT = new Rule(
            "duplicate-object",
            Severity.WARNING,
            "The same object is there twice.",
            "The one that is applied last wins. In two files it is a note, as they may be alternatives; yet both make one world here, in "
                    + "which their numbers mix.",
            "kind, namespace and name, once",
            "Lint one environment at a time.",
            StrictRules::duplicates);
    static final Rule IGNORED_WITHOUT_REASON = new Rule(
            "ignored-without-reason",
            Severity.ERROR,
            "A finding is let pass without a reason.",
            "Whoever reads it next year cannot know whether it still holds. The finding counts as if nothing ignored it.",
            "lint.ebbtide.io/ignore.<rule>: a reason",
            "Write why.",
            Rule.BY_THE_READER);
    static final Rule IGNORED_NOTHING = new Rule(
            "ignored-nothing",
            Severity.NOTE,
            "An annotation lets a finding pass that is not there.",
            "It will hide the next one.",
            "each lint.ebbtide.io/ignore.<rule> meets at least one finding",
            "Take it out.",
            Rule.BY_THE_READER);
    static final Rule BAD_DECLARATION = new Rule(
            "bad-declaration",
            Severity.ERROR,
            "A lint.ebbtide.io annotation does not say what it should.",
            "A number that cannot be read cannot be proved.",
            "lame-duck, drain, stop, longest-request, idle-timeout, propagation: a duration with a unit; pool-size, database-connections: a "
                    + "whole number",
            "Write it with its unit, such as 30s.",
            DeclaredNumbers::check);

    private StrictRules() {}

    static List<Rule> all() {
        return List.of(
                UNREADABLE,
                NOT_A_MANIFEST,
                KUSTOMIZE_PATCH,
                UNRENDERED_VALUE,
                DUPLICATE_KEY,
                UNKNOWN_FIELD,
                WRONG_TYPE,
                MISSING_FIELD,
                INVALID_VALUE,
                EXCLUSIVE_FIELDS,
                UNKNOWN_KIND,
                NO_SUCH_KIND,
                REMOVED_API,
                DUPLICATE_OBJECT,
                IGNORED_WITHOUT_REASON,
                IGNORED_NOTHING,
                BAD_DECLARATION);
    }

    static Finding duplicateKey(Manifest manifest, YamlReader.DuplicateKey key) {
        return DUPLICATE_KEY.finding(
                manifest,
                key.second(),
                "'%s' on line %d and on line %d"
                        .formatted(
                                key.second().key(),
                                key.firstLine(),
                                key.second().line()),
                "take one of the two out");
    }

    static Finding kustomizePatch(Manifest manifest) {
        Value shows = KustomizePatch.directive(manifest.root()).orElse(manifest.root());
        return KUSTOMIZE_PATCH.finding(
                manifest,
                shows,
                !shows.equals(manifest.root())
                        ? shows.key() + " is a directive to kustomize"
                        : shows.is(Value.Kind.LIST)
                                ? "a list of operations with op and path (JSON 6902)"
                                : "the kustomization of its folder, or of one above, lists it as a patch",
                "lint what it renders: kubectl kustomize . | ebbtide-lint -");
    }

    static Finding notAManifest(Manifest manifest, boolean inFolder) {
        boolean kustomize = manifest.group().equals(Kustomization.GROUP)
                || Kustomization.isOne(manifest.origin())
                || manifest.kustomization().isPlugin(manifest.origin());
        Value wrong = manifest.root().field(isName(manifest.root().field("kind")) ? "apiVersion" : "kind");
        String remedy = inFolder ? "nothing, if it is meant to be something else" : "write apiVersion and kind";
        Finding finding = NOT_A_MANIFEST.finding(
                manifest.origin().file(),
                manifest.root().line(),
                kustomize
                        ? "%s is kustomize's own, not an object"
                                .formatted(isName(manifest.root().field("kind")) ? manifest.kind() : "this file")
                        : wrong.exists() ? wrong.key() + " is no name (expected: a string)" : "no " + wrong.key(),
                kustomize ? "lint what it renders: kubectl kustomize . | ebbtide-lint -" : remedy);
        return inFolder || kustomize ? finding.withSeverity(Severity.NOTE) : finding;
    }

    /** Whether this can be an apiVersion or a kind. */
    static boolean isName(Value value) {
        return value.is(Value.Kind.STRING) && !value.text().isBlank();
    }

    /** The findings for inputs that together hold no object. */
    static List<Finding> nothingIn(List<String> names) {
        return (names.isEmpty() ? List.of("<no input>") : names)
                .stream()
                        .map(
                                name -> UNREADABLE.finding(
                                        name,
                                        0,
                                        "nothing to judge: no Kubernetes object (expected: at least one)",
                                        "name the files or the folder that hold manifests (*.yaml, *.yml, *.json), or pipe them in"))
                        .toList();
    }

    /** Of two files with the same objects, one note. */
    private static void duplicates(World world, Rule.Found found) {
        var noted = new HashSet<List<String>>();
        for (Manifest each : world.manifests()) {
            Manifest first = world.firstLike(each);
            Value name = each.at("metadata.name"); // without a name it has no identity yet: see generateName
            if (first.equals(each) || !name.exists()) {
                continue;
            }
            String numbers = "the first is in %s, line %d"
                    .formatted(first.origin().text(), first.root().line());
            String fix = "lint one environment at a time, or give it another name or namespace";
            if (first.origin().equals(each.origin())) {
                found.at(each, name, numbers, fix);
            } else if (noted.add(List.of(first.origin().text(), each.origin().text()))) {
                found.note(each, name, numbers, fix);
            }
        }
    }
}
