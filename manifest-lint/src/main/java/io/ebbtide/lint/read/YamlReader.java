package io.ebbtide.lint.read;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads the documents of one text, each value with its line. Not thread-safe; confine to one thread.
 */
public final class YamlReader {
    /*
     * The tree is built from the parser's events rather than by the library's own composer, because three properties are required
     * for untrusted input: a duplicate key is reported with both lines and the reading continues, the
     * tree stays small however aliases refer to each other, and every value keeps the line of its key. An alias is expanded by
     * replaying the recorded events of its anchor; each created value counts against one limit, so a bomb reaches it after as many
     * values as an ordinary file of that size. An anchor is known only once it is complete, so nothing can contain itself.
     */

    /** A line that ends with the header of a block scalar, such as {@code key: |-}. */
    private static final Pattern BLOCK_HEADER = Pattern.compile("( *)(.*[:\\-] +)[|>][-+]?(?: +#.*)?\\r?");

    private static final int MIN_BUFFER = 4 * 1024;
    private static final int FEW_TEXTS = 64;

    private final Limits limits;
    private final List<Document> documents = new ArrayList<>();
    private final TreeBuilder builder = new TreeBuilder();
    private final Texts texts;
    private final Map<String, List<Event>> anchors = new HashMap<>();
    private final List<List<Event>> recordings = new ArrayList<>();
    private @Nullable LoadSettings settings;
    private int linesBefore;
    private int count;
    private int values;
    private int recorded;

    YamlReader(Limits limits, Texts texts) {
        this.limits = limits;
        this.texts = texts;
    }

    /**
     * Reads the documents that are not empty.
     *
     * @throws BadInput if the text is not YAML, or holds more than the limits allow
     */
    public static List<Document> read(String text, Limits limits) throws BadInput {
        return new YamlReader(limits, new Texts(FEW_TEXTS)).read(text, 0);
    }

    /**
     * Reads the documents of one part of a text that are not empty. Values read before count against the same limits.
     *
     * @param linesBefore the number of lines of the text before this part
     * @throws BadInput if the part is not YAML, or holds more than the limits allow
     */
    List<Document> read(String part, int linesBefore) throws BadInput {
        var remaining = new Limits(limits.documents(), limits.depth(), limits.values() - values);
        int simpleValues = SimpleYaml.read(part, linesBefore, remaining, builder, texts);
        if (simpleValues == SimpleYaml.NOT_SIMPLE) {
            return readAnyYaml(part, linesBefore);
        }
        values += simpleValues;
        documents.clear();
        if (!builder.isEmpty()) {
            add(Document.of(builder));
        }
        return List.copyOf(documents);
    }

    /** Reads a part by the parser of all of YAML. */
    List<Document> readAnyYaml(String part, int linesBefore) throws BadInput {
        this.linesBefore = linesBefore;
        int countBefore = count;
        int valuesBefore = values;
        try {
            return parsed(part);
        } catch (BadInput e) {
            boolean isOfBlankLines = e.text().contains("leading empty lines");
            if ((part.indexOf('\t') < 0 && !isOfBlankLines) || e.isBeyondLimits()) {
                throw e;
            }
            count = countBefore;
            values = valuesBefore;
            return parsed(withoutMeaninglessTabs(isOfBlankLines ? withoutEmptyBlocks(part) : part));
        }
    }

    private List<Document> parsed(String part) throws BadInput {
        documents.clear();
        recordings.clear();
        // The parser fails at a character of two chars at the end of its buffer, so the buffer holds the whole text.
        int bufferSize = Math.max(MIN_BUFFER, Integer.highestOneBit(part.length() + 16) << 1);
        try {
            readAll(new Parse(settings(bufferSize)).parseString(part).iterator());
        } catch (MarkedYamlEngineException e) {
            int line = e.getProblemMark()
                    .map(mark -> mark.getLine() + 1 + linesBefore)
                    .orElse(linesBefore + 1);
            throw new BadInput(line, "not YAML: " + e.getProblem());
        } catch (YamlEngineException e) {
            throw new BadInput(linesBefore + 1, "not YAML: " + firstLine(String.valueOf(e.getMessage())));
        } catch (RuntimeException e) { // a bug in the parser: no input may end the whole run
            throw new BadInput(linesBefore + 1, "not YAML that the parser can read: " + firstLine(e.toString()));
        }
        return List.copyOf(documents);
    }

