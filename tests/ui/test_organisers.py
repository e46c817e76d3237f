"""Who is an organiser where there is no club."""

from types import SimpleNamespace
from typing import Any

import discord
import pytest

from bot.club.club import Club
from bot.club.stores.clubs import ClubStore
from bot.errors import ClubError, NotOrganiser
from bot.ui.organisers import is_organiser, require_organiser


async def test_a_direct_message_belongs_to_no_club(make_database: Any) -> None:
    alone: Any = SimpleNamespace(guild_id=None, guild=None, user=None, permissions=discord.Permissions.all())
    with pytest.raises(ClubError, match="Use this in the club's server") as error:
        await require_organiser(alone, ClubStore(make_database()))
    assert not isinstance(error.value, NotOrganiser)


def test_who_may_manage_one_server_is_no_organiser_of_another_club() -> None:
    here: Any = SimpleNamespace(guild_id=1, guild=None, user=None, permissions=discord.Permissions(manage_guild=True))
    assert is_organiser(here, Club(1))
    assert not is_organiser(here, Club(2))
