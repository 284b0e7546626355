package io.ebbtide.lint.read;

/**
 * The lines of a document, read one after the other by {@link SimpleYaml}; blank lines and comments are skipped. Not thread-safe;
 * confine to one thread.
 */
final class YamlLines {
    /** The indentation after the last line. */
    static final int END = -1;

    private final String text;
    private int line;
    private int start;
    private int end;
    private int indent;
    private int first;

    /** The document is not written as {@link SimpleYaml} reads it. */
    static final class NotSimple extends Exception {
        private static final long serialVersionUID = 1;

        NotSimple() {
            super(null, null, false, false); // without a stack trace: it happens for each such document
        }
    }

    /** Begins with the first line. */
    YamlLines(String text, int linesBefore) throws NotSimple {
        this.text = text;
        line = linesBefore;
        goTo(0, 0);
    }

    /** Whether each character is a column, and none of them can end a line but a line feed. */
    static boolean arePlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char each = text.charAt(i);
            boolean ascii = (each >= ' ' && each <= '~') || each == '\n';
            if (!ascii && (each < '\u00A0' || each >= '\uD800' || each == '\u2028' || each == '\u2029')) {
                return false;
            }
        }
        return true;
    }

    void next() throws NotSimple {
        goTo(end + 1, 0);
    }

    /** Makes the first line current that has content, from this position on, which is the begin of a line after some more. */
    private void goTo(int position, int skipped) throws NotSimple {
        start = position;
        line += skipped + 1;
        while (start < text.length()) {
            int newline = text.indexOf('\n', start);
            end = newline < 0 ? text.length() : newline;
            first = skipSpaces(start);
            if (first < end && text.charAt(first) != '#') {
                indent = first - start;
                if (indent == 0 && (text.charAt(first) == '%' || text.startsWith("...", first))) {
                    throw new NotSimple();
                }
                return;
            }
            start = end + 1;
            line++;
        }
        indent = END;
    }

    /** The number of the current line, from 1. */
    int line() {
        return line;
    }

    /** The number of spaces before the current line's content. */
    int indent() {
        return indent;
    }

    /** The position of the current line's content. */
    int first() {
        return first;
    }

    /** Goes on within the current line, to an entry of a map in a list: its place is its indentation. */
    void indentTo(int position) {
        first = position;
        indent = position - start;
    }

    /** The column of a position in the current line, from 1. */
    int column(int position) {
        return position - start + 1;
    }

    int skipSpaces(int from) {
        int to = from;
        while (to < end && text.charAt(to) == ' ') {
            to++;
        }
        return to;
    }

    /** The character of the current line, or a line feed after its end. */
    char at(int position) {
        return position < end ? text.charAt(position) : '\n';
    }

    private boolean isSpace(int position) {
        return at(position) == ' ' || at(position) == '\n';
    }

    /** Whether this character, alone, is at this position. */
    boolean isMark(char mark, int position) {
        return at(position) == mark && isSpace(position + 1);
    }

    boolean startsWith(String prefix) {
        return text.startsWith(prefix, first);
    }

    /** Expects nothing but a comment. */
    void blankFrom(int position) throws NotSimple {
        int rest = skipSpaces(position);
        if (rest < end && !(text.charAt(rest) == '#' && rest > position)) {
            throw new NotSimple();
        }
    }

    /** Reads the lines of a literal block below the current line, within a map or list of this indentation, and goes on after it. */
    String block(int parent) throws NotSimple {
        var block = new StringBuilder();
        int position = end + 1;
        int indentation = END;
        int blank = 0;
        int lines = 0;
        while (position < text.length()) {
            end = text.indexOf('\n', position);
            if (end < 0) {
                throw new NotSimple();
            }
            int spaces = skipSpaces(position) - position;
            boolean isBlank = position + spaces == end;
            if (isBlank ? indentation == END || spaces > indentation : spaces < indentation && spaces > parent) {
                throw new NotSimple();
            }
            if (!isBlank && spaces < indentation) {
                break;
            }
            if (isBlank) {
                blank++;
            } else {
                indentation = indentation == END ? spaces : indentation;
                block.append("\n".repeat(blank)).append(text, position + indentation, end + 1);
                blank = 0;
            }
            lines++;
            position = end + 1;
        }
        if (block.length() == 0 || indentation <= parent) {
            throw new NotSimple();
        }
        goTo(position, lines);
        return block.toString();
    }
}
