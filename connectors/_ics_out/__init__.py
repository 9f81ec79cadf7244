"""Events written as iCalendar text (RFC 5545): content lines, time zones, events, and files of several of them."""
