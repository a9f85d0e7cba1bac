"""The routes of the original under /api, as its clients know them: a thin layer over ours."""