    private LoadSettings settings(int bufferSize) {
        if (settings == null || settings.getBufferSize() != bufferSize) { // which are dear to build
            settings = LoadSettings.builder()
                    .setCodePointLimit(Integer.MAX_VALUE)
                    .setBufferSize(bufferSize)
                    .build();
        }
        return settings;
    }

    /**
     * Tabs before the end of a line, after a colon and before a comment are white space to Kubernetes' parser, and an error to this
     * one: here they are removed, or replaced by spaces. Only a text that is otherwise unreadable is changed, so tabs within values stay.
     */
    private static String withoutMeaninglessTabs(String text) {
        var clean = new StringBuilder(text);
        for (int from = 0; from < text.length(); ) {
            int newline = text.indexOf('\n', from);
            int to = newline < 0 ? text.length() : newline;
            for (int i = from; i < to; i++) {
                if (text.charAt(i) == '\t') {
                    int end = i;
                    while (end < to && isBlank(text.charAt(end))) {
                        end++;
                    }
                    boolean trailing = end == to;
                    boolean separating = i > from && text.charAt(i - 1) == ':';
                    boolean comment = end < to && text.charAt(end) == '#';
                    if (trailing || separating || comment) {
                        for (int j = i; j < end; j++) {
                            clean.setCharAt(j, text.charAt(j) == '\r' ? '\r' : ' ');
                        }
                    }
                    i = end;
                }
            }
            from = to + 1;
        }
        return clean.toString();
    }

