package breaker;

import java.util.concurrent.ExecutorService;
import java.util.function.DoubleSupplier;

/**
 * What a service is made of; tests bring their own.
 *
 * @param name that of the tag {@code service:NAME}
 * @param random draws from 0 up to 1
 * @param threads runs what nobody waits for
 */
record Parts(
    String name,
    Settings settings,
    Clock clock,
    Store store,
    Source source,
    Hooks hooks,
    DoubleSupplier random,
    Metrics metrics,
    ExecutorService threads) {}
