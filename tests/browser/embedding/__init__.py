"""A product on another origin that has a conversation on its page: an element, or a frame."""
