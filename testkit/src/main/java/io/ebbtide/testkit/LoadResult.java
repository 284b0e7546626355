package io.ebbtide.testkit;

import io.ebbtide.internal.Expect;
import java.util.List;
import java.util.Map;

/**
 * The result of a load. Immutable.
 *
 * @param sent requests of which at least a byte was written
 * @param answered those that received a complete answer with a status below 500
 * @param lost those that did not, and those that could not be sent, as a client that had not been notified of the removal found no
 *     server listening; each with its reason
 * @param statuses how often each status was received
 * @param gone clients that stopped because no server listened any more
 */
public record LoadResult(long sent, long answered, List<String> lost, Map<Integer, Long> statuses, int gone) {
    public LoadResult {
        lost = Expect.list(lost, "lost");
        statuses = Expect.map(statuses, "statuses");
    }
}
