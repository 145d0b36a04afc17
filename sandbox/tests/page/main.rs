//! Drives the web page in Chromium as people do: clicks, keys, and a look at both colour schemes. Screenshots are left in the
//! folder `page` of the build's temporary folder, for eyes.
//! It needs a browser: it runs when `CB_PAGE=1`, as `make test` does in a stage of its own.

#[cfg(test)]
mod contrast;
#[cfg(test)]
mod outage;

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::key::Key;
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

type Done<T = ()> = Result<T, Box<dyn Error>>;

const GROUP: &str = "bank_code:0001";

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// A command that WebDriver leaves to Chromium: what follows the session in the path, and the body.
#[derive(Debug)]
struct Own(&'static str, Value);

impl WebDriverCompatibleCommand for Own {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!(
            "session/{}/{}",
            session.unwrap_or_default(),
            self.0
        ))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.1.to_string()))
    }
}

/// The browser on the page of a fresh sandbox.
struct Page {
    browser: Client,
    url: String,
    _processes: [Running; 2],
}

impl Page {
    async fn open() -> Done<Self> {
        let line = format!("127.0.0.1:0={}", outage::service()?);
        let (sandbox, url) = start(
            Command::new(env!("CARGO_BIN_EXE_cb-sandbox")).args([
                "serve",
                "--addr",
                "127.0.0.1:0",
                "--service-proxy",
                &line,
            ]),
            |line| line.starts_with("http://").then(|| line.to_owned()),
        )?;
        let (driver, port) = start(Command::new("chromedriver").arg("--port=0"), |line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            Some(port.trim_end_matches('.').to_owned())
        })?;
        let wanted = json!({
            "goog:chromeOptions": {"args": ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1440,1000"]},
            "goog:loggingPrefs": {"browser": "ALL"},
        });
        let wanted: Capabilities = serde_json::from_value(wanted)?;
        let browser = ClientBuilder::new(HttpConnector::new())
            .capabilities(wanted)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await?;
        browser.goto(&url).await?;
        Ok(Self {
            browser,
            url,
            _processes: [sandbox, driver],
        })
    }

    /// Waits until something that the selector names is there.
    async fn see(&self, css: &str) -> Done<String> {
        let wait = self.browser.wait().at_most(Duration::from_secs(20));
        let Ok(found) = wait.for_element(Locator::Css(css)).await else {
            std::fs::write(
                pictures()?.join("failed.png"),
                self.browser.screenshot().await?,
            )?;
            return Err(format!("`{css}` is not on the page: see failed.png").into());
        };
        Ok(found.text().await?)
    }

    async fn click(&self, css: &str) -> Done {
        self.see(css).await?;
        let scroll = "document.querySelector(arguments[0]).scrollIntoView({block: 'center'})";
        self.browser.execute(scroll, vec![json!(css)]).await?;
        Ok(self.browser.find(Locator::Css(css)).await?.click().await?)
    }

    /// Presses keys at whatever has the focus.
    async fn press(&self, keys: &str) -> Done {
        Ok(self.browser.active_element().await?.send_keys(keys).await?)
    }

    /// A request of the page's own origin, as a function or a service would make it.
    async fn ask(&self, method: &str, path: &str, body: Value) -> Done<Value> {
        let script = "const [method, path, body, done] = arguments;
            fetch(path, {method, body: body && JSON.stringify(body)}).then(async (answer) =>
                done({id: answer.headers.get('lambda-runtime-aws-request-id'), text: await answer.text()}))";
        let arguments = vec![json!(method), json!(path), body];
        Ok(self.browser.execute_async(script, arguments).await?)
    }

    /// Plays the function for one attempt: it fails, or says that all is well.
    async fn attempt(&self, fails: bool) -> Done {
        const API: &str = "/2018-06-01/runtime/invocation";
        let run = self.ask("GET", &format!("{API}/next"), Value::Null).await?;
        let id = run["id"].as_str().ok_or("an invocation has an id")?;
        let (end, body) = if fails {
            ("error", json!({"errorMessage": "503 from the service"}))
        } else {
            ("response", json!({}))
        };
        self.ask("POST", &format!("{API}/{id}/{end}"), body).await?;
        Ok(())
    }

