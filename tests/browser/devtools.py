"""A headless Chromium on a pipe: just enough of its DevTools protocol to drive a page and watch it.

The browser is the system's own; nothing is downloaded, and no port is opened.
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import time
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
LOAD_S = 60.0
"""Seconds after which a page that is not loaded is given up."""
KEYS = {" ": (32, "Space"), "Tab": (9, "Tab"), "Enter": (13, "Enter"),
        "Home": (36, "Home"), "End": (35, "End"),
        "ArrowLeft": (37, "ArrowLeft"), "ArrowUp": (38, "ArrowUp"),
        "ArrowRight": (39, "ArrowRight"), "ArrowDown": (40, "ArrowDown"),
        "Escape": (27, "Escape"), "+": (187, "Equal"), "-": (189, "Minus")}  # fmt: skip


def browser() -> str | None:
    """Return the browser of the system, None where there is none."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


class Page:
    """A tab: `evaluate` runs script in it; requests, errors and messages are kept.

    Parameters
    ----------
    profile
        Folder for the browser's profile, thrown away by the caller.
    """

    def __init__(self, profile: Path, width: int = 1440, height: int = 900) -> None:
        command = browser()
        if command is None:
            raise FileNotFoundError("no chromium")
        out_read, out_write = os.pipe()
        in_read, in_write = os.pipe()
        # The browser reads from 3 and writes to 4; the shell moves whatever numbers we have there.
        shell = f'exec "$@" 3<&{in_read} 4>&{out_write}'
        self.process = subprocess.Popen(
            ["bash", "-c", shell, "browser", command, "--headless", "--no-sandbox",
             "--disable-gpu", "--remote-debugging-pipe", "--hide-scrollbars",
             f"--user-data-dir={profile}", f"--window-size={width},{height}", "about:blank"],
            pass_fds=(in_read, out_write), stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(in_read)
        os.close(out_write)
        self.read, self.write = out_read, in_write
        self.buffer, self.number = b"", 0
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.loaded: set[str] = set()
        self.traced: list[dict[str, Any]] | None = None
        """Events of the trace that runs, None while none does."""
        targets = self.call("Target.getTargets", session=None)["targetInfos"]
        tab = next(t["targetId"] for t in targets if t["type"] == "page")
        self.session: str | None = None
        self.session = self.call("Target.attachToTarget", targetId=tab, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        self.call("Page.setLifecycleEventsEnabled", enabled=True)
        self.size(width, height)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(10)
        os.close(self.read)
        os.close(self.write)

    def size(self, width: int, height: int) -> None:
        """Set the size of the window in pixels."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=False)  # fmt: skip

    def dark(self, *, is_dark: bool) -> None:
        """Let the system ask for dark or light."""
        value = "dark" if is_dark else "light"
        self.call("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": value}])  # fmt: skip

    def call(self, method: str, session: str | None = "own", **params: Any) -> dict[str, Any]:
        """Call a method and return its result; events that come meanwhile are kept."""
        self.number += 1
        number = self.number
        message: dict[str, Any] = {"id": number, "method": method, "params": params}
        own = getattr(self, "session", None)
        if session and own:
            message["sessionId"] = own
        os.write(self.write, json.dumps(message).encode() + b"\0")
        while True:
            got = self._next(60.0)
            if got.get("id") == number:
                if "error" in got:
                    raise RuntimeError(f"{method}: {got['error']['message']}")
                made: dict[str, Any] = got["result"]
                return made
            self._keep(got)

    def _next(self, seconds: float) -> dict[str, Any]:
        while b"\0" not in self.buffer:
            if not select.select([self.read], [], [], seconds)[0]:
                raise TimeoutError("the browser does not answer")
            chunk = os.read(self.read, 1 << 20)
            if not chunk:
                raise EOFError("the browser ended")
            self.buffer += chunk
        body, _, self.buffer = self.buffer.partition(b"\0")
        made: dict[str, Any] = json.loads(body)
        return made

    def _keep(self, event: dict[str, Any]) -> None:
        name, params = event.get("method"), event.get("params", {})
        if name == "Page.lifecycleEvent" and params["name"] == "load":
            self.loaded.add(params["loaderId"])
        elif name == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif name == "Runtime.exceptionThrown":
            found = params["exceptionDetails"]
            self.errors.append(found.get("exception", {}).get("description", found["text"]))
        elif name == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.errors.append(params["entry"]["text"])
        elif name == "Tracing.dataCollected" and self.traced is not None:
            self.traced += params["value"]
        elif name == "Tracing.tracingComplete":
            self.is_traced = True
        elif name == "Runtime.consoleAPICalled" and params["type"] in {"error", "assert"}:
            self.errors.append(str(params["args"]))

    def open(self, url: str) -> None:
        """Open a page and wait until it is loaded and drawn twice."""
        self.navigate("about:blank")
        self.requests.clear()
        self.navigate(url)
        self.frames()

    def navigate(self, url: str) -> None:
        """Go to an address and wait for the load event of the very document that it brings.

        Until that event the tab may still show, and answer for, the document before.
        """
        went = self.call("Page.navigate", url=url)
        if "errorText" in went:
            raise RuntimeError(f"{url}: {went['errorText']}")
        # A fragment alone brings no new document, and then no loader is named.
        loader = went.get("loaderId")
        until = time.monotonic() + LOAD_S
        while loader and loader not in self.loaded:
            if time.monotonic() > until:
                raise TimeoutError(f"{url} was not loaded")
            self._keep(self._next(LOAD_S))

    def frames(self) -> None:
        """Wait for two frames."""
        self.evaluate("new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)))")

    def evaluate(self, script: str) -> Any:
        """Return the value of an expression, awaited."""
        got = self.call("Runtime.evaluate", expression=script, awaitPromise=True,
                        returnByValue=True)  # fmt: skip
        if "exceptionDetails" in got:
            raise RuntimeError(str(got["exceptionDetails"]))
        return got["result"].get("value")

    def trace(self, script: str) -> tuple[Any, list[dict[str, Any]]]:
        """Return the value of an expression and what the browser's threads did meanwhile.

        Each event has its thread's own time (``tdur``, microseconds) where it has any: what other
        processes took from it does not count.
        """
        self.traced, self.is_traced = [], False
        self.call("Tracing.start", transferMode="ReportEvents",
                  traceConfig={"includedCategories": ["toplevel", "devtools.timeline",
                                                      "__metadata"]})  # fmt: skip
        value = self.evaluate(script)
        self.call("Tracing.end")
        while not self.is_traced:
            self._keep(self._next(60.0))
        events, self.traced = self.traced, None
        return value, events

    def key(self, key: str) -> None:
        """Press and release a key."""
        code, name = KEYS[key]
        for kind in ("rawKeyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=name,
                      windowsVirtualKeyCode=code)  # fmt: skip
        self.frames()

    def click(self, x: float, y: float) -> None:
        """Click at a place of the window."""
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left",
                      clickCount=1)  # fmt: skip
        self.frames()

    def move(self, x: float, y: float) -> None:
        """Move the pointer."""
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        self.frames()

    def wheel(self, x: float, y: float, delta: float, *, ctrl: bool = False) -> None:
        """Turn the wheel, with Ctrl held where asked."""
        self.call("Input.dispatchMouseEvent", type="mouseWheel", x=x, y=y, deltaX=0,
                  deltaY=delta, modifiers=2 if ctrl else 0)  # fmt: skip
        self.frames()

    def screenshot(self, path: Path) -> None:
        """Write what the window shows."""
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot")["data"]))

    def pdf(self, path: Path) -> None:
        """Print to A3 as the page asks."""
        got = self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=False)
        path.write_bytes(base64.b64decode(got["data"]))
