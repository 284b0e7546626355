package io.ebbtide.lifecycle;

/** How the connection of a request was used before, and whether it outlives the response. */
public enum ConnectionUse {
    /** No request came on it before: a late one shows that its sender has not noticed the shutdown. */
    FIRST,
    /** Requests came on it before. It ends with the response once the shutdown begins (HTTP/1.1): its client may reconnect. */
    AGAIN,
    /** It continues after any response, as with one stream of many (HTTP/2). */
    SHARED
}
