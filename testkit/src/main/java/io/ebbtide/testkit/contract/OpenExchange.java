package io.ebbtide.testkit.contract;

/** A request that stays open when its handler returns. */
public interface OpenExchange {
    /** Answers 200 with this body and ends the request. Called by a thread that does not belong to the server. */
    void complete(byte[] body) throws Exception;

    /**
     * Lets the work on it fail as it would in an application: a task, run by the server's own mechanism, throws; or
     * the server is notified of the failure, if that is its API. Called by the handler's thread, before it returns.
     */
    void fail(RuntimeException failure) throws Exception;
}
