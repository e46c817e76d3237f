"""Posts of Jekyll, whose rules differ from Hugo's."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.library.folder import scan_folder
from bot.library.jekyll import render_liquid
from bot.library.parse import parse_review
from bot.library.reader import read_review
from bot.library.review import Review
from bot.library.site import Site
from tests.shared import write_reviews

POST = """---
layout: post
title: "Attention"
tags: nlp  transformers
categories: papers ml
---
* TOC
{:toc}

First paragraph, see [BERT]({% post_url 2018-01-02-bert %}) and ![x]({{ site.baseurl }}/a.png){: .center}.

Second {% raw %}{{ x }}{% endraw %}.

{% highlight python linenos %}
x = 1
{% endhighlight %}

{% include figure.html src="x" caption="A caption" %}

## Part

$$ {{a}}_b $$ {% comment %}hidden{% endcomment %}{% if true %}shown{% endif %}
"""


def read(text: str, path: str = "_posts/2017-04-27-Attention is All.md", site: Site | None = None) -> Review:
    review = parse_review(path, text.encode(), site or Site()).review
    assert review is not None
    return review


def test_a_post() -> None:
    result = parse_review("_posts/2017-04-27-Attention is All.md", POST.encode())
    review = result.review
    assert review is not None
    assert (review.tags, review.categories) == (("nlp", "transformers"), ("papers", "ml"))
    assert review.date is not None
    assert review.date.isoformat() == "2017-04-27T00:00:00+00:00"
    assert review.url_path == "/papers/ml/2017/04/27/attention-is-all.html"
    assert review.teaser == "First paragraph, see [BERT](ref:2018-01-02-bert) and ![x](/a.png)."
    assert [(ref.target, ref.line) for ref in review.refs] == [("2018-01-02-bert", 10)]
    for text in ("Second {{ x }}.", "```python\nx = 1\n```", "*A caption*", "$$ {{a}}_b $$ shown"):
        assert text in result.body
    assert "hidden" not in result.body


def test_a_post_of_a_site_with_its_configuration(tmp_path: Path) -> None:
    config = "title: Our Blog\npermalink: pretty\ntimezone: Europe/Berlin\nexcerpt_separator: <!--cut-->\n"
    text = "---\npermalink: /own/\n---\nOne by {{ site.title }}.\n\nTwo.\n<!--cut-->\nThree.\n"
    files = {"_config.yml": config, "_posts/2020-07-01-a.md": text, "_posts/2020-07-02-b.md": "One.\n\nTwo.\n"}
    root = write_reviews(tmp_path, files)
    site = scan_folder(root).site
    a, b = (read_review(root, path, site)[0].review for path in scan_folder(root).files)
    assert a is not None
    assert b is not None
    assert (a.url_path, a.teaser) == ("/own/", "One by Our Blog.\n\nTwo.")
    assert (b.url_path, b.teaser) == ("/2020/07/02/b/", "One.")
    assert b.date is not None
    assert b.date.isoformat() == "2020-07-02T00:00:00+02:00"


@pytest.mark.parametrize(
    ("path", "fields", "site", "tags"),
    [
        ("_posts/a.md", "", Site(), ("a", "b")),
        ("2020-01-02-a.md", "layout: post\n", Site(), ("a", "b")),
        ("2020-01-02-a.md", "", Site(), ("a b",)),
        ("a.md", "layout: post\n", Site(), ("a b",)),
        ("a.md", "", Site(kind="jekyll"), ("a", "b")),
        ("_posts/2020-01-02-a.md", "layout: post\n", Site(kind="hugo"), ("a b",)),
    ],
)
def test_a_text_of_tags_is_several_only_in_jekyll(path: str, fields: str, site: Site, tags: tuple[str, ...]) -> None:
    assert read(f"---\ntitle: T\n{fields}tags: a b\n---\nx", path, site).tags == tags


@pytest.mark.parametrize(
    ("text", "teaser"),
    [
        ("---\nexcerpt: Own.\n---\nOne.\n", "Own."),
        ("---\nexcerpt_separator: '~~~'\n---\nOne.\n\nTwo.\n~~~\nThree.\n", "One.\n\nTwo."),
        ("One.\n\nTwo. <!--more--> Three.\n", "One.\n\nTwo."),
        ("# Head\n\n![x](y)\n\nOne.\n\nTwo.\n", "One."),
    ],
)
def test_the_excerpt(text: str, teaser: str) -> None:
    assert read(text).teaser == teaser


def test_drafts() -> None:
    assert read("x", "_drafts/a.md").draft
    assert read("---\npublished: false\n---\nx").draft
    assert not read("x").draft


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ 'text' | relative_url }}", "text"),
        ("{{ page.title }}{{ page.nothing }}", "T"),
        ("{{ site.url }}{{ site.baseurl }}/x", "/x"),
        ("{{ variable }} {{x}}^2", "{{ variable }} {{x}}^2"),
        ("{% raw %}never closed", "never closed"),
        ("{%- assign a = 1 -%}x{% unknown %}y{% endunknown %}", "xy"),
        ("[l]({% link _posts/2018-01-02-b.md %})", "[l](ref:_posts/2018-01-02-b.md)"),
        ("50{% of \n it", "50{% of \n it"),
        ('{: .class #id}{:target="_blank"}{: no }', "{: no }"),
        ("1. x\n{:toc}\ny", "\ny"),
    ],
)
def test_the_tags_of_liquid(text: str, expected: str) -> None:
    assert render_liquid(text, {"title": "T"}, {"url": "https://x.example"})[0] == expected


@pytest.mark.parametrize("unit", ["{% raw %}", "{% comment %}", "{%", "{{", "{{ x }}", "{:", "* a\n{:", "{% link x %}"])
def test_many_tags_take_linear_time(unit: str) -> None:
    start = time.process_time()
    render_liquid(unit * (300_000 // len(unit)), {}, {})
    assert time.process_time() - start < 2


@given(st.text(alphabet="{}%-: .#\"'|\nrawendcomtl_"))
def test_no_text_breaks_liquid_and_no_word_outside_is_lost(text: str) -> None:
    assert render_liquid(f"before {text} after", {}, {})[0].startswith("before ")
