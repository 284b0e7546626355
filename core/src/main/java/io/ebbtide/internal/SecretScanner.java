package io.ebbtide.internal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the secrets in one text. Confine to one thread. */
final class SecretScanner {
    // Over 300 lines: one place for all forms in which a secret can occur in a text.

    /*
     * First by structure: names whose values are secrets, in the notations of properties, URLs, headers, JSON, YAML,
     * XML, connection strings and command lines; user info of URLs; authentication schemes; tokens whose format is
     * published. Then by entropy, so strictly that identifiers (pods, UUIDs, traces, commits, classes) stay as they
     * are. Every search is linear: quantifiers are possessive or bounded, and no group is repeated, as the text may be
     * anything.
     */
    private static final String MASK = "***";
    private static final int MAX_NAME = 96;
    private static final int MAX_USER_INFO = 512;
    private static final int MAX_LIST = 4_096;
    private static final int MAX_RUN = 5;

    private static final Set<String> SCHEMES = Set.of(
            "bearer", "basic", "digest", "negotiate", "ntlm", "token", "apikey", "oauth", "hawk", "aws4-hmac-sha256");

    /** Words that follow the name of a secret in a sentence, and values that carry no information. */
    private static final Set<String> WORDS = Set.of(
            "a",
            "an",
            "and",
            "are",
            "as",
            "at",
            "auth",
            "authentication",
            "authorization",
            "bearer",
            "basic",
            "be",
            "by",
            "cannot",
            "could",
            "denied",
            "disabled",
            "does",
            "empty",
            "enabled",
            "expired",
            "failed",
            "false",
            "file",
            "for",
            "found",
            "from",
            "has",
            "in",
            "incorrect",
            "invalid",
            "is",
            "issuer",
            "it",
            "manager",
            "may",
            "method",
            "mismatch",
            "missing",
            "must",
            "no",
            "none",
            "not",
            "null",
            "of",
            "on",
            "or",
            "rejected",
            "required",
            "scheme",
            "service",
            "set",
            "should",
            "that",
            "the",
            "this",
            "to",
            "token",
            "tokens",
            "too",
            "true",
            "type",
            "unknown",
            "unset",
            "was",
            "were",
            "which",
            "will",
            "with",
            "without",
            "wrong");

