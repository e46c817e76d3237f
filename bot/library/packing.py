"""A review as bytes, and back: what the index stores, the readers send, and the shelf keeps in memory.

As Python objects a review takes three times as much memory, and a library may hold a hundred thousand.
"""

from datetime import datetime

import orjson

from bot.library.review import Link, Ref, Review, Section
from bot.papers.identifiers import PaperId


def pack_review(review: Review) -> bytes:
    """Give a review as UTF-8 JSON, without its key and slug, which depend on the other reviews."""
    return orjson.dumps(
        [
            review.path,
            review.url_path,
            review.title,
            "" if review.name == review.title else review.name,
            review.authors,
            _moment(review.date),
            _moment(review.publish_date),
            _moment(review.expiry_date),
            review.draft,
            review.unclear_date,
            review.own_url,
            review.tags,
            review.categories,
            review.aliases,
            review.teaser,
            [[link.text, link.url] for link in review.links],
            [[paper.scheme, paper.value, paper.version] for paper in review.paper_ids],
            [[ref.target, ref.line] for ref in review.refs],
            [[part.title, part.anchor, part.start, part.end] for part in review.sections],
        ]
    )


def unpack_review(data: bytes, key: str = "", slug: str = "") -> Review:
    """Give the review that `pack_review` packed."""
    row = orjson.loads(data)
    return Review(
        key=key,
        path=row[0],
        slug=slug,
        url_path=row[1],
        title=row[2],
        name=row[3] or row[2],
        authors=tuple(row[4]),
        date=datetime.fromisoformat(row[5]) if row[5] else None,
        publish_date=datetime.fromisoformat(row[6]) if row[6] else None,
        expiry_date=datetime.fromisoformat(row[7]) if row[7] else None,
        draft=row[8],
        unclear_date=row[9],
        own_url=row[10],
        tags=tuple(row[11]),
        categories=tuple(row[12]),
        aliases=tuple(row[13]),
        teaser=row[14],
        links=tuple(Link(*link) for link in row[15]),
        paper_ids=tuple(PaperId(*paper) for paper in row[16]),
        refs=tuple(Ref(*ref) for ref in row[17]),
        sections=tuple(Section(*part) for part in row[18]),
    )


def _moment(value: datetime | None) -> str | None:
    return value.isoformat() if value else None
