"""The whole daemon under a long, ordinary load: what it holds, and how soon it answers, stays."""
