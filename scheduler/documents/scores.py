"""The figures of a checked plan. For commands that need neither programme nor database."""

from scheduler.core.verify import Report


def score_document(report: Report) -> dict[str, object]:
    """The figures of a checked plan, as JSON."""
    score = report.score
    return {
        "planned": score.planned,
        "happen": score.happen,
        "held": score.held,
        "moved": score.moved,
        "pinned": score.pinned,
        "skipped": score.skipped,
        "unplaced_series": score.unplaced_series,
        "changed": score.changed,
        "keep": score.keep,
        "strain": score.strain,
        "excess_moves": score.excess_moves,
        "absences": score.absences,
        "worst_burden": round(score.worst_burden, 3),
        "total_pain": score.total_pain,
        "discomfort": score.discomfort,
        "violations": len(report.faults),
    }
