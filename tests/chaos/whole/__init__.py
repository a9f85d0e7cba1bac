"""Everything goes wrong with the whole daemon, on a real site, while people edit in six threads."""
