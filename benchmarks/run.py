"""Speed and memory of the whole programme: prints figures, asserts nothing.

python benchmarks/run.py [DRAWS]
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from gigawatt.program.load import load_program
from gigawatt.study.chain import run_chain
from gigawatt.uncertainty.streams import Streams


def main(draws: int) -> None:
    help_s = min(_timed(["--help"]) for _ in range(5))
    print(f"gigawatt --help                          {help_s:6.2f} s")
    loaded = load_program("openai-nvidia-2025-09")
    run_chain(loaded, Streams(1, draws, 0, 250))
    began = time.process_time()
    run_chain(loaded, Streams(1, draws, 0, 250))
    chunk_s = time.process_time() - began
    print(f"one chunk of 250 draws, all layers       {chunk_s:6.2f} s CPU")
    with tempfile.TemporaryDirectory() as folder:
        run_s = _timed(["run", "--draws", str(draws), "--out", str(Path(folder) / "run")])
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024**2
    print(f"gigawatt run --draws {draws:<6}               {run_s:6.2f} s")
    print(f"largest process                          {peak:6.2f} GB")


def _timed(argv: list[str]) -> float:
    command = [sys.executable, "-m", "gigawatt.cli.main", *argv]
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
