"""What a folder would give, and every problem in it, for an author or a blog's own continuous integration.

Reads the folder without an index, with the same code that loads it for the chat.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.library.addresses import Resolver, assign_slugs
from bot.library.folder import scan_folder
from bot.library.plain import Rendering, plain_text
from bot.library.reader import read_review
from bot.library.review import Problem, Review, broken_ref


@dataclass(frozen=True, slots=True)
class Report:
    """The reviews of a folder, drafts included, and what was found wrong, each in the order of the paths."""

    reviews: tuple[Review, ...]
    problems: tuple[Problem, ...]
    resolver: Resolver
    rendering: Rendering

    @property
    def ok(self) -> bool:
        """Tell whether nothing is wrong enough to stop a publication."""
        return not any(problem.severity == "error" for problem in self.problems)

    def to_json(self) -> str:
        """Give the documented JSON object; its fields are Hugo's where Hugo has them."""
        return json.dumps(
            {
                "reviews": [self._row(review) for review in self.reviews],
                "problems": [
                    {"path": p.path, "line": p.line, "severity": p.severity, "reason": p.reason} for p in self.problems
                ],
            },
            ensure_ascii=False,
            indent=2,
        )

    def _row(self, review: Review) -> dict[str, Any]:
        targets = (self.resolver.resolve(ref.target, review.path) for ref in review.refs)
        return {
            "path": review.path,
            "slug": review.slug,
            "title": review.title,
            "date": review.date.isoformat().replace("+00:00", "Z") if review.date else None,
            "draft": review.draft,
            "authors": review.authors,
            "tags": review.tags,
            "categories": review.categories,
            "teaser": plain_text(review.teaser, self.rendering),
            "paper_ids": [str(paper) for paper in review.paper_ids],
            "links": [link.url for link in review.links],
            "refs": list(dict.fromkeys(self.reviews[number].slug for number in targets if number is not None)),
            "sections": [section.title for section in review.sections if section.title],
        }


def check_folder(
    root: Path, progress: Callable[[int, int], None] | None = None, *, include: tuple[str, ...] = ()
) -> Report:
    """Read a whole folder, or what the patterns `include` of it; raise OSError when it cannot be listed.

    `progress` is called with the number of files read so far and the number of all.
    """
    scan = scan_folder(root, include)
    reviews: list[Review] = []
    problems: list[Problem] = list(scan.skipped)
    for count, path in enumerate(sorted(scan.files), 1):
        parsed, _ = read_review(root, path, scan.site)
        problems += parsed.problems
        if parsed.review:
            reviews.append(parsed.review)
        if progress:
            progress(count, len(scan.files))
    slugs = assign_slugs({review.path: review.url_path for review in reviews})
    reviews = [replace(review, slug=slugs[review.path]) for review in reviews]
    resolver = Resolver()
    for number, review in enumerate(reviews):
        resolver.add(number, review)
    problems += (
        broken_ref(review.path, ref)
        for review in reviews
        for ref in review.refs
        if resolver.resolve(ref.target, review.path) is None
    )
    problems.sort(key=lambda problem: (problem.path, problem.line))
    return Report(tuple(reviews), tuple(problems), resolver, scan.site.rendering)
