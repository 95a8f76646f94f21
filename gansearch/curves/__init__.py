"""The durable record of what happened: one append-only, checksummed record file per trial."""

from gansearch.curves.curve import Curve
from gansearch.curves.reader import read_curve
from gansearch.curves.record import Record
from gansearch.curves.writer import CurveWriter

__all__ = ["Curve", "CurveWriter", "Record", "read_curve"]
