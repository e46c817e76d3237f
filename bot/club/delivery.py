"""Whatever the bot posts by itself is posted once, whenever it is killed and whatever Discord's answers become.

A post is put down as planned, then as being sent, then as sent. What was being sent when the bot ended, or what was
sent without an answer, may stand in the channel: its marker is looked for before it is sent again, and it is sent
again with the same nonce, for which Discord gives the message that it has. It ends as not posted only once no request
for it can be under way any more.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

from bot.club.post import Post, State
from bot.club.stores.posts import PostStore

_log = logging.getLogger(__name__)

C = TypeVar("C")
C_contra = TypeVar("C_contra", contravariant=True)

DEADLINE = 45.0  # seconds for one post, with what discord.py tries again by itself
LEASE = timedelta(seconds=2 * DEADLINE)
PUNCTUAL = timedelta(minutes=5)  # what is posted later than this is late
USEFUL = timedelta(hours=24)  # what would be posted later than this is missed
CLOCK = timedelta(minutes=2)  # by which the clock may differ from Discord's
WANDERING = timedelta(seconds=DEADLINE) + 2 * CLOCK  # for which a request may be under way, by a clock read twice
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 10, 20, 40, 80, 160, 300))
REFUSED = tuple(timedelta(minutes=minutes) for minutes in (1, 15))  # the third refusal is the last


class Undelivered(Exception):
    """Say why something could not be posted or found."""


class ChannelGone(Undelivered):
    """The channel does not exist any more."""


class Refused(Undelivered):
    """Discord does not let the bot post this there; nothing was posted. Asking often gets the bot banned."""


class Unreadable(Undelivered):
    """The bot may not read the channel's history."""


class Unreachable(Undelivered):
    """Nobody knows whether it was posted: no answer, or one that says nothing about it."""


class TooLate(Exception):
    """What `Render` raises for a post that is worth nothing any more, with the reason; organisers hear of it."""


Message = tuple[int, datetime]
"""The id of a message, and when it was posted."""


class Poster(Protocol[C_contra]):
    """Posts into channels. What it raises is an Undelivered."""

    async def post(self, channel_id: int, content: C_contra, nonce: str, marker: str) -> int:
        """Post a message that carries a marker, and give its id; for a nonce of minutes ago that of the earlier one.

        Raises ChannelGone, Refused or Unreachable.
        """
        ...

    async def find(self, channel_id: int, marker: str, since: datetime) -> Message | None:
        """Give the bot's own message with a marker, if there is one.

        Raises ChannelGone, Unreadable or Unreachable.
        """
        ...

    async def clock_offset(self) -> timedelta | None:
        """Give by how much the local clock is ahead of Discord's, if that is known."""
        ...


Render = Callable[[Post], Awaitable[C | None]]
"""Makes the content of a post when it is sent; None when it is not needed any more. May raise TooLate."""
Sent = Callable[[Post, int], Awaitable[None]]
"""Hears the id of the message. It is not called when the bot is killed just then: `PostStore.get` tells it too."""
Trouble = Callable[[Post, State, str], Awaitable[None]]
"""Hears that a post was not posted, or may not have been, and why, in a sentence for organisers."""


@dataclass(frozen=True, slots=True)
class Kind(Generic[C]):
    """How posts of a kind are made, and for how long after their time they are useful."""

    render: Render[C]
    sent: Sent | None
    useful: timedelta


