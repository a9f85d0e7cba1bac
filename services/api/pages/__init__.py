"""What a person with a browser sees."""
