"""What a club has set."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Club:
    """A club is a server of Discord. One that has set nothing yet has these values.

    `channel_id` is where the bot posts by itself; `organiser_role_id` is the role whose members are organisers beside
    those who may manage the server; `ping_role_id` is the role that posts may notify, which members join and leave by
    themselves; `zone` is an IANA name; `quota` is how many suggestions of one member may be open.
    """

    guild_id: int
    channel_id: int | None = None
    organiser_role_id: int | None = None
    zone: str = "UTC"
    quota: int = 5
    ping_role_id: int | None = None
