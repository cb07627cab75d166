"""Whether a student is told what the mistake is."""

from dlcourse.checks.outcome import Kind

SAYS_IT = (Kind.CHANGED, Kind.DTYPE)  # a message that names the mistake by itself


def says_what_is_wrong(failure):
    """Tell whether a mistake was named: by its own hint, or by a message about nothing else."""
    says_it = failure.kind in SAYS_IT or "returns nothing" in failure.message
    return bool(failure.misconception) or says_it
