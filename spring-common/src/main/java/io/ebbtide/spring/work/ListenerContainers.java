package io.ebbtide.spring.work;

import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.spi.Traffic;
import io.ebbtide.spi.TrafficSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.util.ClassUtils;

/**
 * The listener containers of an application as one traffic source: they stop consuming at the signal, and the drain waits until each
 * has finished its messages. Safe for use by many threads.
 */
final class ListenerContainers implements TrafficSource {
    /*
     * No class of Kafka, RabbitMQ or JMS is named here: a container is a SmartLifecycle of which a class or an interface is called
     * ...MessageListenerContainer, or the registry of such (spring-kafka, spring-rabbit, spring-jms, spring-pulsar,
     * spring-cloud-aws, spring-data-redis), or Spring Cloud Stream's InputBindingLifecycle. The phase says too little: it is the
     * default phase of all SmartLifecycles. A container that does not start by itself belongs to the object that starts it, such as
     * the replies of a ReplyingKafkaTemplate, which requests in flight may wait for.
     */
    private static final Logger LOG = LoggerFactory.getLogger(ListenerContainers.class);

    private static final List<String> CONTAINERS = List.of("MessageListenerContainer");
    private static final List<String> REGISTRIES =
            List.of("ListenerEndpointRegistry", "ListenerContainerRegistry", "InputBindingLifecycle");

    private final ConfigurableListableBeanFactory beans;
    private final ConsumerRules rules;
    private final AtomicBoolean shuttingDown = new AtomicBoolean();
    private volatile @Nullable Traffic traffic;

    ListenerContainers(ConfigurableListableBeanFactory beans, ConsumerRules rules) {
        this.beans = beans;
        this.rules = rules;
    }

    @Override
    public String name() {
        return "listener containers";
    }

    @Override
    public boolean hasSenders() {
        return false;
    }

    @Override
    public void start(Traffic newTraffic) {
        traffic = newTraffic;
        shuttingDown.set(false);
    }

    /** As a consumer of messages: no client has to notice the shutdown first. */
    @Override
    public void beginShutdown() {
        stopAccepting();
    }

    @Override
    public void stopAccepting() {
        Traffic now = traffic;
        if (now != null && shuttingDown.compareAndSet(false, true)) {
            containers().forEach((name, container) -> stop(name, container, now));
        }
    }

    /** Stops it on a thread of its own: some return at once and call back, others block until their messages are finished. */
    private static void stop(String name, SmartLifecycle container, Traffic traffic) {
        Ticket ticket = traffic.admitOwn(WorkKind.MESSAGE, () -> name + ": finishes its messages");
        var ended = new AtomicBoolean();
        Runnable end = () -> {
            if (ticket != null && ended.compareAndSet(false, true)) {
                ticket.close();
            }
        };
        var thread = new Thread(
                () -> {
                    if (ticket != null) {
                        ticket.workedOnBy(Thread.currentThread());
                    }
                    try {
                        container.stop(end);
                    } catch (RuntimeException | Error e) {
                        LOG.warn("listener container '{}' failed to stop; the context stops it again", name, e);
                        end.run();
                    }
                },
                "ebbtide-listeners-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    /** As Spring finds them for its own stop: beans that exist, and run. */
    private Map<String, SmartLifecycle> containers() {
        Map<String, SmartLifecycle> found = new LinkedHashMap<>();
        for (String name : beans.getBeanNamesForType(SmartLifecycle.class, false, false)) {
            if (beans.containsSingleton(name)
                    && beans.getSingleton(name) instanceof SmartLifecycle bean
                    && bean.isRunning()
                    && isConsumer(name, bean)) {
                found.put(name, bean);
            }
        }
        return found;
    }

    private boolean isConsumer(String name, SmartLifecycle bean) {
        if (rules.keeps(name)) {
            return false;
        }
        Set<String> types = simpleNames(bean.getClass());
        boolean isContainer = isAny(REGISTRIES, types) || (bean.isAutoStartup() && isAny(CONTAINERS, types));
        return isContainer || rules.stops(name);
    }

    private static boolean isAny(List<String> endings, Set<String> types) {
        return types.stream().anyMatch(type -> endings.stream().anyMatch(type::endsWith));
    }

    private static Set<String> simpleNames(Class<?> type) {
        var names = new LinkedHashSet<String>();
        List<Class<?>> all = new ArrayList<>(ClassUtils.getAllInterfacesForClassAsSet(type));
        for (Class<?> each = type; each != null; each = each.getSuperclass()) {
            all.add(each);
        }
        all.forEach(each -> names.add(each.getSimpleName()));
        return names;
    }

    @Override
    public void close(Duration within) {}
}
