"""The image and its containers: sizes, times, memory."""
