package breaker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.standardwebhooks.Webhook;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import service.Application;

/** The service as it is started, before a fake Datadog: its routes from outside. */
class ServiceTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final Map<String, String> MONITORS = new ConcurrentHashMap<>();
  private static HttpServer datadog;
  private static ConfigurableApplicationContext service;
  private static String url;

  @BeforeAll
  static void start() throws Exception {
    datadog = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    datadog.createContext(
        "/api/v1/monitor/",
        call -> {
          String path = call.getRequestURI().getPath();
          String monitor = MONITORS.get(path.substring(path.lastIndexOf('/') + 1));
          boolean keys = "api".equals(call.getRequestHeaders().getFirst("DD-API-KEY"));
          byte[] body = (monitor == null ? "{}" : monitor).getBytes(UTF_8);
          call.sendResponseHeaders(monitor == null ? 404 : keys ? 200 : 403, body.length);
          call.getResponseBody().write(body);
          call.close();
        });
    datadog.start();
    service =
        SpringApplication.run(
            Application.class,
            "--CB_LISTEN=127.0.0.1:0",
            "--CB_DATADOG_URL=http://127.0.0.1:" + datadog.getAddress().getPort(),
            "--CB_SIGNING_KEYS=" + Bench.KEY,
            "--CB_MONITORS=11 12 13 14",
            "--CB_ADMIN_TOKEN=token",
            "--CB_CONFORMANCE=1",
            "--DD_API_KEY=api",
            "--DD_APP_KEY=app",
            "--REDIS_URL=");
    int port = ((ServletWebServerApplicationContext) service).getWebServer().getPort();
    url = "http://127.0.0.1:" + port;
  }

  @AfterAll
  static void stop() {
    service.close();
    datadog.stop(0);
  }

  private static HttpResponse<String> send(String path, String body, String... headers)
      throws Exception {
    var request = HttpRequest.newBuilder(URI.create(url + path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    request =
        body == null ? request.GET() : request.POST(HttpRequest.BodyPublishers.ofString(body));
    return CLIENT.send(request.build(), BodyHandlers.ofString());
  }

  private static HttpResponse<String> callback(String body) throws Exception {
    long now = System.currentTimeMillis() / 1000;
    return send(
        "/dd_circuit_breaker/callback",
        body,
        "Content-Type",
        "application/json",
        "webhook-id",
        "m-1",
        "webhook-timestamp",
        String.valueOf(now),
        "webhook-signature",
        new Webhook(Bench.KEY).sign("m-1", now, body));
  }

  private static String body(String monitor) {
    return "{\"event_id\":null,\"monitor_id\":"
        + monitor
        + ",\"callback_url\":\"https://x/\",\"message_id\":\"m-1\"}";
  }

  private static JsonNode json(String path, String... headers) throws Exception {
    return Json.MAPPER.readTree(send(path, null, headers).body());
  }

  private static void monitor(String id, String status) {
    MONITORS.put(
        id,
        """
        {"id":%s,"tags":["circuit_breaker:b%s"],"state":{"groups":{"a:1":{"status":"%s"}}}}
        """
            .formatted(id, id, status));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '#',
      value = {
        "'11' | 200",
        "11   | 400",
        "null | 400",
        "'x'  | 400",
        "'13' | 503",
        "'99' | 404",
      })
  void everyMonitorHasItsAnswer(String monitor, int status) throws Exception {
    monitor("11", "OK");
    var answer = callback(body(monitor.replace('\'', '"')));
    assertEquals(status, answer.statusCode(), answer.body());
    assertEquals(
        status == 503 ? "5" : "none", answer.headers().firstValue("Retry-After").orElse("none"));
    assertEquals(
        status == 200 ? "ok" : "error", Json.MAPPER.readTree(answer.body()).get("status").asText());
  }

  @Test
  void everyBodyHasItsAnswer() throws Exception {
    assertEquals(401, send("/dd_circuit_breaker/callback", body("\"11\"")).statusCode());
    assertEquals(413, callback(" ".repeat(70_000)).statusCode());
    for (String wrong :
        new String[] {"", "null", "[]", "7", body("\"11\"").substring(1), body("\"11\"") + "x"}) {
      assertEquals(400, callback(wrong).statusCode(), wrong);
    }
    assertEquals(405, send("/dd_circuit_breaker/callback", null).statusCode());
  }

  @Test
  void anAlertOpensTheBreakerAndOperatorsSeeIt() throws Exception {
    monitor("12", "Alert");
    assertEquals(200, callback(body("\"12\"")).statusCode());
    String ask = "{\"breaker\":\"b12\",\"group\":\"a:1\",\"n\":1}";
    assertEquals(
        "{\"allow\":0,\"probe\":1,\"reject\":0}",
        send("/_conformance/allow", ask, "Content-Type", "application/json").body());
    JsonNode seen = json("/breakers", "Authorization", "Bearer token").at("/breakers/b12");
    assertEquals("open", seen.at("/groups/a:1/state").asText());
    assertEquals("12", seen.at("/groups/a:1/monitors/0").asText());
    assertEquals("ok", seen.at("/monitors/12/source").asText());
    String metrics = send("/metrics", null).body();
    assertTrue(metrics.contains("cb_groups{state=\"open\"} 1\n"), metrics);
    assertTrue(metrics.contains("cb_snapshot_age_seconds "), metrics);
  }

  @Test
  void anOverrideNeedsTheTokenAnOwnerAndAnEnd() throws Exception {
    String path = "/breakers/b%2F14/override";
    String good = "{\"mode\":\"force_open\",\"actor\":\"ann\",\"reason\":\"drill\",\"ttl_s\":60}";
    String[] token = {"Authorization", "Bearer token", "Content-Type", "application/json"};
    assertEquals(401, send(path, good).statusCode());
    assertEquals(401, send("/breakers", null, "Authorization", "Bearer tokem").statusCode());
    for (String wrong :
        new String[] {
          good.replace("ann", " "), good.replace("60", "0"), good.replace("open", "x"), "null"
        }) {
      assertEquals(400, send(path, wrong, token).statusCode(), wrong);
    }
    var answer = send(path, good, token);
    assertEquals(200, answer.statusCode(), answer.body());
    JsonNode seen = json("/breakers", token[0], token[1]).at("/breakers/b~114/overrides/*");
    assertEquals("force_open ann", seen.at("/mode").asText() + " " + seen.at("/actor").asText());
    assertEquals(
        200,
        send(path, good.replace("force_open", "clear").replace("60", "0"), token).statusCode());
    assertTrue(json("/breakers", token[0], token[1]).at("/breakers/b~114").isMissingNode());
  }

  @Test
  void itIsAliveAndReady() throws Exception {
    assertEquals("ok", send("/healthz", null).body());
    assertEquals("ready", send("/readyz", null).body());
  }
}
