package io.ebbtide.testkit.contract;

import io.ebbtide.testkit.WireConnection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The answers of a server to bytes, until it ended the connection. Immutable.
 *
 * @param statuses of all answers that have a head, in order
 * @param text all received bytes as text
 */
record Answers(List<Integer> statuses, String text) {
    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/\\d\\.\\d (\\d{3})[ \\r]");

    static final String NOTHING = "nothing";

    Answers {
        statuses = List.copyOf(statuses);
    }

    /** Sends the bytes in these parts, ends the sending, and reads all answers; waits up to the read timeout. */
    static Answers to(WireConnection client, List<byte[]> parts) throws IOException {
        return to(client, parts, 0);
    }

    /** The same, with a pause after each part. */
    static Answers to(WireConnection client, List<byte[]> parts, long pauseMillis) throws IOException {
        try {
            send(client, parts, pauseMillis);
            client.endSending();
        } catch (IOException e) {
            // a server need not read a refused request to its end
        }
        return of(client.readToEnd());
    }

    /** Sends the bytes, but ends the sending only once nothing has been received for the given time. */
    static Answers toPatientClient(WireConnection client, List<byte[]> parts, Duration quiet) throws IOException {
        try {
            send(client, parts, 0);
        } catch (IOException e) {
            // as above
        }
        return of(client.readToEndPatiently(quiet));
    }

    private static void send(WireConnection client, List<byte[]> parts, long pauseMillis) throws IOException {
        for (byte[] part : parts) {
            client.send(part);
            if (pauseMillis > 0) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(pauseMillis));
            }
        }
    }

    static Answers of(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        List<Integer> statuses = new ArrayList<>();
        Matcher matcher = STATUS_LINE.matcher(text);
        while (matcher.find()) {
            statuses.add(Integer.parseInt(matcher.group(1)));
        }
        return new Answers(statuses, text);
    }

    /** The first status, or, without a status, {@link #toString}. */
    String first() {
        return statuses.isEmpty() ? toString() : String.valueOf(statuses.get(0));
    }

    /** The statuses without those of interim answers. */
    List<Integer> finals() {
        return statuses.stream().filter(status -> status >= 200).toList();
    }

    /**
     * The classes of all final answers, such as {@code [2, 4]}; {@link #NOTHING}, also after an interim answer alone; or, without a
     * status, {@link #toString}.
     */
    String classes() {
        List<Integer> classes = finals().stream().map(status -> status / 100).toList();
        if (classes.isEmpty()) {
            return statuses.isEmpty() ? toString() : NOTHING;
        }
        return classes.toString();
    }

    /** The statuses; {@code a body without a head} as in HTTP/0.9; {@code nothing}. */
    @Override
    public String toString() {
        if (!statuses.isEmpty()) {
            return statuses.toString();
        }
        return text.isEmpty() ? NOTHING : "a body without a head";
    }
}
