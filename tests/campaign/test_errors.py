"""What a failed job says: one line, bounded, with the remedy where the system refused."""

import errno

import pytest

from atomate2_argyrodite.campaign.execution import failed_by


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS])
def test_what_the_system_refuses_has_a_remedy(number):
    outcome = failed_by(OSError(number, "refused", "/some/folder"))
    assert "choose another work directory, then run again" in outcome.error
    assert "/some/folder" in outcome.error


def test_errors_are_one_bounded_line_without_credentials():
    outcome = failed_by(ValueError("a\nb mongodb://me:S3cret@host/db " + "x" * 10**7))
    assert outcome.error.startswith("ValueError: a b mongodb://***@host/db xxx")
    assert len(outcome.error) < 3_000
    assert len(outcome.traceback) < 11_000
    assert "S3cret" not in outcome.error + outcome.traceback