class Outbox(Generic[C]):
    """Posts what is due. It never posts twice, and what it does not post it gives a reason for."""

    def __init__(self, posts: PostStore, poster: Poster[C]) -> None:
        self._posts = posts
        self._poster = poster
        self._kinds: dict[str, Kind[C]] = {}
        self._troubles: list[Trouble] = []
        self._clock_told = False
        self.waker: Callable[[], None] | None = None  # what `wake` calls: whoever runs `tick`

    def on(self, kind: str, render: Render[C], *, sent: Sent | None = None, useful: timedelta = USEFUL) -> None:
        """Let `render` make the posts of a kind: of every rung of this name, up to a colon.

        It is called anew for each try. `useful` is for how long after its time a post is better than none.
        """
        if kind in self._kinds:
            raise ValueError(f"posts of the kind {kind!r} are made already")
        self._kinds[kind] = Kind(render, sent, useful)

    def on_trouble(self, hear: Trouble) -> None:
        """Let somebody hear of posts that were missed, are in doubt, or whose channel is gone."""
        self._troubles.append(hear)

    def wake(self) -> None:
        """Post soon what was planned just now, rather than with the next regular pass."""
        if self.waker is not None:
            self.waker()

    async def start(self) -> None:
        """Take up what an earlier run was doing; once, before the first pass."""
        await self._posts.release()

    async def tick(self, now: datetime) -> datetime | None:
        """Work on what is due; give the moment at which there is next something to do, None if nothing is planned.

        What goes wrong with one post is put down and logged, and does not concern the others. Raises StorageFault
        when the database cannot be used.
        """
        if not await self.clock_is_right():
            return now + CLOCK
        at = await self._posts.next_at()
        if at is None or at > now:
            return at
        channels: dict[int, list[Post]] = {}
        for post in await self._posts.claim(now, LEASE):
            channels.setdefault(post.channel_id, []).append(post)
        await asyncio.gather(*(self._deliver_in_order(posts, now) for posts in channels.values()))
        return await self._posts.next_at()

    async def clock_is_right(self) -> bool:
        """Tell whether what depends on the time may be done."""
        offset = await self._poster.clock_offset()
        right = offset is None or abs(offset) <= CLOCK
        if not right and not self._clock_told:
            _log.error("the clock of this machine is wrong by %s: nothing is posted until it is right", offset)
        self._clock_told = not right
        return right

    async def _deliver_in_order(self, posts: Sequence[Post], now: datetime) -> None:
        for post in posts:
            try:
                await self._deliver(post, now)
            except Exception:
                # The lease ends by itself, and then the post is taken up as it was left.
                _log.exception("the post %s of guild %s failed", _name(post), post.guild_id)

    async def _deliver(self, post: Post, now: datetime) -> None:
        """Take one post as far as it comes."""
        try:
            async with asyncio.timeout(DEADLINE):
                message = await self._find(post) or await self._send(post, now)
        except ChannelGone:
            await self._end(post, State.CANCELLED, now, "Its channel was deleted.", trouble=True)
        except Unreadable as error:
            reason = f"It was being posted when the bot or Discord failed, and whether it was cannot be seen: {error}"
            await self._end(post, State.IN_DOUBT, now, reason, trouble=True)
        except Refused as error:
            if post.refusals < len(REFUSED) or _arrives_until(post) > now:
                pause = REFUSED[min(post.refusals, len(REFUSED) - 1)]
                await self._posts.put_off(post, now + pause, str(error), refused=True)
            else:
                await self._end(post, State.MISSED, now, str(error), trouble=True)
        except Unreachable as error:
            await self._put_off(post, now, str(error))
        except TimeoutError:
            await self._put_off(post, now, "Discord did not answer.")
        else:
            if message is not None:
                await self._posted(post, now, *message)

    async def _find(self, post: Post) -> Message | None:
        """Look for a post that an earlier try may have posted."""
        if post.state is not State.SENDING or post.began_at is None:
            return None
        return await self._poster.find(post.channel_id, post.mark, post.began_at - 2 * CLOCK)

    async def _send(self, post: Post, now: datetime) -> Message | None:
        """Post what has not been posted, if it is still worth it."""
        kind = self._kinds.get(post.kind)
        if now - post.due_at >= (kind.useful if kind else USEFUL):
            reason = f"It came too late: {post.reason or 'the bot was not running at its time.'}"
            return await self._give_up(post, State.MISSED, now, reason)
        if post.superseded and now - post.due_at > PUNCTUAL:
            return await self._give_up(post, State.MISSED, now, "It was late, and a later post took its place.")
        if kind is None:
            await self._put_off(post, now, "This version of the bot does not know such posts.")
            return None
        try:
            content = await kind.render(post)
        except TooLate as error:
            return await self._give_up(post, State.MISSED, now, str(error))
        except Exception:
            _log.exception("the post %s of guild %s could not be made", _name(post), post.guild_id)
            await self._put_off(post, now, "The bot failed to write it; its log says why.")
            return None
        if content is None:
            return await self._give_up(post, State.CANCELLED, now, "It was not needed any more.")
        if not await self._posts.begin(post, now):
            return None  # the lease ended, and another process has it
        return await self._poster.post(post.channel_id, content, post.mark, post.mark), now

    async def _posted(self, post: Post, now: datetime, message_id: int, at: datetime) -> None:
        state = State.LATE if at - post.due_at > PUNCTUAL else State.SENT
        kind = self._kinds.get(post.kind)
        if await self._posts.mark_posted(post, state, now, message_id) and kind and kind.sent:
            await kind.sent(post, message_id)

    async def _put_off(self, post: Post, now: datetime, reason: str) -> None:
        pause = PAUSES[min(post.tries, len(PAUSES)) - 1]
        _log.warning("the post %s of guild %s waits for %s: %s", _name(post), post.guild_id, pause, reason)
        await self._posts.put_off(post, now + pause, reason)

    async def _give_up(self, post: Post, state: State, now: datetime, reason: str) -> None:
        """End a post that is not sent again, once it is known that no earlier try posts it."""
        if (until := _arrives_until(post)) > now:
            await self._posts.put_off(post, until, post.reason)
        else:
            await self._end(post, state, now, reason, trouble=state is State.MISSED)

    async def _end(self, post: Post, state: State, now: datetime, reason: str, *, trouble: bool = False) -> None:
        if not await self._posts.end(post, state, now, reason):
            return
        _log.log(logging.WARNING if trouble else logging.INFO, "the post %s of guild %s is %s: %s", _name(post),
                 post.guild_id, state, reason)  # fmt: skip
        for hear in self._troubles if trouble else ():
            await hear(post, state, reason)


def _arrives_until(post: Post) -> datetime:
    """Give the moment up to which a request to post it may arrive."""
    return post.asked_at + WANDERING if post.state is State.SENDING and post.asked_at else post.due_at


def _name(post: Post) -> str:
    return " ".join(filter(None, (post.slot, post.date, post.rung)))
