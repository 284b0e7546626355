package io.ebbtide.lint.rule;

import io.ebbtide.lint.finding.Finding;
import io.ebbtide.lint.finding.Severity;
import io.ebbtide.lint.model.World;
import io.ebbtide.lint.read.DuplicateKey;
import io.ebbtide.lint.read.Kustomization;
import io.ebbtide.lint.read.KustomizePatch;
import io.ebbtide.lint.read.Manifest;
import io.ebbtide.lint.read.Omission;
import io.ebbtide.lint.read.Value;
import io.ebbtide.lint.read.ValueKind;
import java.util.HashSet;
import java.util.List;

/** The rules for any manifest: it can be read, and Kubernetes knows its kinds and fields. */
public final class StrictRules {
    public static final Rule UNREADABLE = new Rule(
            "unreadable-input",
            Severity.ERROR,
            "This input cannot be read.",
            "The linter does not check input that it cannot read, so the result covers only a part of the input. The exit code is "
                    + "2; neither --ignore nor an annotation suppresses this finding.",
            "at most 8 MiB per file, 32 MiB in total, 10,000 files, 10,000 documents and 400,000 values per file, 64 levels; "
                    + "UTF-8; no link back to a parent folder; at least one object in total",
            "Make the input readable, or remove it from the input.",
            Rule.BY_THE_READER);
    static final Rule UNKNOWN_FIELD = new Rule(
            "unknown-field",
            Severity.ERROR,
            "Kubernetes does not know this field.",
            "Depending on the client, the API server drops an unknown field with a warning or refuses the object. In both cases "
                    + "the setting has no effect.",
            "only fields that the kind has in the Kubernetes API",
            "Correct the spelling or the nesting level, or remove the field.",
            Rule.BY_THE_READER);
    static final Rule WRONG_TYPE = new Rule(
            "wrong-type",
            Severity.ERROR,
            "This value has a different type than Kubernetes expects.",
            "The API server refuses the object. Without quotes, YAML reads on and yes as booleans and 8080 as a number; values of "
                    + "annotations, labels and environment variables must be strings.",
            "the type that the field has in the Kubernetes API",
            "Quote the value, or write a value of the expected type.",
            Rule.BY_THE_READER);
    static final Rule MISSING_FIELD = new Rule(
            "missing-field",
            Severity.ERROR,
            "A field that Kubernetes requires is missing.",
            "The API server refuses the object.",
            "all fields that the Kubernetes API requires for the kind",
            "Add the field.",
            Rule.BY_THE_READER);
    static final Rule INVALID_VALUE = new Rule(
            "invalid-value",
            Severity.ERROR,
            "Kubernetes does not accept this value.",
            "The API server refuses the object: the value has the right type, but it is out of range, contradicts another value, "
                    + "or is not one of the allowed values.",
            "a value that the API server's own validation accepts, as of Kubernetes 1.34 to 1.37: names and labels, a selector and the template's "
                    + "labels, ports, volumes, numeric ranges, allowed values",
            "Write a value that Kubernetes accepts.",
            Rule.BY_THE_READER);
    static final Rule DUPLICATE_KEY = new Rule(
            "duplicate-key",
            Severity.ERROR,
            "A map contains the same key twice.",
            "Either the last value replaces the first without a warning, or the parser refuses the file. If both values are equal, "
                    + "this finding is a note: kubectl and Helm apply the file, kustomize and Flux refuse it.",
            "each key once per map",
            "Remove one of the two entries.",
            Rule.BY_THE_READER);
    static final Rule UNKNOWN_KIND = new Rule(
            "unknown-kind",
            Severity.NOTE,
            "The fields of this kind are not checked.",
            "The schema of a custom resource is in the cluster, not in this tool. Rules that know the kind still read it. A "
                    + "document whose group has no dot, such as skaffold/v4beta11 Config, is not a Kubernetes object: another tool "
                    + "reads it.",
            "the kind is one of Kubernetes' own",
            "No change is needed; kubectl apply --dry-run=server checks the fields.",
            Rule.BY_THE_READER);
    static final Rule NO_SUCH_KIND = new Rule(
            "no-such-kind",
            Severity.ERROR,
            "Kubernetes has no such kind in this group and version.",
            "Applying the object fails with \"no matches for kind\". The kind is case-sensitive, and the group of a custom "
                    + "resource contains a dot.",
            "kind and apiVersion exist in the Kubernetes version that --kubernetes-version selects",
            "Correct kind or apiVersion.",
            Rule.BY_THE_READER);
    static final Rule REMOVED_API = new Rule(
            "removed-api",
            Severity.ERROR,
            "Kubernetes no longer serves this version of the API.",
            "Applying the object fails with \"no matches for kind\".",
            "a version that the selected release of Kubernetes still serves; the finding names the release that removed it",
            "Use a version of the API that Kubernetes still serves.",
            Rule.BY_THE_READER);
    static final Rule NOT_A_MANIFEST = new Rule(
            "not-a-manifest",
            Severity.ERROR,
            "This document is not a Kubernetes object.",
            "The document is skipped and nothing in it is checked; one misspelt key, such as apiversion for apiVersion, is enough. "
                    + "In a folder that is read as a whole this finding is a note, because the folder may also contain the values "
                    + "of a chart.",
            "apiVersion and kind are both present, each a string",
            "Add apiVersion and kind, or remove the file from the input.",
            Rule.BY_THE_READER);
    static final Rule KUSTOMIZE_PATCH = new Rule(
            "kustomize-patch",
            Severity.NOTE,
            "This document is a kustomize patch, not an object.",
            "A patch is not checked: it becomes an object only together with the object that it changes.",
            "no $patch, $retainKeys or $setElementOrder, which objects do not have; not in a kustomization's list of patches; not "
                    + "named as a patch beside a kustomization that does not list it as a resource",
            "Lint the output of kustomize: kubectl kustomize . | ebbtide-lint -",
            Rule.BY_THE_READER);
    static final Rule UNRENDERED_VALUE = new Rule(
            "unrendered-value",
            Severity.NOTE,
            "A value contains a placeholder that is replaced before Kubernetes reads it.",
            "The final value is unknown and cannot be checked: Flux, envsubst, a template or a pipeline replaces ${...} and {{...}}.",
            "no ${...} and no {{...}} where Kubernetes expects a number, a quantity, a name or a value from a list",
            "Lint the rendered manifests: envsubst < a.yaml | ebbtide-lint -, or flux build kustomization.",
            Rule.BY_THE_READER);
    static final Rule EXCLUSIVE_FIELDS = new Rule(
            "exclusive-fields",
            Severity.ERROR,
            "Two fields are set of which Kubernetes accepts only one.",
            "The API server refuses the object.",
            "one handler per probe or hook; no rollingUpdate together with Recreate; either minAvailable or maxUnavailable; one "
                    + "source per metric",
            "Remove one of the two fields. Of minAvailable and maxUnavailable, keep maxUnavailable: its meaning does not change "
                    + "with the number of replicas.",
            Rule.BY_THE_READER);
    static final Rule DUPLICATE_OBJECT = new Rule(
            "duplicate-object",
            Severity.WARNING,
            "The same object is defined twice.",
            "The definition that is applied last replaces the other one. In two files this finding is a note, because the files "
                    + "may be alternatives: a reference then means the object in its own file, else the first one. Equal objects "
                    + "in two files are not reported.",
            "kind, namespace and name are unique",
            "Lint one environment at a time.",
            StrictRules::duplicates);
    static final Rule IGNORED_WITHOUT_REASON = new Rule(
            "ignored-without-reason",
            Severity.ERROR,
            "An annotation suppresses a finding without giving a reason.",
            "Without a reason, later readers cannot check whether the exception is still justified. The finding is reported as if "
                    + "there were no annotation.",
            "the value of lint.ebbtide.io/ignore.<rule> is a reason",
            "Write the reason as the value of the annotation.",
            Rule.BY_THE_READER);
    static final Rule IGNORED_NOTHING = new Rule(
            "ignored-nothing",
            Severity.NOTE,
            "An annotation suppresses a finding that does not exist.",
            "The annotation would hide the next finding of this rule.",
            "each lint.ebbtide.io/ignore.<rule> matches at least one finding",
            "Remove the annotation.",
            Rule.BY_THE_READER);
    static final Rule BAD_DECLARATION = new Rule(
            "bad-declaration",
            Severity.ERROR,
            "A lint.ebbtide.io annotation has an unknown name, or a value that cannot be read.",
            "The linter ignores the annotation, and the rules that need its number cannot check anything.",
            "lame-duck, drain, stop, longest-request, idle-timeout, propagation: a duration with a unit; pool-size, database-connections: a "
                    + "whole number",
            "Correct the name, or write the number in the expected form, such as 30s for a duration.",
            DeclarationRule::check);

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

