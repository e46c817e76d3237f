"""Where the club's own data is kept: SQLite beside the bot, or PostgreSQL."""