    async fn chromium(&self, method: &str, settings: Value) -> Done<Value> {
        let body = json!({"cmd": method, "params": settings});
        Ok(self
            .browser
            .issue_cmd(Own("goog/cdp/execute", body))
            .await?)
    }

    /// Light or dark, and nothing moves.
    async fn scheme(&self, scheme: &str) -> Done {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"}]);
        let media = json!({"features": features});
        self.chromium("Emulation.setEmulatedMedia", media).await?;
        Ok(())
    }

    /// Takes a picture of the whole page, in a scheme and a width.
    async fn picture(&self, name: &str, (scheme, width): (&str, u32)) -> Done {
        self.scheme(scheme).await?;
        let size = json!({"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": false});
        self.chromium("Emulation.setDeviceMetricsOverride", size)
            .await?;
        let measures =
            "return [document.documentElement.scrollHeight, document.documentElement.scrollWidth]";
        let drawn = "requestAnimationFrame(() => requestAnimationFrame(arguments[0]))";
        self.browser.execute_async(drawn, vec![]).await?;
        let [high, wide]: [u32; 2] =
            serde_json::from_value(self.browser.execute(measures, vec![]).await?)?;
        assert!(wide <= width, "{name}: {wide} px do not fit {width}");
        let size = json!({"width": width, "height": high, "deviceScaleFactor": 1, "mobile": false});
        self.chromium("Emulation.setDeviceMetricsOverride", size)
            .await?;
        self.browser.execute_async(drawn, vec![]).await?;
        let picture = pictures()?.join(format!("{name}.png"));
        std::fs::write(picture, self.browser.screenshot().await?)?;
        self.chromium("Emulation.clearDeviceMetricsOverride", json!({}))
            .await?;
        Ok(())
    }

    /// Whatever the browser complained of.
    async fn complaints(&self) -> Done<Value> {
        Ok(self
            .browser
            .issue_cmd(Own("se/log", json!({"type": "browser"})))
            .await?)
    }
}

/// Where pictures are left.
fn pictures() -> Done<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("page");
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Starts a program and waits for the line that says where it is.
fn start(command: &mut Command, told: impl Fn(&str) -> Option<String>) -> Done<(Running, String)> {
    let mut child = command.stdout(Stdio::piped()).spawn()?;
    let lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
    let running = Running(child);
    for line in lines {
        if let Some(found) = told(&line?) {
            return Ok((running, found));
        }
    }
    Err(format!("{command:?} said nothing of where it listens").into())
}

/// Whether there is something to do here; a machine without a browser says so, and fails with `CI` set.
fn wanted() -> Done<bool> {
    if std::env::var_os("CB_PAGE").is_none_or(|value| value != "1") {
        println!("left to the stage `page` of `make test` (CB_PAGE=1)");
        return Ok(false);
    }
    if Command::new("chromedriver")
        .arg("--version")
        .output()
        .is_ok()
    {
        return Ok(true);
    }
    println!("SKIPPED: no `chromedriver` on the PATH; apt-get install chromium chromium-driver");
    match std::env::var_os("CI") {
        Some(_) => Err("with CI set, nothing is skipped".into()),
        None => Ok(false),
    }
}

