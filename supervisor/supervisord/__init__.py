"""Coming from supervisord: its configuration as a TOML of ours."""
