"""POSTs to the servers of others, signed so that they know whom they are from."""
