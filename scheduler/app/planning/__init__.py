"""From a plan to calendars and back: times and their reasons, deciding by hand, publishing, undoing."""
