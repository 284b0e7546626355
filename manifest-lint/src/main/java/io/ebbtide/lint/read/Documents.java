package io.ebbtide.lint.read;

import java.util.ArrayList;
import java.util.List;

/**
 * The documents of one text in YAML or JSON, one after another, as kubectl reads them: a stream of JSON objects is equivalent to
 * documents between lines of {@code ---}, and an unreadable document does not prevent the others from being read. Not
 * thread-safe; confine to one thread.
 */
public final class Documents {
    private static final int FEW_TEXTS = 64;

    private final List<Document> read = new ArrayList<>();
    private final List<BadInput> problems = new ArrayList<>();
    private final YamlReader yaml;
    private final Limits limits;
    private final Texts texts;

    private Documents(Limits limits, Texts texts) {
        this.limits = limits;
        this.texts = texts;
        yaml = new YamlReader(limits, texts);
    }

    public static Documents of(String text, Limits limits) {
        return of(text, limits, new Texts(FEW_TEXTS));
    }

    /** The documents, with the same strings as those of other texts that were read with these. */
    public static Documents of(String text, Limits limits, Texts texts) {
        var documents = new Documents(limits, texts);
        documents.readAll(text);
        return documents;
    }

    /** Reads the documents that are not empty. */
    public List<Document> read() {
        return read;
    }

    /** Why other documents could not be read, in the order of the text. */
    List<BadInput> problems() {
        return problems;
    }

    private void readAll(String text) {
        if (JsonReader.mayBeJson(text)) {
            try {
                read.addAll(JsonReader.read(text, limits, texts));
                return;
            } catch (BadInput e) {
                if (e.isBeyondLimits()) {
                    problems.add(e);
                    return;
                }
                // A flow mapping of YAML begins like JSON, too.
            }
        }
        int start = 0;
        int startLine = 0;
        int line = 0;
        boolean content = false; // a directive belongs to the document after it
        for (int from = 0; from < text.length(); line++) {
            int newline = text.indexOf('\n', from);
            int to = newline < 0 ? text.length() : newline;
            if (isSeparator(text, from, to)) {
                if (content) {
                    if (!readPart(text.substring(start, from), startLine)) {
                        return;
                    }
                    start = from;
                    startLine = line;
                }
                content = true;
            } else if (to > from && !isSilent(text.charAt(from))) {
                content = true;
            }
            from = to + 1;
        }
        readPart(text.substring(start), startLine);
    }

    /** Whether this line, {@code ---} with or without text after it, begins a document. */
    private static boolean isSeparator(String text, int from, int to) {
        return text.startsWith("---", from)
                && (to == from + 3 || (to > from + 3 && " \t\r".indexOf(text.charAt(from + 3)) >= 0));
    }

    private static boolean isSilent(char first) {
        return first == '%' || first == '#' || first == '\r';
    }

    /** Reads the text between two separators; false if the rest must not be read. */
    private boolean readPart(String part, int linesBefore) {
        try {
            read.addAll(yaml.read(part, linesBefore));
        } catch (BadInput e) {
            boolean template = part.contains("{{");
            problems.add(
                    template && !e.isBeyondLimits()
                            ? new BadInput(
                                    e.line(),
                                    e.text()
                                            + "; it looks like a template: render it first, as in helm template . | ebbtide-lint -")
                            : e);
            return !e.isBeyondLimits();
        }
        return true;
    }
}
