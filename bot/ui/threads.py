"""The thread in which a message is discussed: opened once, by whoever clicks first.

Discord gives the thread of a message the message's own id, and refuses a second one. So a click after a kill, or at the
same time as another one, leads to the same thread, whatever was stored.
"""

import aiohttp
import discord

from bot.errors import ClubError

# https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
_EXISTS = 160_004
_TOO_MANY = 160_006
_UNKNOWN = (10_003, 10_008)  # channel and message
_WRONG_CHANNEL = (50_024, 50_068)  # a thread, or a kind of channel that has none
_BROKEN = (aiohttp.ClientError, OSError)


async def open_thread(client: discord.Client, message: discord.Message, name: str) -> int:
    """Open the thread of a message, or find it, and give its id; raise ClubError with who can mend what keeps from it.

    `name` is at most 100 characters.
    """
    try:
        return (await message.create_thread(name=name)).id
    except discord.HTTPException as error:
        if error.code != _EXISTS:
            raise _read(error) from error
    except _BROKEN as error:
        raise ClubError(_AGAIN) from error
    try:
        await client.fetch_channel(message.id)
    except discord.NotFound as error:
        raise ClubError(
            "The thread of this message was deleted, and Discord opens none a second time: discuss it in a thread that "
            "you open yourself."
        ) from error
    except discord.Forbidden as error:
        raise _read(error) from error
    except (discord.HTTPException, *_BROKEN):
        pass  # it exists: that is what Discord said
    return message.id


_AGAIN = "Discord did not answer, so no thread was opened. Please try again in a moment."


def _read(error: discord.HTTPException) -> ClubError:
    if isinstance(error, discord.Forbidden):
        return ClubError(
            "Paperclub may not open threads here. Who manages the channel allows it, in the channel's settings under "
            "Permissions: Create Public Threads and Send Messages in Threads. Then click again."
        )
    if error.code == _TOO_MANY:
        return ClubError("The server has as many open threads as Discord allows. Who manages it closes some old ones.")
    if error.code in _UNKNOWN:
        return ClubError("This message was deleted, so it has no thread.")
    if error.code in _WRONG_CHANNEL:
        return ClubError("Discord opens no threads in a channel of this kind: discuss it right here.")
    return ClubError(_AGAIN)