    /** The findings about the parts of the input that are not checked, in the order of the input. */
    public static List<Finding> of(List<Omission> omissions) {
        return omissions.stream().map(StrictRules::of).toList();
    }

    private static Finding of(Omission omission) {
        if (omission instanceof Omission.Unreadable unreadable) {
            return UNREADABLE.finding(
                    unreadable.file(),
                    unreadable.line(),
                    unreadable.reason(),
                    "make it readable, or remove it from the input");
        }
        if (omission instanceof Omission.RepeatedKey repeated) {
            return duplicateKey(repeated.list(), repeated.key());
        }
        if (omission instanceof Omission.Patch patch) {
            return kustomizePatch(patch.document());
        }
        var other = (Omission.NoObject) omission;
        return notAManifest(other.document(), other.inFolder());
    }

    static Finding duplicateKey(Manifest manifest, DuplicateKey key) {
        boolean same = key.isEqual();
        Finding finding = DUPLICATE_KEY.finding(
                manifest,
                key.second(),
                "'%s' on line %d and on line %d%s"
                        .formatted(
                                key.second().key(),
                                key.firstLine(),
                                key.second().line(),
                                same ? ", with the same value" : ""),
                "remove one of the two");
        return same ? finding.withSeverity(Severity.NOTE) : finding;
    }

