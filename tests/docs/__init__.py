"""What the documentation says, and what the code has, read from each of them."""
