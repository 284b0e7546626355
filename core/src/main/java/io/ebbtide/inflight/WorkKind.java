package io.ebbtide.inflight;

/** The kind of a unit of work, which decides how it is waited for when the service shuts down. */
public enum WorkKind {
    /** A request that gets one response. */
    REQUEST,
    /** An open WebSocket or other upgraded connection. */
    WEBSOCKET,
    /** A response without a foreseeable end: server-sent events, or work declared by {@link Ticket#becomes}. */
    STREAM,
    /** Work that the service started itself. */
    JOB,
    /** A message taken from a queue or a log. */
    MESSAGE
}