    private static final Pattern URL = Pattern.compile("(?i)[a-z][a-z0-9+.-]{0,30}+:?//|//");
    private static final Pattern PORT = Pattern.compile("(\\[[0-9a-fA-F:.%]*+]|[^:\\[\\]]*+)(:\\d{0,5}+)?+");
    private static final Pattern WITHOUT_SCHEME = Pattern.compile(
            "[^\\s:/@\"'=,;()]{1,64}+:([^\\s/@\"']{1,128}+)@(?!sha\\d)(?=[\\w.-]{1,128}+(:\\d|/)|[a-z]{2,8}+\\()");
    private static final Pattern ORACLE = Pattern.compile("(?i)jdbc:oracle:[a-z0-9]{1,16}+:");
    private static final Pattern SCHEME = Pattern.compile(
            "(?i)(?<![\\w.$-])(?:bearer|basic|digest|negotiate|ntlm|aws4-hmac-sha256)[ \\t]++([^\\s,;\"'<>)\\]}]++)");
    private static final Pattern PROSE = Pattern.compile(
            "(?i)(?<![a-z])(?:password|passwd|passphrase|passcode|pwd|token|(secret|credentials?))[ \\t]++((?:is|was)[ \\t:]++)?+"
                    + "([^\\s,;\"'<>)\\]}=:]++)");
    private static final Pattern SENTENCE =
            Pattern.compile("[A-Z]?+[a-z]{1,19}+,?+ (?:[a-z]{1,19}+|[A-Z][a-z]{0,19}+)(?![\\w@:=/+-])");
    private static final Pattern OPTION =
            Pattern.compile("(?<![\\w-])--?([A-Za-z][\\w.-]{0,95}+)(?![=:])([\"',]{0,4}+\\s++[\"']?+)");
    private static final Pattern USER_OPTION = Pattern.compile(
            "(?<=\\s)(?:-u|--user|--proxy-user|-U)[ =]?+[\"']?+[^\\s:\"'/]{1,128}+:(?!\\d++(?:\\s|$))([^\\s\"']++)");
    private static final Pattern MYSQL = Pattern.compile(
            "\\b(?:mysql|mariadb|mysqladmin|mysqldump|mariadb-dump)\\b[^\\n|;&]{0,128}?\\s-p([^\\s\"']++)");
    private static final Pattern ONE_LETTER = Pattern.compile(
            "\\b(?:redis-cli\\b[^\\n|;&]{0,128}?\\s-a|sshpass\\b[^\\n|;&]{0,128}?\\s-p)[ \\t]*+[\"']?+([^\\s\"']++)");
    private static final Pattern SQLPLUS = Pattern.compile(
            "(?i)\\b(?:sqlplus|sqlldr|expdp|impdp|connect)[ \\t]++(?:-\\S{1,32}+[ \\t]++){0,4}+[\\w$.-]{1,64}+/([^\\s@]{1,128}+)@");
    private static final Pattern IDENTIFIED =
            Pattern.compile("(?i)\\bidentified[ \\t]++by[ \\t]++(?:values[ \\t]++)?+([^\\s;]++)");
    private static final Pattern PEM = Pattern.compile("-----BEGIN [A-Z ]{0,40}?PRIVATE KEY-----");
    private static final Pattern JWT = Pattern.compile("(?<![\\w-])eyJ[\\w-]{8,}+\\.[\\w-]*+(?:\\.[\\w-]*+){0,3}+");
    private static final Pattern PUBLISHED = Pattern.compile("(?<![A-Za-z0-9])(?:gh[pousr]_[\\w-]{16,}+"
            + "|github_pat_\\w{16,}+"
            + "|gl(?:pat|dt|rt|ptt)-[\\w-]{16,}+"
            + "|xox[a-z]-[\\w-]{10,}+"
            + "|(?:sk|rk|pk)_(?:live|test)_\\w{10,}+"
            + "|sk-[\\w-]{20,}+"
            + "|(?:AKIA|ASIA|AGPA|AROA|AIDA)[A-Z0-9]{16}"
            + "|AIza[\\w-]{35}"
            + "|ya29\\.[\\w-]{16,}+"
            + "|hv[sbr]\\.[\\w-]{16,}+"
            + "|npm_\\w{30,}+"
            + "|pypi-[\\w-]{16,}+"
            + "|SG\\.[\\w-]{16,}+\\.[\\w-]{16,}+"
            + "|dckr_pat_[\\w-]{16,}+"
            + "|dop_v1_\\w{16,}+"
            + "|AGE-SECRET-KEY-[A-Z0-9]{16,}+)");
    private static final Pattern DENSE =
            Pattern.compile("(?<![\\w+/=.$@:-])[A-Za-z0-9+/_-]{24,}+={0,2}+(?![\\w.$@:-])");

    private record Range(int from, int to) {}

    private final String text;
    private final List<Range> found = new ArrayList<>();

    private SecretScanner(String text) {
        this.text = text;
    }

    /** Returns the text with {@code ***} in place of each secret; the same object if there is none. */
    static String mask(String text) {
        var scanner = new SecretScanner(text);
        scanner.scan();
        return scanner.masked();
    }

    private void scan() {
        if (text.indexOf("//") >= 0) {
            urls();
        }
        if (text.indexOf('@') >= 0) {
            addAll(WITHOUT_SCHEME, 1);
            oracle();
            addAll(SQLPLUS, 1);
        }
        named();
        options();
        addAll(USER_OPTION, 1);
        addAll(MYSQL, 1);
        addAll(ONE_LETTER, 1);
        addAll(IDENTIFIED, 1);
        schemes();
        prose();
        privateKeys();
        addAll(JWT, 0);
        addAll(PUBLISHED, 0);
        dense();
    }

