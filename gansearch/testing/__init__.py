"""Fakes, tiny data sets and contract suites, for the tests of gansearch and for authors of plug-ins.

A plug-in's test needs one line for each suite, under any test runner::

    from gansearch.testing.contracts import check_trick

    def test_contract() -> None:
        check_trick(MyTrick)

Every check raises ``AssertionError`` with what must hold and what was got.
"""
