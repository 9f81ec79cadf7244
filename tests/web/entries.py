"""Every route by its name, with the guard that it has to have: a route that is not told here fails the suite.

PARTS are the sample's values for the parts of addresses, by name; QUERIES what single routes need beside them.
"""

ENTRIES: dict[str, str] = {
    name: guard
    for guard, names in {
        "anybody": """
            front begin link enter leave reading read-so feed connected
            sign-in sign-in-mail sign-in-at signed-in-at api
        """,
        "coordinator": """
            home coordinators invite-coordinator remove-coordinator withdraw-invitation
            people links links-do remind remind-do person person-link person-mail person-revoke
            group session group-sure group-do explain
            coverage fairness digest
            planning plan job stop-job job-live changes publishing publish keep-old release proposal undo-move
            undoing undo log settings keep-settings test-connections export delete-programme
            importing bring import-sample import-preview import-columns import-cell import-all import-corrected
            import-save
            tokens make-token revoke-token webhooks make-webhook webhook try-webhook rotate-webhook enable-webhook
            remove-webhook resend-message
        """,
        "founder": "new-programme create-programme sample",
        "participant": """
            meetings feed-renew meeting-withdraw meeting-undo meeting-answer meeting meeting-ask meeting-confirm
            meeting-unsay calendars calendar-connect calendar-begin calendar-choose calendar-chosen
            calendar-disconnect calendar-disconnected limits limits-save limits-week
        """,
        "partner": """
            pair join book choose take-back share pair-file why
        """,
        "": "alive ready google graph openapi",
        "api_read": """
            api-programme api-people api-person api-groups api-group api-occurrences api-coverage api-fairness
            api-job api-job-events api-draft api-diff api-decisions api-decision api-times api-explain
        """,
        "api_plan": "api-new-plan api-stop-job",
        "api_apply": "api-apply api-accept api-refuse api-undo",
        "api_people": "api-change-person",
        "api_webhooks": """
            api-webhooks api-new-webhook api-webhook api-remove-webhook api-rotate api-enable api-test-webhook
            api-messages api-resend
        """,
    }.items()
    for name in names.split()
}

PARTS = {"programme": "spring", "person": "amara", "provider": "google", "session": "1", "number": "0", "plan": "draft"}
QUERIES = {
    "group-sure": "?what=pause",
    "pair-file": "?at=Tue+15:00",
    "why": "?at=Tue+15:00",
    "api-times": "?group={group}&top=1",
    "api-explain": "?group={group}&at=Tue+15:00",
}
GONE = {"calendar-connect", "calendar-begin", "calendar-disconnect", "calendar-disconnected", "api-decision"}
"""Routes that show 404 to those who may see them, too, since the sample lacks what they are about."""
STREAMS = {"job-live", "api-job-events"}
"""Routes whose answer lasts as long as a job."""
ELSEWHERE = {"signed-in-at", "connected", "sign-in-at"}
"""Routes that say by 403 or 422 that something did not begin here."""
