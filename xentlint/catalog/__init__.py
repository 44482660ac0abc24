"""What each API name means, as data: rows with the place where they were checked."""