    private static Finding kustomizePatch(Manifest manifest) {
        Value shows = KustomizePatch.directive(manifest.root()).orElse(manifest.root());
        return KUSTOMIZE_PATCH.finding(
                manifest,
                shows,
                !shows.equals(manifest.root())
                        ? shows.key() + " is a directive to kustomize"
                        : shows.is(ValueKind.LIST)
                                ? "a list of operations with op and path (JSON 6902)"
                                : "the kustomization of its folder, or of one above, lists it as a patch, or it is named as a patch and not listed as a resource",
                "lint the output of kustomize: kubectl kustomize . | ebbtide-lint -");
    }

    private static Finding notAManifest(Manifest manifest, boolean inFolder) {
        boolean kustomize = manifest.group().equals(Kustomization.GROUP)
                || Kustomization.isOne(manifest.origin())
                || manifest.kustomization().isPlugin(manifest.origin());
        Value wrong = manifest.root().field(Manifest.isName(manifest.root().field("kind")) ? "apiVersion" : "kind");
        String remedy = inFolder ? "no change, if the file is not meant as a manifest" : "write apiVersion and kind";
        Finding finding = NOT_A_MANIFEST.finding(
                manifest.origin().file(),
                manifest.root().line(),
                kustomize
                        ? "%s configures kustomize and is not an object"
                                .formatted(
                                        Manifest.isName(manifest.root().field("kind")) ? manifest.kind() : "this file")
                        : wrong.exists() ? wrong.key() + " is not a name (expected: a string)" : "no " + wrong.key(),
                kustomize ? "lint the output of kustomize: kubectl kustomize . | ebbtide-lint -" : remedy);
        return inFolder || kustomize ? finding.withSeverity(Severity.NOTE) : finding;
    }

    /** The findings for inputs that together hold no object. */
    static List<Finding> nothingIn(List<String> names) {
        return (names.isEmpty() ? List.of("<no input>") : names)
                .stream()
                        .map(
                                name -> UNREADABLE.finding(
                                        name,
                                        0,
                                        "nothing to check: no Kubernetes object (expected: at least one)",
                                        "give the files or the folder that contain manifests (*.yaml, *.yml, *.json), or pipe them in"))
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
            } else if (!first.root().says(each.root())
                    && noted.add(List.of(first.origin().text(), each.origin().text()))) {
                found.note(each, name, numbers, fix);
            }
        }
    }
}
