"""What the bot may do in a channel, as far as it needs it there."""

from collections.abc import Collection

import discord

# Posting, finding its own posts again (without the history Discord gives an empty list), and threads to discuss in.
NEEDED = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "read_message_history": "Read Message History",
    "create_public_threads": "Create Public Threads",
    "send_messages_in_threads": "Send Messages in Threads",
}


TO_POST = ("view_channel", "send_messages", "read_message_history")  # what needs no threads


def missing_permissions(channel: discord.TextChannel, needed: Collection[str] = tuple(NEEDED)) -> list[str]:
    """Name those of the `needed` permissions that the bot lacks in a channel, as Discord's settings call them.

    `permissions_for` of discord.py is of no use here: where the channel cannot be seen, it finds none at all, and
    organisers would read five names where one is to be mended.
    """
    me = channel.guild.me
    granted = me.guild_permissions
    if granted.administrator:
        return []
    value = granted.value
    everyone, *roles = me.roles  # in this order, https://docs.discord.com/developers/topics/permissions
    for holders in ([everyone], roles, [me]):
        pairs = [channel.overwrites_for(holder).pair() for holder in holders]
        for _, deny in pairs:
            value &= ~deny.value
        for allow, _ in pairs:
            value |= allow.value
    effective = discord.Permissions(value)
    return [name for flag, name in NEEDED.items() if flag in needed and not getattr(effective, flag)]
