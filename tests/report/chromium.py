"""A headless Chromium, driven over its DevTools protocol through a pair of pipes."""

import base64
import itertools
import json
import os
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser")
_OPTIONS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-extensions",
    "--hide-scrollbars", "--remote-debugging-pipe",
)  # fmt: skip
_PATIENCE_S = 300


class Chromium:
    """One tab; `events` gathers what it reported since the last page was opened."""

    def __init__(self, write_end, read_end):
        self._write_end, self._read_end = write_end, read_end
        self._numbers, self._buffer, self._session = itertools.count(1), b"", None
        self.events = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "Accessibility"):
            self.call(f"{domain}.enable")

    def call(self, method, **parameters):
        """Send a command and return its result."""
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write_end, json.dumps(message).encode() + b"\0")
        return self._until(lambda answer: answer.get("id") == number, method)["result"]

    def _until(self, is_wanted, what):
        end = time.monotonic() + _PATIENCE_S
        while time.monotonic() < end:
            answer = self._receive()
            if is_wanted(answer):
                assert "error" not in answer, (what, answer)
                return answer
            self.events.append(answer)
        raise TimeoutError(what)

    def _receive(self):
        while b"\0" not in self._buffer:
            data = os.read(self._read_end, 1 << 20)
            if not data:
                raise EOFError("Chromium ended")
            self._buffer += data
        message, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(message)

    def open(self, path, width, height=900, scheme="light", media="screen"):
        """Open a file in a window of this size in CSS pixels, and wait until it is loaded."""
        self.events = []
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
            mobile=width < 600,
        )  # fmt: skip
        self.call(
            "Emulation.setEmulatedMedia",
            media=media,
            features=[{"name": "prefers-color-scheme", "value": scheme}],
        )
        self.call("Page.navigate", url=path.resolve().as_uri())
        self._until(lambda answer: answer.get("method") == "Page.loadEventFired", "load")

    def evaluate(self, expression, *, wait=False, keep=True):
        """Return the value of a JavaScript expression; `wait` for what it promises."""
        answer = self.call(
            "Runtime.evaluate", expression=expression, returnByValue=keep, awaitPromise=wait
        )
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def press(self, key):
        """Press a key."""
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key,
                      windowsVirtualKeyCode={"Tab": 9, "Enter": 13}[key])  # fmt: skip

    def screenshot(self, path, *, whole=True, top=0.0, height=None):
        """Write a PNG of the whole page, or of a part of it."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": top, "width": size["width"], "scale": 1}
        clip["height"] = min(height or size["height"], size["height"] - top)
        answer = self.call("Page.captureScreenshot", captureBeyondViewport=whole, clip=clip)
        path.write_bytes(base64.b64decode(answer["data"]))

    def print(self, path):
        """Write the page as PDF, as its print style sheet has it."""
        data = self.call("Page.printToPDF", printBackground=True, preferCSSPageSize=True)["data"]
        path.write_bytes(base64.b64decode(data))

    def complaints(self):
        """Return errors and warnings that the page caused, and requests that left it."""
        found = []
        for event in self.events:
            method, parameters = event.get("method"), event.get("params", {})
            if method == "Runtime.exceptionThrown":
                found.append(str(parameters["exceptionDetails"]))
            if method == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning"):
                found.append(str(parameters["args"]))
            if method == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
                found.append(parameters["entry"]["text"])
            if method == "Network.requestWillBeSent":
                url = parameters["request"]["url"]
                if not url.startswith(("data:", "file:")):
                    found.append(f"request: {url}")
        return found


@contextmanager
def running_chromium():
    """Run Chromium with an empty profile and give its tab."""
    commands, answers = os.pipe(), os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        # the protocol's pipes are descriptors 3 and 4
        redirect = f'exec "$@" 3<&{commands[0]} 4>&{answers[1]}'
        process = subprocess.Popen(
            ["bash", "-c", redirect, "bash", PROGRAM, *_OPTIONS, f"--user-data-dir={profile}"],
            pass_fds=(commands[0], answers[1]),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(commands[0])
        os.close(answers[1])
        try:
            yield Chromium(commands[1], answers[0])
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            os.close(commands[1])
            os.close(answers[0])
