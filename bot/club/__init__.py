"""What the club decides, and when."""
