package breaker;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;

/**
 * From settings to a running service: its parts, put together. No rule of the breaker lives here.
 */
@Configuration(proxyBeanMethods = false)
@Import({
  Guard.class,
  Reloader.class,
  Outbox.class,
  Reconciler.class,
  Healer.class,
  Background.class,
  CallbackController.class,
  AdminController.class,
  ConformanceController.class
})
public class BreakerConfiguration {
  private static final Logger LOG = LoggerFactory.getLogger(BreakerConfiguration.class);

  @Bean
  Settings settings(Environment environment) {
    return new Settings(environment::getProperty);
  }

  @Bean
  Parts parts(Settings settings, Hooks hooks, Environment environment) {
    Clock clock = new Clock();
    String name = environment.getRequiredProperty("spring.application.name");
    ExecutorService threads = Executors.newCachedThreadPool(Background::daemon);
    return new Parts(
        name,
        settings,
        clock,
        store(settings, name, clock),
        new Datadog(settings, threads),
        hooks,
        () -> ThreadLocalRandom.current().nextDouble(),
        new Metrics(),
        threads);
  }

  private static Store store(Settings settings, String name, Clock clock) {
    if (settings.redisUrl != null) {
      return new RedisStore(settings.redisUrl, name, name + "-" + UUID.randomUUID());
    }
    LOG.warn("REDIS_URL is unset: breakers are kept in this process alone");
    return new MemoryStore(clock);
  }

  @Bean
  WebServerFactoryCustomizer<TomcatServletWebServerFactory> listen(Settings settings) {
    return server -> {
      try {
        server.setAddress(InetAddress.getByName(settings.host));
      } catch (UnknownHostException e) {
        throw new SettingException("CB_LISTEN", settings.host, "give an address of this machine");
      }
      server.setPort(settings.port);
      // The name of a breaker is a Datadog tag, and may hold a slash.
      server.addConnectorCustomizers(
          connector -> connector.setEncodedSolidusHandling("passthrough"));
    };
  }
}
