package io.ebbtide.testkit.contract;

/** A request that stays open when its handler returns. */
public interface OpenExchange {
    /** Answers 200 with this body and ends the request. Called by a thread that is none of the server's. */
    void complete(byte[] body) throws Exception;

    /**
     * Lets the work on it fail as it would in an application: a task, run by what the server has for such tasks, throws; or
     * the server is told of the failure, where that is its way. Called by the handler's thread, before it returns.
     */
    void fail(RuntimeException failure) throws Exception;
}
