"""iCalendar text to busy times: repair, scan, expand; titles and people are never looked at."""
