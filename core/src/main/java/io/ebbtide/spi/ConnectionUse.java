package io.ebbtide.spi;

/** How the connection of a request was used before, and whether it outlives the response. */
public enum ConnectionUse {
    /** The first request on its connection: if it is late, its sender has not noticed the shutdown. */
    FIRST,
    /** A later request. The connection ends with the response once the shutdown begins (HTTP/1.1): its client may reconnect. */
    AGAIN,
    /** The connection continues after any response, as with one stream of many (HTTP/2). */
    SHARED
}
