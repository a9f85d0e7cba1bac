"""What every door to HTTP/1.1 stands on: how heads are read, how connections come in."""