    private void addAll(Pattern pattern, int group) {
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            if (!text.startsWith(MASK, matcher.end(group) - MASK.length())) { // a masked part must not be masked again
                add(matcher.start(group), matcher.end(group));
            }
        }
    }

    private void add(int from, int to) {
        if (to > from) {
            found.add(new Range(from, to));
        }
    }

    /**
     * User info of URLs (RFC 3986, section 3.2.1). A password with a slash, a question mark or a blank should have been
     * escaped and often is not: so where the authority is invalid (its port is not a number), the password is assumed
     * to reach to the next {@code @}.
     */
    private void urls() {
        Matcher matcher = URL.matcher(text);
        while (matcher.find()) {
            int from = matcher.end();
            int end = from;
            while (end < text.length() && !isEndOfAuthority(text.charAt(end))) {
                end++;
            }
            int at = lastAt(from, end);
            if (at >= from) {
                add(from, at);
                continue;
            }
            boolean hasNoHost = end > from && text.charAt(from) == ':';
            boolean mayGoOn = end < text.length()
                    && (hasNoHost || !PORT.matcher(text).region(from, end).matches());
            if (mayGoOn) {
                add(from, atBeyond(end, from + MAX_USER_INFO));
            }
        }
    }

    private static boolean isEndOfAuthority(char c) {
        return c == '/'
                || c == '?'
                || c == '#'
                || c == '"'
                || c == '\''
                || c == '<'
                || c == '>'
                || Character.isWhitespace(c);
    }

    /** The last {@code @} of the word that contains the first one; -1 if there is none on the line. */
    private int atBeyond(int from, int max) {
        int limit = Math.min(text.length(), max);
        int at = -1;
        for (int i = from; i < limit && text.charAt(i) != '\n'; i++) {
            if (text.charAt(i) == '@') {
                at = i;
            } else if (at >= 0 && isEndOfAuthority(text.charAt(i))) {
                break;
            }
        }
        return at;
    }

    /** The last {@code @} of the range; -1 if it has none. */
    private int lastAt(int from, int to) {
        for (int i = to - 1; i >= from; i--) {
            if (text.charAt(i) == '@') {
                return i;
            }
        }
        return -1;
    }

    /** {@code jdbc:oracle:thin:user/password@host}, the form of Oracle's driver. */
    private void oracle() {
        Matcher matcher = ORACLE.matcher(text);
        while (matcher.find()) {
            int end = matcher.end();
            while (end < Math.min(text.length(), matcher.end() + MAX_USER_INFO)
                    && !Character.isWhitespace(text.charAt(end))) {
                end++;
            }
            add(matcher.end(), lastAt(matcher.end(), end));
        }
    }

    /**
     * Values with a secret's name: {@code name=value}, {@code name: value}, {@code "name": "value"},
     * {@code <name>value</name>}.
     */
    private void named() {
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            int before = found.size();
            if (c == '=' || c == ':' || c == '>') {
                named(i, i + 1, c);
            } else if (c == '%' && text.regionMatches(true, i + 1, "3D", 0, 2)) {
                named(i, i + 3, '=');
            } else if (c == '%' && text.regionMatches(true, i + 1, "3A", 0, 2)) {
                named(i, i + 3, ':');
            }
            i = found.size() == before ? i + 1 : found.get(before).to(); // a found secret is not searched again
        }
    }

    private void named(int separator, int behind, char kind) {
        int end = separator;
        while (end > 0 && separator - end < 8 && (text.charAt(end - 1) == ' ' || text.charAt(end - 1) == '\t')) {
            end--;
        }
        int quotes = end;
        while (end > 0 && quotes - end < 4 && "\"'`\\]".indexOf(text.charAt(end - 1)) >= 0) {
            end--;
        }
        int start = end;
        while (start > 0 && end - start < MAX_NAME && isOfAName(text.charAt(start - 1))) {
            start--;
        }
        if (start == end) {
            return;
        }
        String name = text.substring(start, end);
        if (!SecretKeys.isSecret(name)) {
            return;
        }
        if (kind == '>') {
            if (start > 0 && text.charAt(start - 1) == '<') {
                int close = text.indexOf('<', behind);
                add(behind, close < 0 ? text.length() : close);
            }
            return;
        }
        int from = behind;
        if (from < text.length() && (text.charAt(from) == '>' || text.charAt(from) == '=')) { // => and ==, :=
            from++;
        }
        while (from < text.length() && (text.charAt(from) == ' ' || text.charAt(from) == '\t')) {
            from++;
        }
        char opened = start > 0 && quotes == end ? text.charAt(start - 1) : ' ';
        if (SecretKeys.isHeader(name)) {
            header(from, opened);
        } else if (!(SecretKeys.mayBeDirectory(name) && text.startsWith("/", from)) && !isSentence(name, from, kind)) {
            value(from, kind);
        }
    }

    /**
     * {@code refresh token: connection reset}: a machine-generated value is not a lower-case word that is followed by
     * another word. A password may be one.
     */
    private boolean isSentence(String name, int from, char kind) {
        return kind == ':'
                && SecretKeys.isMadeByMachine(name)
                && SENTENCE.matcher(text).region(from, text.length()).lookingAt();
    }

    private static boolean isOfAName(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '_'
                || c == '-'
                || c == '.'
                || c == '$';
    }

    /** @param opened the quotation mark before the header's name, if there is one */
    private void header(int from, char opened) {
        int to;
        int begin = from;
        if (from >= text.length()) {
            return;
        }
        char first = text.charAt(from);
        if (first == '"' || first == '\'' || first == '\\') {
            value(from, '=');
            return;
        }
        if (first == '[') {
            begin = from + 1;
            to = closingBracket(from);
        } else {
            to = opened == '"' || opened == '\'' ? text.indexOf(opened, from) : -1;
        }
        int endOfLine = endOfLine(from);
        to = to < 0 || to > endOfLine ? endOfLine : to;
        add(behindScheme(begin, to), to);
    }

    private int behindScheme(int from, int to) {
        int end = from;
        while (end < to && !Character.isWhitespace(text.charAt(end))) {
            end++;
        }
        boolean isScheme =
                end < to && SCHEMES.contains(text.substring(from, end).toLowerCase(Locale.ROOT));
        return isScheme ? end + 1 : from;
    }

    private int endOfLine(int from) {
        int end = from;
        while (end < text.length() && text.charAt(end) != '\n' && text.charAt(end) != '\r') {
            end++;
        }
        return end;
    }

    private void value(int from, char separator) {
        if (from >= text.length()) {
            return;
        }
        char first = text.charAt(from);
        if (first == '\\' && from + 1 < text.length() && isQuote(text.charAt(from + 1))) {
            int close = text.indexOf(text.substring(from, from + 2), from + 2);
            add(from + 2, close < 0 ? endOfLine(from) : close);
        } else if (isQuote(first)) {
            add(from + 1, closingQuote(from));
        } else if (first == '{' && !isObject(from + 1)) {
            add(from + 1, closingBrace(from));
        } else if (first == '[') {
            int close = closingBracket(from);
            add(from + 1, close < 0 ? bareEnd(from) : close);
        } else if (first != '{') {
            int end = bareEnd(from);
            if (!isWord(from, end, separator)) {
                add(behindScheme(from, end), end);
            }
        }
    }

    private static boolean isQuote(char c) {
        return c == '"' || c == '\'' || c == '`';
    }

    private int closingBracket(int open) {
        int limit = Math.min(text.length(), open + MAX_LIST);
        for (int i = open + 1; i < limit; i++) {
            if (text.charAt(i) == ']') {
                return i;
            }
        }
        return -1;
    }

    /** A value of JSON whose own names are examined individually. */
    private boolean isObject(int from) {
        return from >= text.length() || text.charAt(from) == '"' || Character.isWhitespace(text.charAt(from));
    }

    /** A quotation mark that is escaped by a backslash, or doubled, does not close the quotation. */
    private int closingQuote(int open) {
        char quote = text.charAt(open);
        for (int i = open + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == quote) {
                if (i + 1 < text.length() && text.charAt(i + 1) == quote && i > open + 1) {
                    i++;
                } else {
                    return i;
                }
            }
        }
        return text.length();
    }

    /** SQL Server's connection strings: {@code {a;b}}, and {@code }}} for a brace. */
    private int closingBrace(int open) {
        for (int i = open + 1; i < text.length(); i++) {
            if (text.charAt(i) == '}') {
                if (i + 1 < text.length() && text.charAt(i + 1) == '}') {
                    i++;
                } else {
                    return i;
                }
            }
        }
        return text.length();
    }

    /** Punctuation may be a part of the secret, so it ends a secret only before a blank, more punctuation, or the next name. */
    private int bareEnd(int from) {
        int i = from;
        while (i < text.length()) {
            char c = text.charAt(i);
            boolean ends = Character.isWhitespace(c)
                    || (i > from && ",;&)]}>\"'`|<\\".indexOf(c) >= 0 && isEndBefore(i + 1, c));
            if (ends) {
                return i;
            }
            i++;
        }
        return i;
    }

    private boolean isEndBefore(int next, char punctuation) {
        if (next >= text.length()) {
            return true;
        }
        char c = text.charAt(next);
        if (Character.isWhitespace(c) || ",;&)]}>\"'`".indexOf(c) >= 0) {
            return true;
        }
        if (punctuation == '<') {
            return c == '/';
        }
        int i = next;
        while (i < text.length() && i - next < MAX_NAME && isOfAName(text.charAt(i))) {
            i++;
        }
        return i > next && i < text.length() && (text.charAt(i) == '=' || text.charAt(i) == ':');
    }

    /**
     * A sentence such as {@code token: must not be empty} continues with a word; a value after an equals sign may be a
     * word.
     */
    private boolean isWord(int from, int end, char separator) {
        String value = text.substring(from, end).toLowerCase(Locale.ROOT);
        return separator == '='
                ? value.equals("null") || value.equals("true") || value.equals("false") || value.equals(MASK)
                : WORDS.contains(value) || value.equals(MASK);
    }

    /** {@code --password value}, also as elements of a list. */
    private void options() {
        Matcher matcher = OPTION.matcher(text);
        int begin = 0;
        while (begin <= text.length() && matcher.find(begin)) {
            int from = matcher.end();
            begin = from;
            if (from < text.length() && text.charAt(from) != '-' && SecretKeys.isSecret(matcher.group(1))) {
                int to = isQuote(text.charAt(from - 1)) ? closingQuote(from - 1) : bareEnd(from);
                add(from, to);
                begin = to;
            }
        }
    }

    private void schemes() {
        Matcher matcher = SCHEME.matcher(text);
        while (matcher.find()) {
            if (!WORDS.contains(matcher.group(1).toLowerCase(Locale.ROOT))) {
                add(matcher.start(1), matcher.end(1));
            }
        }
    }

    /** {@code password is x}; without the verb only a value that resembles a secret, as in {@code token 8f-3}. */
    private void prose() {
        Matcher matcher = PROSE.matcher(text);
        while (matcher.find()) {
            String value = matcher.group(3);
            boolean isSentence = WORDS.contains(value.toLowerCase(Locale.ROOT)) || value.equals(MASK);
            boolean isValue = matcher.group(2) != null || (matcher.group(1) == null && hasLettersAndDigits(value));
            if (!isSentence && isValue) {
                add(matcher.start(3), matcher.end(3));
            }
        }
    }

    private static boolean hasLettersAndDigits(String value) {
        return value.length() >= 6
                && value.chars().anyMatch(Character::isLetter)
                && value.chars().anyMatch(Character::isDigit);
    }

    private void privateKeys() {
        Matcher matcher = PEM.matcher(text);
        int begin = 0;
        while (matcher.find(begin)) {
            int end = text.indexOf("-----END", matcher.end());
            begin = end < 0 ? text.length() : end;
            add(matcher.end(), begin);
        }
    }

    /**
     * Random letters of both cases and digits change from one kind to another at two of three positions; names change
     * at fewer than half of them, or have whole words. Finds five of six keys of 24 to 64 characters.
     */
    private void dense() {
        Matcher matcher = DENSE.matcher(text);
        while (matcher.find()) {
            if (isRandom(matcher.group())) {
                add(matcher.start(), matcher.end());
            }
        }
    }

    private static boolean isRandom(String word) {
        int upper = 0;
        int lower = 0;
        int digits = 0;
        int changes = 0;
        int run = 0;
        int before = -1;
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            int kind;
            if (c >= 'a' && c <= 'z') {
                lower++;
                kind = 0;
            } else if (c >= 'A' && c <= 'Z') {
                upper++;
                kind = 1;
            } else if (c >= '0' && c <= '9') {
                digits++;
                kind = 2;
            } else {
                kind = 3;
            }
            changes += before >= 0 && kind != before ? 1 : 0;
            run = kind == 0 && before == 0 ? run + 1 : 1;
            if (run > MAX_RUN) { // the run belongs to a word
                return false;
            }
            before = kind;
        }
        return upper >= 3 && lower >= 3 && digits >= 2 && changes * 2 >= word.length() - 1;
    }

    private String masked() {
        if (found.isEmpty()) {
            return text;
        }
        found.sort(Comparator.comparingInt(Range::from));
        var masked = new StringBuilder(text.length());
        int done = 0;
        boolean isOpen = false;
        for (Range each : found) {
            if (each.from() > done || (each.from() == done && !isOpen)) {
                masked.append(text, done, each.from()).append(MASK);
                done = each.to();
            } else {
                done = Math.max(done, each.to());
            }
            isOpen = true;
        }
        return masked.append(text, done, text.length()).toString();
    }
}
