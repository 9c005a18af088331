"""Every notebook in a real browser: JupyterLab in headless Chromium, all cells run, the explorer used.

Screenshots are kept in build/browser/ to be looked at.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from conftest import ROOT
from pylopdf_fonts_zh_cn import sans_path

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SHOTS = ROOT / "build" / "browser"
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
FLAGS = """--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
 --disable-component-update --disable-sync""".split()
_WIDGET = "jupyterapp.shell.currentWidget"
_KERNEL = f"{_WIDGET}?.sessionContext?.session?.kernel"
_CODE = f"Array.from({_WIDGET}.content.model.cells).filter(c => c.type === 'code')"
BAD = '[data-mime-type="application/vnd.jupyter.error"], [data-mime-type="application/vnd.jupyter.stderr"]'

pytestmark = pytest.mark.skipif(
    CHROMIUM is None,
    reason="no Chromium on this machine: apt install chromium (Debian), brew install chromium (macOS)",
)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab on a copy of the notebooks; its figures land in the copy. Gives its address."""
    home = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "notebooks", home / "notebooks", ignore=shutil.ignore_patterns(".*"))
    (home / "tests").symlink_to(ROOT / "tests")
    fonts = home / "share" / "fonts"
    fonts.mkdir(parents=True)
    shutil.copy(sans_path(), fonts)
    quiet = home / "settings" / "@jupyterlab" / "apputils-extension"
    quiet.mkdir(parents=True)
    (quiet / "notification.jupyterlab-settings").write_text('{"fetchNews": "false"}')
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "XDG_DATA_HOME": str(home / "share"), "TOOLKIT_FIGURES": str(home / "figures"),
        "PYTHONPATH": str(ROOT), "JUPYTER_CONFIG_DIR": str(home / "config"), "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
    }  # fmt: skip
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}",
        "--IdentityProvider.token=", "--expose-app-in-browser", f"--ServerApp.root_dir={home}",
    ]  # fmt: skip
    with open(home / "lab.log", "w", encoding="utf-8") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        _wait(f"http://127.0.0.1:{port}/api", server, home / "lab.log")
        yield f"http://127.0.0.1:{port}", environment
    finally:
        server.terminate()
        server.wait(20)


def _wait(address, server, log):
    """Wait until the server answers, or say what it printed."""
    for _ in range(120):
        try:
            return urlopen(address, timeout=5)
        except (URLError, OSError):
            assert server.poll() is None, log.read_text(encoding="utf-8")
            time.sleep(0.5)
    raise AssertionError("JupyterLab did not start: " + log.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def browser(lab):
    from playwright.sync_api import sync_playwright

    SHOTS.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, env=lab[1], args=FLAGS)
        yield running
        running.close()


def open_and_run(browser, lab, name):
    """Open a notebook in a page of its own, run all cells and wait until all are done."""
    page = browser.new_page(viewport={"width": 1150, "height": 1400})
    page.goto(f"{lab[0]}/lab/tree/notebooks/{name}?reset")
    page.wait_for_function(f"() => window.jupyterapp && {_WIDGET}?.sessionContext", timeout=60000)
    page.evaluate(f"async () => {{ await {_WIDGET}.sessionContext.ready }}")
    idle = f"{_KERNEL}?.connectionStatus === 'connected' && {_KERNEL}?.status === 'idle'"
    page.wait_for_function(f"() => {idle}", timeout=60000)
    page.evaluate(f"() => {{ for (const c of {_CODE}) c.executionCount = null }}")
    page.evaluate("() => jupyterapp.commands.execute('runmenu:run-all')")
    done = f"{_CODE}.every(c => c.executionCount)"
    page.wait_for_function(f"() => {done} && {idle}", timeout=240000)
    return page


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_in_the_browser(path, lab, browser):
    page = open_and_run(browser, lab, path.name)
    outputs = page.evaluate(f"() => {_CODE}.map(c => c.sharedModel.outputs)")
    assert len(outputs) > 5 and any(outputs)
    for output in (o for cell in outputs for o in cell):
        assert output["output_type"] != "error" and output.get("name") != "stderr", output
    assert page.locator(BAD).count() == 0
    last = page.evaluate(f"() => {_WIDGET}.content.widgets.length - 1")
    for part, cell in (("top", 0), ("middle", last // 2), ("end", last)):
        page.evaluate(f"() => {_WIDGET}.content.scrollToItem({cell}, 'start')")
        page.wait_for_timeout(400)
        page.screenshot(path=SHOTS / f"{path.stem}-{part}.png")
    page.close()
    drawn = list(Path(lab[1]["TOOLKIT_FIGURES"]).glob(f"{path.stem[:2]}-*"))
    assert drawn  # to the byte: the notebook and cell that a figure carries are told alike
    assert all(f.read_bytes() == (ROOT / "figures" / f.name).read_bytes() for f in drawn)


def test_a_term_typed_into_the_explorer_is_answered(lab, browser):
    page = open_and_run(browser, lab, "01-corpus-exploration.ipynb")
    asks = f"{_WIDGET}.content.widgets.findIndex(w => w.model.sharedModel.source === 'tk.explore(corpus)')"
    page.evaluate(f"() => {_WIDGET}.content.scrollToItem({asks}, 'start')")
    box, menu = (
        page.locator(".jp-OutputArea input[type=text]"),
        page.locator(".widget-dropdown select"),
    )
    answer = page.locator(".widget-image")
    seen = {answer.get_attribute("src")}
    box.fill("放管服")
    box.press("Enter")
    for act in (lambda: None, lambda: menu.select_option("福州市")):
        act()
        page.wait_for_function(
            "seen => !seen.includes(document.querySelector('.widget-image').src)",
            arg=list(seen),
            timeout=60000,
        )
        seen.add(answer.get_attribute("src"))
    assert page.get_by_text("'福州市' has 1 place(s)").count() == 1
    page.screenshot(path=SHOTS / "explorer.png")
    box.fill("放管")
    box.press("Enter")
    page.get_by_text("there is no term '放管'").wait_for(timeout=60000)
    assert answer.is_hidden()
    page.close()
