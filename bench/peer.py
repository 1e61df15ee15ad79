"""Runs a PyTorch script as a fair peer of Tailor and prints what it measured as the last line, one JSON object.

usage: peer.py WORKLOAD.json SCRIPT [ARGUMENT ...]     peer.py --check

A win against a crippled peer is no win, so this refuses to run (exit code 4) with OPENBLAS_CORETYPE or OPENBLAS_L2_SIZE in the environment, which force slower kernels,
and with the pthread build of OpenBLAS, whose threads fight PyTorch's own. Exit code 3: there is no PyTorch here.
SCRIPT leaves the seconds of its steps in `times` and its count of real tokens in `toks`, and its losses, if it keeps them, in `losses`.
"""
import json
import os
import platform
import re
import runpy
import sys


def stop(code, reason):
    sys.stderr.write(reason + "\n")
    sys.exit(code)


def openblas():
    with open("/proc/self/maps", encoding="utf8") as maps:
        return sorted({line.split()[-1] for line in maps if "openblas" in line})


def require_fair_openblas():
    unfair = [path for path in openblas() if "openblas-pthread" in path]
    if unfair:
        stop(4, f"{unfair[0]} is loaded, which runs 2 to 4 times slower beside PyTorch's threads; install libopenblas0-openmp and put its folder first in LD_LIBRARY_PATH")
    if not openblas() and "BLAS_INFO=mkl" not in torch.__config__.show():
        stop(4, "PyTorch runs without OpenBLAS and without MKL here; install libopenblas0-openmp and put its folder first in LD_LIBRARY_PATH")


def versions():
    capability = re.search(r"CPU capability usage: (\S+)", torch.__config__.show())
    return {
        "PyTorch": torch.__version__,
        "Python": platform.python_version(),
        "instruction set": capability.group(1) if capability else "unknown",
        "BLAS": ", ".join(path for path in openblas() if "libopenblas" in path) or "MKL",
    }


def peak_bytes():
    with open("/proc/self/status", encoding="utf8") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))


for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    if name in os.environ:
        stop(4, f"{name} is set, which makes OpenBLAS choose slower kernels; unset it")
try:
    import torch
except ImportError as fault:
    stop(3, f"no PyTorch ({fault})")
require_fair_openblas()
if sys.argv[1] == "--check":
    print(json.dumps(versions()))
    sys.exit(0)

with open(sys.argv[1], encoding="utf8") as file:
    workload = json.load(file)
torch.set_num_threads(workload["threads"])
sys.argv = sys.argv[2:]
result = runpy.run_path(sys.argv[0], run_name="__main__")
require_fair_openblas()
print(json.dumps({
    "milliseconds": [1e3 * t for t in result["times"]],
    "losses": result.get("losses"),
    "tokens": int(result["toks"]),
    "peak_bytes": peak_bytes(),
    "versions": versions(),
}))
