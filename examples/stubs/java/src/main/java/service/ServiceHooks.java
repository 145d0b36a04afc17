package service;

import breaker.Hooks;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Yours: what this service does, beyond the breaker, when a monitor speaks. Written once and never
 * overwritten. Each hook runs at least once, after the state is stored: make them idempotent. One
 * that throws, or takes too long, which interrupts its thread, is retried.
 */
@Component
public class ServiceHooks implements Hooks {
  private static final Logger LOG = LoggerFactory.getLogger(ServiceHooks.class);

  /**
   * For every callback that is no test, whether its monitor feeds a breaker or not. {@code
   * event.get()} asks Datadog for the event's text, tags and alert type; it may be late, so do not
   * depend on it.
   */
  @Override
  public void onNotification(Notification notification, LazyEvent event, Monitor monitor) {
    LOG.atInfo()
        .addKeyValue("monitor", monitor.id())
        .addKeyValue("name", monitor.name())
        .addKeyValue("group", notification.group())
        .addKeyValue("transition", notification.transition())
        .log("notified");
  }

  @Override
  public void onOpen(Change change) {
    LOG.atWarn().addKeyValue("change", change).log("breaker opened");
  }

  @Override
  public void onDegraded(Change change) {
    LOG.atWarn().addKeyValue("change", change).log("breaker degraded");
  }

  @Override
  public void onClose(Change change) {
    LOG.atInfo().addKeyValue("change", change).log("breaker closed");
  }
}
