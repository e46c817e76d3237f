"""The only SQL of the club's data. Each function that takes a connection is a part of somebody's transaction."""
