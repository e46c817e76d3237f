"""The demo's page in headless Chromium: for its test, and for the picture in the README.

python -m tests.browser docs/demo.png
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Page, async_playwright

CHROMIUM = Path("/usr/bin/chromium")
_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@asynccontextmanager
async def demo_page(width: int = 1280, height: int = 900) -> AsyncGenerator[tuple[Page, str]]:
    """Start `paperclub demo` as a process and open its page; gives the page and what the terminal showed before it."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PAPERCLUB_")}
    demo = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "demo", "--no-browser", stdout=asyncio.subprocess.PIPE, env=clean
    )
    assert demo.stdout is not None
    try:
        shown = ""
        while "http://127.0.0.1:" not in shown.splitlines()[-1] if shown else True:
            line = await asyncio.wait_for(demo.stdout.readline(), 60)
            assert line, f"the demo ended:\n{shown}"
            shown += line.decode()
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)
            page = await browser.new_page(viewport={"width": width, "height": height})
            await page.goto(shown.split()[-1])
            await page.get_by_text("A Primer in BERTology").first.wait_for()
            yield page, shown
            await browser.close()
        demo.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(demo.wait(), 10) == 0, "Ctrl-C ends the demo cleanly"
    finally:
        if demo.returncode is None:
            demo.kill()
            await demo.wait()


async def type_paper(page: Page, name: str) -> None:
    """Choose /paper in the composer and type a name, up to the suggestions."""
    await page.click("#channel-composer-input")
    await page.keyboard.type("/paper")
    await page.get_by_text("Show what the club wrote about a paper").wait_for()
    await page.keyboard.press("Enter")
    await page.locator("input.command-option-input").wait_for()
    await page.keyboard.type(name)


async def _take_picture(path: Path) -> None:
    async with demo_page(1000, 800) as (page, _):
        await type_paper(page, "bert")
        await page.get_by_role("option", name="BERT: Pre-training").wait_for()
        await page.screenshot(path=path)


if __name__ == "__main__":
    asyncio.run(_take_picture(Path(sys.argv[1])))
