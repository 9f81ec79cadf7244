"""Invitations by mail (iMIP): their calendars, the mails around them, and the server that takes them."""
