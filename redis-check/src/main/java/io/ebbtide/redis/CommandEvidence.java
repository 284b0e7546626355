package io.ebbtide.redis;

import io.ebbtide.health.Evidence;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.event.command.CommandListener;
import io.lettuce.core.event.command.CommandSucceededEvent;

/** Reports each command that succeeds as evidence. Safe for use by many threads. */
final class CommandEvidence implements CommandListener {
    private final Evidence evidence;

    private CommandEvidence(Evidence evidence) {
        this.evidence = evidence;
    }

    static Evidence of(AbstractRedisClient client) {
        var evidence = Evidence.create();
        client.addListener(new CommandEvidence(evidence));
        return evidence;
    }

    @Override
    public void commandSucceeded(CommandSucceededEvent event) {
        evidence.succeeded();
    }
}
