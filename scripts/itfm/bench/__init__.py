"""Measures the engine on a made company: time, memory, growth, and other tools beside it."""
