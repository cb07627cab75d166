"""Lighthouse on the heaviest pages; how fast they are, ``benchmarks/lighthouse.py`` measures."""

import pytest
from book.lighthouse import lighthouse, scores

pytestmark = [pytest.mark.site, pytest.mark.alone]


def test_a_heavy_page_is_accessible_and_steady_on_a_telephone(server, chromium, heavy_page):
    report = lighthouse(f"{server}/{heavy_page}", *chromium)
    found = scores(report)
    for name in ("accessibility", "best-practices", "seo"):
        assert found[name] == 100, name
    assert report["audits"]["cumulative-layout-shift"]["numericValue"] < 0.05
