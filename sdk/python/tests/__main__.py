"""Runs all tests: python3 -m tests. Warnings are errors; the slowest tests are named with --slow."""

from __future__ import annotations

import sys
import time
import unittest
from typing import Any, List, Tuple


class Timed(unittest.TextTestResult):
    spent: List[Tuple[float, str]] = []

    def startTest(self, test: unittest.TestCase) -> None:
        self._began = time.monotonic()
        super().startTest(test)

    def stopTest(self, test: unittest.TestCase) -> None:
        self.spent.append((time.monotonic() - self._began, test.id()))
        super().stopTest(test)


def main() -> int:
    suite: Any = unittest.defaultTestLoader.discover("tests", top_level_dir=".")
    runner: Any = unittest.TextTestRunner()
    runner.resultclass = Timed
    runner.warnings = "error"
    result = runner.run(suite)
    if "--slow" in sys.argv:
        for seconds, name in sorted(Timed.spent, reverse=True)[:10]:
            print(f"{seconds:6.2f} s  {name}")
    return 0 if result.wasSuccessful() and result.testsRun else 1


if __name__ == "__main__":
    sys.exit(main())