#[tokio::test]
async fn the_chain_is_seen_and_turned_in_a_browser() -> Done {
    if !wanted()? {
        return Ok(());
    }
    let page = Page::open().await?;
    assert!(page.see("#monitors .empty").await?.contains("curl"));
    page.picture("empty-light", ("light", 1440)).await?;
    contrast::is_enough(&page, "empty").await?;
    contrast::is_measured(&page).await?;
    page.click("[data-do=example]").await?;
    alert_with_the_keyboard(&page).await?;
    lose(&page).await?;
    fail_and_redrive(&page).await?;
    outage::the_service_goes_and_comes(&page).await?;
    measure(&page).await?;
    let open =
        json!({"kind": "breaker", "data": {"breaker": "bank", "group": GROUP, "state": "open"}});
    page.ask("POST", "/_sandbox/reports", open).await?;
    let flag = page.see("#chain .stage.alert[data-key=Breaker]").await?;
    assert!(flag.contains("1 open"), "{flag}");
    contrast::is_enough(&page, "full").await?;
    for (name, scheme, width) in [
        ("full-light", "light", 1440),
        ("full-dark", "dark", 1440),
        ("narrow-light", "light", 360),
        ("narrow-dark", "dark", 360),
    ] {
        page.picture(name, (scheme, width)).await?;
    }
    let complaints = page.complaints().await?;
    assert_eq!(complaints, json!([]), "{}", page.url);
    page.browser.clone().close().await?;
    Ok(())
}

/// No mouse: over the skip link to the monitors, on to the field of a group, and Enter.
async fn alert_with_the_keyboard(page: &Page) -> Done {
    const FIELD: &str = "return document.activeElement.matches('form[data-do=addGroup] input')";
    let [tab, enter] = [Key::Tab, Key::Enter].map(|key| String::from(char::from(key)));
    page.browser.goto(&page.url).await?;
    page.see("#monitors .card").await?;
    page.press(&tab).await?;
    page.press(&enter).await?;
    let mut tabs = 0;
    while page.browser.execute(FIELD, vec![]).await? == json!(false) {
        page.press(&tab).await?;
        tabs += 1;
        assert!(tabs < 10, "the field is too far from the skip link");
    }
    page.press(GROUP).await?;
    page.press(&enter).await?;
    let row = page.see(&format!("li[data-group='{GROUP}']")).await?;
    assert!(row.contains("Alert"), "{row}");
    let message = page.see("#message").await?;
    assert!(message.contains("Bank 0001 fails"), "{message}");
    assert!(
        message.contains("/dd_circuit_breaker/callback"),
        "{message}"
    );
    page.see(&format!(
        "#timeline [data-group='{GROUP}'] [data-status=Alert]"
    ))
    .await?;
    Ok(())
}

async fn lose(page: &Page) -> Done {
    page.click("[data-state=queued] [data-do=drop]").await?;
    let lost = page.see("[data-state=dropped]").await?;
    assert!(lost.contains("Lost"), "{lost}");
    assert!(page.see("#chain").await?.contains("1 lost"));
    Ok(())
}

/// The recovery fails three times, ends in the dead letter queue, and is delivered from there.
async fn fail_and_redrive(page: &Page) -> Done {
    page.click(&format!("li[data-group='{GROUP}'] [data-status=OK]"))
        .await?;
    page.see("[data-state=queued]").await?;
    for attempt in 1..=3 {
        page.attempt(true).await?;
        page.see(&format!(".way .step.bad:nth-child({})", attempt + 1))
            .await?;
        page.click("[data-do=advance][data-ms='300000']").await?;
    }
    page.see("[data-state=dead]").await?;
    page.click("[data-do=redrive]:not([disabled])").await?;
    page.see("[data-state=queued]").await?;
    page.attempt(false).await?;
    let delivered = page.see("[data-state=delivered]").await?;
    assert!(delivered.contains("Callback answered 200"), "{delivered}");
    page.see("#timeline [data-status=OK]").await?;
    Ok(())
}

/// Points close the loop: the value stands in the plot, and the group is in Alert again, by its own monitor.
async fn measure(page: &Page) -> Done {
    page.click("form[data-do=points] button.primary").await?;
    page.see("#plot .curve.line-0 circle").await?;
    let plot = page.see("#plot figcaption").await?;
    assert!(plot.contains("80"), "{plot}");
    page.see(&format!(
        "li[data-group='{GROUP}'] [data-status=Alert][aria-pressed=true]"
    ))
    .await?;
    Ok(())
}
