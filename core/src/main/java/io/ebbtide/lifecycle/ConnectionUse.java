package io.ebbtide.lifecycle;

/** What is known of the connection that a request came by. */
public enum ConnectionUse {
    /** It had brought none before: late, it is from somebody who has not learnt of the leaving. */
    FIRST,
    /** It had, and ends with the answer once the service leaves (HTTP/1.1): whoever sent it has to come back, or not. */
    AGAIN,
    /** It goes on whatever the answer says, as one of many streams does (HTTP/2). */
    SHARED
}
