package io.ebbtide.lint.read;

import io.ebbtide.lint.read.YamlLines.NotSimple;
import org.jspecify.annotations.Nullable;

/**
 * Reads a document that is written as most manifests are: maps and lists by indentation, with scalars and short lists in one line.
 * Not thread-safe; confine to one thread.
 */
final class SimpleYaml {
    /*
     * The parser of all of YAML creates some ten objects for each value, and took half of the time of a run. This one creates none but
     * the scalars, and reports no error: anything that is not certain to have the same meaning here (an anchor, a tag, an escape, a
     * scalar of several lines, a tab) ends the reading, and the document is read by the other parser, which also finds the text of the
     * problem. SimpleYamlTest compares both.
     */

    /** The answer for a document that is not simple. */
    static final int NOT_SIMPLE = -1;

    /** YAML has another limit, which no key of a manifest comes near. */
    private static final int MAX_KEY = 256;

    private final String text;
    private final YamlLines lines;
    private final TreeBuilder builder;
    private final Texts texts;
    private final Limits limits;
    private int values;

    private SimpleYaml(String text, int linesBefore, TreeBuilder builder, Texts texts, Limits limits) throws NotSimple {
        this.text = text;
        this.builder = builder;
        this.texts = texts;
        this.limits = limits;
        lines = new YamlLines(text, linesBefore);
    }

    /**
     * Reads one document into the builder, which is empty afterwards if there is no value.
     *
     * @param linesBefore the number of lines of the text before the document
     * @param limits the limits of this document
     * @return the number of values, keys included, or {@link #NOT_SIMPLE}
     */
    static int read(String document, int linesBefore, Limits limits, TreeBuilder builder, Texts texts) {
        builder.clear();
        if (!YamlLines.arePlain(document)) {
            return NOT_SIMPLE;
        }
        try {
            int values = new SimpleYaml(document, linesBefore, builder, texts, limits).readAll();
            return values <= limits.values() ? values : NOT_SIMPLE;
        } catch (NotSimple e) {
            return NOT_SIMPLE;
        }
    }

    private int readAll() throws NotSimple {
        boolean explicit = lines.indent() == 0 && lines.startsWith("---");
        if (explicit) {
            lines.blankFrom(lines.first() + 3);
            lines.next();
        }
        if (lines.indent() != YamlLines.END) {
            map(null, 0, lines.line(), lines.indent() + 1);
            check(lines.indent() == YamlLines.END);
        } else if (explicit) {
            values++; // an empty document is a null
        }
        return values;
    }

    private static void check(boolean isSimple) throws NotSimple {
        if (!isSimple) {
            throw new NotSimple();
        }
    }

    private void count(int depth) throws NotSimple {
        values++;
        check(depth <= limits.depth() && values <= limits.values()); // at once, so that no long document fills the heap
    }

    private void map(@Nullable String key, int depth, int atLine, int atColumn) throws NotSimple {
        count(depth);
        int map = builder.open(ValueKind.MAP, key, atLine, atColumn);
        int indent = lines.indent();
        while (lines.indent() == indent) {
            entry(indent, depth + 1);
        }
        check(lines.indent() < indent);
        builder.close(map);
    }

    /** Where the key that begins at this position ends; the position itself if none begins there. */
    private int keyEnd(int position) {
        int end = position;
        if (lines.at(end) != '-') {
            while (isKeyCharacter(lines.at(end))) {
                end++;
            }
        }
        return lines.isMark(':', end) && end - position <= MAX_KEY ? end : position;
    }

    private static boolean isKeyCharacter(char each) {
        return (each >= 'a' && each <= 'z')
                || (each >= 'A' && each <= 'Z')
                || (each >= '0' && each <= '9')
                || each == '_'
                || each == '-'
                || each == '.'
                || each == '/';
    }

    private void entry(int indent, int depth) throws NotSimple {
        int from = lines.first();
        int colon = keyEnd(from);
        check(colon > from);
        count(depth);
        String key = Scalars.plain(texts.of(text, from, colon)).text();
        int line = lines.line();
        int column = lines.column(from);
        int value = lines.skipSpaces(colon + 1);
        if (lines.at(value) != '\n' && lines.at(value) != '#') {
            inLine(value, key, depth, indent, column);
            return;
        }
        lines.next();
        if (lines.indent() >= indent && isDash(lines.first())) {
            list(key, depth, line, column);
        } else if (lines.indent() > indent) {
            map(key, depth, line, column);
        } else {
            count(depth);
            builder.scalar(key, ValueKind.NULL, "", "", line, column);
        }
    }

