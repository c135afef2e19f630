"""Times of the worksheet functions in LibreOffice Calc: ``python -m benchmarks.calc_functions``, from the repository.

Each is the best of several recalculations of a whole document; the first call includes the start of the interpreter
that LibreOffice asks. The add-in remembers the results of small calls, so a call with the same arguments is cheaper.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.udfs.calc_office import Office
from xl_ltc_udfs.call import call

CELLS, YEARS, ROWS, REPEATS = 1000, 60, 77_020, 5


def main() -> None:
    """Print the times."""
    with tempfile.TemporaryDirectory() as folder, Office(Path(folder)) as office:
        start = time.perf_counter()
        office.value("=LTC_LLR({1|2};{3|4};0.04)")
        _say("first call, the interpreter started", time.perf_counter() - start)

        office("open", "private:factory/scalc")
        office("calculate_by_hand")
        rng = np.random.default_rng(1)
        office("put_all", 0, f"A1:B{YEARS}", _formulas(rng.uniform(100.0, 2000.0, (YEARS, 2))))
        formula = f"=LTC_LLR($A$1:$A${YEARS};$B$1:$B${YEARS};$C$1+ROW()/100000)"
        office("put_all", 0, f"D1:D{CELLS}", [[formula]] * CELLS)
        first = min(_with_other_arguments(office, 0.01 * n) for n in range(REPEATS))
        _say(f"{CELLS:,} cells with LTC_LLR on two {YEARS}×1 ranges, each for the first time", first)
        in_python = _llr_in_python(rng)
        _say("  the same calls in plain Python", in_python)
        _say("  passing them and their results", first - in_python)
        _say("recalculated with the same arguments", min(office("calculate") for _ in range(REPEATS)))

        office("open", "private:factory/scalc")
        sexes, ages = rng.choice(["Female", "Male"], ROWS).tolist(), rng.integers(40, 100, ROWS).tolist()
        office("put_all", 0, f"A1:B{ROWS}", [[sex, str(age)] for sex, age in zip(sexes, ages, strict=True)])
        for name, formula in (
            ("LTC_QX", f"=LTC_QX(A1:A{ROWS};B1:B{ROWS})"),
            ("LTC_AE", f"=LTC_AE(B1:B{ROWS};B1:B{ROWS})"),
        ):
            office("put_array", 0, f"D1:D{ROWS}", formula)
            in_calc = min(office("calculate") for _ in range(REPEATS))
            _say(f"{ROWS:,} rows of {name} by one array formula", in_calc)
            _say("  the same call in plain Python", _rows_in_python(name, sexes, ages))
            office("put_array", 0, f"D1:D{ROWS}", "")


def _with_other_arguments(office: Office, rate: float) -> float:
    office("put", 0, "C1", str(rate))
    return office("calculate")


def _formulas(numbers: np.ndarray) -> list[list[str]]:
    return [[repr(number) for number in row] for row in numbers.tolist()]


def _llr_in_python(rng: np.random.Generator) -> float:
    claims, premium = rng.uniform(100.0, 2000.0, (2, YEARS, 1))
    return _best(lambda: [call("LTC_LLR", (claims, premium, 0.04)) for _ in range(CELLS)])


def _rows_in_python(name: str, sexes: list[str], ages: list[int]) -> float:
    age = tuple((float(value),) for value in ages)
    first = tuple((value,) for value in sexes) if name == "LTC_QX" else age
    return _best(lambda: call(name, (first, age)))


def _best(work: object) -> float:
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()  # type: ignore[operator]
        times.append(time.perf_counter() - start)
    return min(times)


def _say(what: str, seconds: float) -> None:
    print(f"{what:<80} {seconds:7.3f} s")


if __name__ == "__main__":
    main()
