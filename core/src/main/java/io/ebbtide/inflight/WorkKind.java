package io.ebbtide.inflight;

/** What a unit of work is, and so how it is waited for when the service leaves. */
public enum WorkKind {
    /** A question that gets one answer. */
    REQUEST,
    /** An open conversation on an upgraded connection. */
    WEBSOCKET,
    /** An answer without a foreseeable end: server-sent events, or what {@link Ticket#becomes} has declared. */
    STREAM,
    /** Work that the service gave itself. */
    JOB,
    /** A message taken from a queue or a log. */
    MESSAGE
}
