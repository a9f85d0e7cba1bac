"""The front door of previews beside the proxies that people put in front of dev servers."""
