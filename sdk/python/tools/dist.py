#!/usr/bin/env python3
"""Builds sdist and wheel into dist/, the same bytes for the same sources, and refuses whatever does not belong in them.

usage: dist.py [--check]    with --check everything is built twice, and the wheel once more from the sdist

Wants setuptools (and `wheel`, where setuptools is older than 70). Nothing is fetched. SOURCE_DATE_EPOCH is the time of the files;
without it that of the last commit.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from email import message_from_bytes
from pathlib import Path
from typing import Any, Dict, List, Optional

ROOT = Path(__file__).resolve().parent.parent
# What a package consists of. Everything else in the directory stays at home.
SOURCES = ("pyproject.toml", "MANIFEST.in", "README.md", "CHANGELOG.md")
GENERATED = ("__init__", "types", "operations", "resources", "async_resources")
MODULES = ("__init__", "_async_client", "_async_transport", "_calls", "_client", "_http1", "_operation", "_paging", "_transport", "errors",
           "langchain", "langgraph", "types")
PACKAGE = [f"perdura/{name}.py" for name in MODULES] + [f"perdura/_generated/{name}.py" for name in GENERATED] + ["perdura/py.typed"]


class Fault(Exception):
    """Nothing is released."""


def version() -> str:
    text = (ROOT / "src/perdura/_generated/operations.py").read_text("utf-8")
    found = re.search(r"^VERSION = '([^']+)'$", text, re.M)
    if not found:
        raise Fault("no version: run tools/generate.py first")
    return found[1]


def epoch() -> str:
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given:
        return given
    done = subprocess.run(["git", "-C", str(ROOT), "log", "-1", "--format=%ct", "--", "."], capture_output=True, text=True)
    # Before 1980 a zip archive has no dates.
    return done.stdout.strip() if done.returncode == 0 and done.stdout.strip() else "315532800"


def stage(folder: Path, source: Optional[Path] = None) -> Path:
    """A copy of the sources with nothing else in it, and with the same modes whatever the umask is."""
    work = folder / "work"
    if source is not None:
        shutil.copytree(source, work)
        return work
    work.mkdir()
    for name in SOURCES:
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, work / name)
    for name in PACKAGE:
        if not (ROOT / "src" / name).exists():
            raise Fault(f"src/{name} is missing: run tools/generate.py first")
        (work / "src" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "src" / name, work / "src" / name)
    surplus = {str(file.relative_to(ROOT / "src")) for file in (ROOT / "src/perdura").rglob("*")
               if file.is_file() and "__pycache__" not in file.parts} - set(PACKAGE)
    if surplus:
        raise Fault(f"files that tools/dist.py does not know: {sorted(surplus)}")
    for file in work.rglob("*"):
        file.chmod(0o755 if file.is_dir() else 0o644)
    return work


def build(kind: str, work: Path, out: Path) -> Path:
    script = ("import os, sys; os.umask(0o22); from setuptools import build_meta; "
              f"print(build_meta.build_{kind}(sys.argv[1]), file=sys.stderr)")
    settings = {**os.environ, "SOURCE_DATE_EPOCH": epoch(), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}
    done = subprocess.run([sys.executable, "-c", script, str(out)], cwd=work, env=settings, capture_output=True, text=True)
    if done.returncode:
        raise Fault(f"setuptools could not build the {kind}:\n{done.stdout}{done.stderr}")
    made = out / done.stderr.strip().splitlines()[-1]
    return settle(made) if kind == "sdist" else made


def settle(archive: Path) -> Path:
    """Writes the tar anew: sorted, everything of the same owner and time, which setuptools takes from the machine, and with the name
    that PEP 625 wants, which only newer ones give."""
    time = int(epoch())
    stem = f"perdura_client-{version()}"
    packed = io.BytesIO()
    with tarfile.open(archive) as old, tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as new:
        for member in sorted(old.getmembers(), key=lambda one: one.name):
            entry = tarfile.TarInfo("/".join([stem, *member.name.split("/")[1:]]))
            entry.type, entry.size, entry.mtime, entry.mode = member.type, member.size, time, 0o755 if member.isdir() else 0o644
            new.addfile(entry, old.extractfile(member) if member.isfile() else None)
    archive.unlink()
    settled = archive.with_name(f"{stem}.tar.gz")
    with open(settled, "wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=time) as pressed:
        pressed.write(packed.getvalue())
    return settled


def names_in(archive: Path) -> List[str]:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return sorted(wheel.namelist())
    with tarfile.open(archive) as sdist:
        return sorted(member.name for member in sdist.getmembers() if member.isfile())


def expected(archive: Path) -> List[str]:
    number = version()
    if archive.suffix == ".whl":
        info = f"perdura_client-{number}.dist-info"
        return sorted([*PACKAGE, *(f"{info}/{name}" for name in ("METADATA", "RECORD", "WHEEL", "top_level.txt"))])
    egg = [f"src/perdura_client.egg-info/{name}" for name in
           ("PKG-INFO", "SOURCES.txt", "dependency_links.txt", "requires.txt", "top_level.txt")]
    mine = [*SOURCES, "PKG-INFO", "setup.cfg", *(f"src/{name}" for name in PACKAGE), *egg]
    return sorted(f"{archive.name[:-len('.tar.gz')]}/{name}" for name in mine)


def judge(archive: Path) -> None:
    found, wanted = names_in(archive), expected(archive)
    if found != wanted:
        raise Fault(f"{archive.name} has {sorted(set(found) - set(wanted))} too much and {sorted(set(wanted) - set(found))} too little")


def described(wheel: Path) -> None:
    """What a package index would refuse, or show wrongly."""
    number = version()
    with zipfile.ZipFile(wheel) as archive:
        said = message_from_bytes(archive.read(f"perdura_client-{number}.dist-info/METADATA"))
    wanted = {"Name": "perdura-client", "Version": number, "Requires-Python": ">=3.9", "Description-Content-Type": "text/markdown"}
    wrong = {key: said[key] for key, value in wanted.items() if said[key] != value}
    needs = [one for one in said.get_all("Requires-Dist", []) if "extra ==" not in one]
    if wrong or needs or not str(said.get_payload()).startswith("# perdura-client"):
        raise Fault(f"the metadata say {wrong}, need {needs}, or have no README")
    if not re.search(rf"^## {re.escape(number)} ", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M):
        raise Fault(f"CHANGELOG.md has no entry for {number}")


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def make(out: Path, source: Optional[Path] = None) -> List[Path]:
    with tempfile.TemporaryDirectory() as folder:
        work = stage(Path(folder), source)
        out.mkdir(parents=True, exist_ok=True)
        # The wheel first: it leaves build/ and an egg-info, which the sdist makes anew.
        made = [build("wheel", work, out)]
        shutil.rmtree(work / "build", ignore_errors=True)
        return made if source is not None else [*made, build("sdist", work, out)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    out = ROOT / "dist"
    shutil.rmtree(out, ignore_errors=True)
    try:
        made = make(out)
        for archive in made:
            judge(archive)
        described(made[0])
        if given.check:
            check(made)
    except Fault as fault:
        print(f"dist: {fault}", file=sys.stderr)
        return 1
    for archive in made:
        print(f"{digest(archive)}  {archive.name} ({archive.stat().st_size} bytes)")
        print("".join(f"    {name}\n" for name in names_in(archive)), end="")
    (out / "SHA256SUMS").write_text("".join(f"{digest(archive)}  {archive.name}\n" for archive in made), "utf-8")
    return 0


def check(made: List[Path]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for first, second in zip(made, make(Path(folder) / "again")):
            if digest(first) != digest(second):
                raise Fault(f"{first.name} is not the same when it is built again")
        wheel, sdist = made
        with tarfile.open(sdist) as archive:
            # Ours, made a moment ago: no foreign names to guard against. Older Pythons know no filter.
            filtered: Dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
            archive.extractall(Path(folder) / "unpacked", **filtered)
        third = make(Path(folder) / "from-sdist", next((Path(folder) / "unpacked").iterdir()))[0]
        if digest(wheel) != digest(third):
            raise Fault("the wheel from the sdist is another one")


if __name__ == "__main__":
    sys.exit(main())
