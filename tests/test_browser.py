"""A newcomer uses the demo's page."""

import pytest
from playwright.async_api import expect

from tests.browser import CHROMIUM, demo_page, type_paper


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is not installed (Debian's package chromium)")
async def test_a_newcomer_asks_for_a_paper_in_the_page() -> None:
    async with demo_page() as (page, shown):
        assert "A Primer in BERTology" in shown, "the terminal showed the answer before the page"
        cards = page.locator("article", has_text="Anna Rogers, Olga Kovaleva, Anna Rumshisky")
        before = await cards.count()
        await type_paper(page, "bertology")
        suggestion = page.get_by_role("option", name="A Primer in BERTology: What We Know About How BERT Works")
        await suggestion.wait_for()
        await page.keyboard.press("Enter")
        await expect(page.locator("input.command-option-input")).to_have_value("primer_in_bertology_rogers")
        await page.keyboard.press("Enter")
        await page.get_by_text("Ada used").wait_for()
        assert await cards.count() > before
        newest = cards.last
        assert "Within two years of its release" in await newest.inner_text()
        await newest.get_by_role("button", name="Related reviews").click()
        await page.get_by_text("cited here").first.wait_for()