    /** A block scalar without text, before a line that is indented no deeper, is an empty text to Kubernetes' parser. */
    private static String withoutEmptyBlocks(String text) {
        String[] lines = text.split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            Matcher header = BLOCK_HEADER.matcher(lines[i]);
            if (header.matches()) {
                int next = i + 1;
                while (next < lines.length && lines[next].isBlank()) {
                    next++;
                }
                boolean isEmpty = next == lines.length
                        || indentation(lines[next]) <= header.group(1).length();
                if (isEmpty) {
                    lines[i] = header.group(1) + header.group(2) + "\"\"";
                    for (int blank = i + 1; blank < next; blank++) {
                        lines[blank] = "";
                    }
                }
            }
        }
        return String.join("\n", lines);
    }

    private static int indentation(String line) {
        int indentation = 0;
        while (indentation < line.length() && line.charAt(indentation) == ' ') {
            indentation++;
        }
        return indentation;
    }

    private static boolean isBlank(char each) {
        return each == ' ' || each == '\t' || each == '\r';
    }

    private void readAll(Iterator<Event> events) throws BadInput {
        while (events.hasNext()) {
            Event event = events.next();
            switch (event.getEventId()) {
                case DocumentStart -> {
                    anchors.clear();
                    recordings.clear();
                    builder.clear();
                }
                case Scalar, SequenceStart, MappingStart, Alias -> {
                    int root = value(event, events, null, 0, event);
                    if (!builder.isNull(root)) {
                        add(Document.of(builder));
                    }
                }
                default -> {}
            }
        }
    }

    private void add(Document document) throws BadInput {
        if (count++ == limits.documents()) {
            throw tooMuch(document.root().line(), "documents", limits.documents());
        }
        documents.add(document);
    }

    /** Reads one value whose first event is this one; {@code place} is the event that determines its line. */
    private int value(Event event, Iterator<Event> events, @Nullable String key, int depth, Event place)
            throws BadInput {
        if (event instanceof AliasEvent alias) {
            record(event);
            return expanded(alias, key, depth, place);
        }
        if (++values > limits.values()) {
            throw BadInput.beyondLimits(
                    line(place),
                    "too much: more than %,d values, aliases counted as their expanded values (expected: fewer); split the file"
                            .formatted(limits.values()));
        }
        if (depth > limits.depth()) {
            throw tooMuch(line(event), "levels", limits.depth());
        }
        Optional<String> anchor = ((NodeEvent) event).getAnchor().map(Object::toString);
        if (anchor.isPresent()) {
            recordings.add(new ArrayList<>());
        }
        record(event);
        int value = switch (event.getEventId()) {
            case SequenceStart -> list(events, key, depth, place);
            case MappingStart -> map(events, key, depth, place);
            default -> scalar((ScalarEvent) event, key, place);
        };
        if (anchor.isPresent()) {
            anchors.put(anchor.get(), recordings.remove(recordings.size() - 1));
        }
        return value;
    }

    private int expanded(AliasEvent alias, @Nullable String key, int depth, Event place) throws BadInput {
        List<Event> recorded = anchors.get(alias.getAlias().toString());
        if (recorded == null) {
            throw new BadInput(
                    line(alias), "not YAML: alias *%s names no finished anchor before it".formatted(alias.getAlias()));
        }
        List<List<Event>> outside = List.copyOf(recordings);
        recordings.clear(); // the replayed events have been recorded as the alias
        Iterator<Event> again = recorded.iterator();
        int value = value(again.next(), again, key, depth, place);
        recordings.addAll(outside);
        return value;
    }

    private int list(Iterator<Event> events, @Nullable String key, int depth, Event place) throws BadInput {
        int list = builder.open(ValueKind.LIST, key, line(place), column(place));
        Event next = events.next();
        while (next.getEventId() != Event.ID.SequenceEnd) {
            value(next, events, null, depth + 1, next);
            next = events.next();
        }
        record(next);
        builder.close(list);
        return list;
    }

    private int map(Iterator<Event> events, @Nullable String key, int depth, Event place) throws BadInput {
        int map = builder.open(ValueKind.MAP, key, line(place), column(place));
        var merged = new ArrayList<Integer>();
        Event next = events.next();
        while (next.getEventId() != Event.ID.MappingEnd) {
            int name = value(next, events, null, depth + 1, next);
            if (builder.isContainer(name)) {
                throw new BadInput(line(next), "not a manifest: a key is a map or a list (expected: a string)");
            }
            String text = builder.text(name);
            builder.remove(name);
            int child = value(events.next(), events, text, depth + 1, next);
            if (text.equals("<<") && builder.isContainer(child)) {
                merged.add(child);
            }
            next = events.next();
        }
        record(next);
        builder.close(map, merged);
        return map;
    }

    private int scalar(ScalarEvent event, @Nullable String key, Event place) {
        String written = event.getValue();
        Optional<String> tag = event.getTag();
        Scalars.Scalar scalar = tag.isPresent()
                ? Scalars.tagged(tag.get(), written)
                : event.isPlain() ? Scalars.plain(written) : new Scalars.Scalar(ValueKind.STRING, written);
        return builder.scalar(key, scalar.kind(), scalar.text(), written, line(place), column(place));
    }

    private void record(Event event) throws BadInput {
        recorded += recordings.size();
        if (recorded > limits.values()) {
            throw tooMuch(line(event), "values below anchors", limits.values());
        }
        for (List<Event> recording : recordings) {
            recording.add(event);
        }
    }

    private static BadInput tooMuch(int line, String what, int limit) {
        return BadInput.beyondLimits(
                line, "too much: more than %,d %s (expected: at most that many)".formatted(limit, what));
    }

    private int line(Event event) {
        return event.getStartMark().map(Mark::getLine).orElse(0) + 1 + linesBefore;
    }

    private static int column(Event event) {
        return event.getStartMark().map(Mark::getColumn).orElse(0) + 1;
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }
}
