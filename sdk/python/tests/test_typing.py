"""What type checkers say of the use of the client."""

from __future__ import annotations

import re
import shutil
import subprocess
import unittest
from pathlib import Path
from typing import Set

ROOT = Path(__file__).resolve().parent.parent


@unittest.skipUnless(shutil.which("mypy"), "needs mypy")
class Typing(unittest.TestCase):
    def objections(self, name: str) -> Set[int]:
        done = subprocess.run(["mypy", "--strict", f"tests/typing/{name}.py"], cwd=ROOT, capture_output=True, text=True)
        self.assertLess(done.returncode, 2, done.stderr)
        return {int(line) for line in re.findall(r"^tests/typing/\w+\.py:(\d+): error:", done.stdout, re.M)}

    def test_good_use_is_accepted(self) -> None:
        self.assertEqual(self.objections("uses"), set())

    def test_misuse_is_found(self) -> None:
        lines = (ROOT / "tests/typing/misuses.py").read_text("utf-8").splitlines()
        wrong = {number for number, line in enumerate(lines, 1) if line.endswith("# wrong")}
        self.assertGreater(len(wrong), 10)
        self.assertEqual(self.objections("misuses"), wrong)
