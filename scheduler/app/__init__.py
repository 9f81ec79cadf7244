"""The use cases, and the composition root: here ports are filled in, and nobody else names connectors.

From the ground up: `wiring` (a programme with its ports), `meetings` and `telling`, `repair`, `service` (what runs
unattended), `programmes`, `planning` and `access`, `site` (what pages and API work on), then `people`, `calendars` and
`pairs`; `doctor` looks at all of it. Import contracts keep that order.
"""