    private boolean isDash(int position) {
        return lines.isMark('-', position);
    }

    private void list(String key, int depth, int atLine, int atColumn) throws NotSimple {
        count(depth);
        int list = builder.open(ValueKind.LIST, key, atLine, atColumn);
        int indent = lines.indent();
        while (lines.indent() == indent && isDash(lines.first())) {
            int item = lines.skipSpaces(lines.first() + 1);
            int column = lines.column(item);
            if (keyEnd(item) > item) {
                lines.indentTo(item);
                map(null, depth + 1, lines.line(), column);
            } else {
                inLine(item, null, depth + 1, indent, column);
            }
        }
        check(lines.indent() <= indent);
        builder.close(list);
    }

    /** Reads a value that begins in the current line, within a map or list of this indentation, and goes on to the next line. */
    private void inLine(int from, @Nullable String key, int depth, int parent, int column) throws NotSimple {
        count(depth);
        int line = lines.line();
        char begin = lines.at(from);
        if (begin == '|') {
            boolean stripped = lines.at(from + 1) == '-';
            check(lines.at(from + (stripped ? 2 : 1)) == '\n');
            String block = lines.block(parent);
            String value = stripped ? block.substring(0, block.length() - 1) : block;
            builder.scalar(key, ValueKind.STRING, value, value, line, column);
            return;
        }
        if (begin == '[') {
            flowList(from, key, depth, column);
        } else if (begin == '{') {
            builder.close(builder.open(ValueKind.MAP, key, line, column));
            int end = lines.skipSpaces(from + 1);
            check(lines.at(end) == '}');
            lines.blankFrom(end + 1);
        } else if (begin == '"' || begin == '\'') {
            lines.blankFrom(quoted(from, key, column));
        } else {
            plain(from, key, column);
        }
        lines.next();
    }

    private void plain(int from, @Nullable String key, int column) throws NotSimple {
        check("&*!%@`?:,]}#>\n".indexOf(lines.at(from)) < 0 && !isDash(from));
        int end = from;
        for (int i = from; lines.at(i) != '\n'; i++) {
            char each = text.charAt(i);
            if (each == '#' && text.charAt(i - 1) == ' ') {
                break;
            }
            check(!lines.isMark(':', i));
            if (each != ' ') {
                end = i + 1;
            }
        }
        plainScalar(key, from, end, column);
    }

    private void plainScalar(@Nullable String key, int from, int to, int column) {
        String written = texts.of(text, from, to);
        Scalars.Scalar scalar = Scalars.plain(written);
        builder.scalar(key, scalar.kind(), scalar.text(), written, lines.line(), column);
    }

    /** Reads a scalar in quotes; returns the position after it. */
    private int quoted(int from, @Nullable String key, int column) throws NotSimple {
        char quote = lines.at(from);
        int end = from + 1;
        while (lines.at(end) != quote) {
            check(lines.at(end) != '\n' && lines.at(end) != '\\');
            end++;
        }
        check(lines.at(end + 1) != quote);
        String value = texts.of(text, from + 1, end);
        builder.scalar(key, ValueKind.STRING, value, value, lines.line(), column);
        return end + 1;
    }

    /** Reads a list in brackets, of words and scalars in quotes. */
    private void flowList(int from, @Nullable String key, int depth, int column) throws NotSimple {
        int list = builder.open(ValueKind.LIST, key, lines.line(), column);
        int position = lines.skipSpaces(from + 1);
        while (lines.at(position) != ']') {
            position = lines.skipSpaces(flowItem(position, depth + 1));
            if (lines.at(position) == ',') {
                position = lines.skipSpaces(position + 1);
                check(lines.at(position) != ']');
            } else {
                check(lines.at(position) == ']');
            }
        }
        builder.close(list);
        lines.blankFrom(position + 1);
    }

    /** Reads an item; returns the position after it. */
    private int flowItem(int from, int depth) throws NotSimple {
        count(depth);
        if (lines.at(from) == '"' || lines.at(from) == '\'') {
            return quoted(from, null, lines.column(from));
        }
        int end = from;
        while (isFlowCharacter(lines.at(end))) {
            end++;
        }
        check(end > from && !(end == from + 1 && lines.at(from) == '-'));
        plainScalar(null, from, end, lines.column(from));
        return end;
    }

    private static boolean isFlowCharacter(char each) {
        return isKeyCharacter(each) || each == '=' || each == '+' || each == '$';
    }
}
