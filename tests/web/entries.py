"""Every page route by its name, with the guard that it has to have: a route that is not told here fails the suite.

PARTS are the sample's values for the parts of addresses, by name; SPECIAL those of single routes.
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
        "signed_in": "new-programme create-programme sample",
        "participant": """
            meetings feed-renew meeting-withdraw meeting-undo meeting-answer meeting meeting-ask meeting-confirm
            meeting-unsay calendars calendar-connect calendar-begin calendar-choose calendar-chosen
            calendar-disconnect calendar-disconnected limits limits-save limits-week
        """,
        "partner": """
            pair join book choose take-back share pair-file why
        """,
    }.items()
    for name in names.split()
}

PARTS = {"programme": "spring", "person": "amara", "provider": "google", "session": "1", "number": "1"}
SPECIAL: dict[str, dict[str, str]] = {}
GONE = {"calendar-connect", "calendar-begin", "calendar-disconnect", "calendar-disconnected"}
"""Routes that show 404 to those who may see them, too, since the sample lacks what they are about; as all do with a
part in their address that the sample has no value for."""
ELSEWHERE = {"signed-in-at", "connected", "sign-in-at", "group-sure"}
"""Routes that say by 403 or 422 that something did not begin here, or that their query lacks what they need."""
