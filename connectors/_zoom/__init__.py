"""Zoom: signing in as an app of one's own, and its meetings."""
