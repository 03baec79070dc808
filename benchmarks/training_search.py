"""Speed of the search of training plans: CPU seconds, the space, how many plans fit.

Run it twice: the first run compiles the evaluator, which is then kept on disk.

    python benchmarks/training_search.py
"""

from __future__ import annotations

import time

from gigawatt.catalog import load_catalog
from gigawatt.performance.training.ask import search_row

CASES = (
    ("GPT-3 175B on 4,096 A100, all options", "full",
     {"model": "gpt3-175b", "gpu": "A100", "gpus": "4096", "gbs": "4096", "seq_len": "2048"}),
    ("Kimi K2 on 100,000 Vera Rubin packages", "auto",
     {"model": "kimi-k2", "gpu": "VR", "gpus": "100000", "gbs": "12288", "seq_len": "8192",
      "precision": "NVFP4"}),
    ("DeepSeek-V3 on 2,048 GB200", "auto",
     {"model": "deepseek-v3", "gpu": "GB200", "gpus": "2048", "gbs": "8192", "seq_len": "4096",
      "precision": "MXFP8"}),
)  # fmt: skip


def main() -> None:
    """Search each case after a small one that loads the compiled code."""
    catalog = load_catalog()
    search_row({"model": "llama-3.1-8b", "gpu": "H100", "gpus": "8", "gbs": "8"}, catalog)
    for title, space, row in CASES:
        wall, cpu = time.perf_counter(), time.process_time()
        found, _ = search_row(row, catalog, space)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        print(f"{title}: {cpu:.2f} s of CPU, {wall:.2f} s")
        print(f"  {found.searched:,} plans ({found.searched / cpu:,.0f}/s), {found.feasible:,} fit")
        print(f"  {found.space}")


if __name__ == "__main__":
    main()
