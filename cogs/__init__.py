"""The commands of the bot: a module each for a part of the club. Whatever lies here is loaded."""
