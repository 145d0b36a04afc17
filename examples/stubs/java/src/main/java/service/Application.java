package service;

import breaker.BreakerConfiguration;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Import;

/**
 * Starts the service: the breaker with its routes, and whatever components are your own. No logic
 * lives here.
 */
@SpringBootApplication
@Import(BreakerConfiguration.class)
public class Application {
  public static void main(String[] arguments) {
    SpringApplication.run(Application.class, arguments);
  }
}
