"""Runs a PyTorch script as a fair peer of Tailor and prints what it measured as the last line, one JSON object.

usage: peer.py WORKLOAD.json SCRIPT [ARGUMENT ...]     peer.py --check

A win against a crippled peer is no win, so this refuses to run (exit code 4) with OPENBLAS_CORETYPE or OPENBLAS_L2_SIZE in the environment, which force slower kernels,
and with the pthread build of OpenBLAS, whose threads fight PyTorch's own. Exit code 3: there is no PyTorch here.
An OpenBLAS older than the processor may not know it and take it for one without AVX, which costs it a factor of five; it is then begun again with the kernels that the processor has, and says so.
SCRIPT leaves the seconds of its steps in `times` and its count of real tokens in `toks`, and its losses, if it keeps them, in `losses`.
"""
import ctypes
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


def openblas_core():
    for path in openblas():
        if "libopenblas" in path:
            library = ctypes.CDLL(path)
            library.openblas_get_corename.restype = ctypes.c_char_p
            return library.openblas_get_corename().decode()
    return None


def require_known_processor():
    """Begins again with OPENBLAS_CORETYPE where OpenBLAS chose kernels without AVX on a processor that has it."""
    with open("/proc/cpuinfo", encoding="utf8") as facts:
        flags = set(next((line for line in facts if line.startswith("flags")), "").split())
    has = "SkylakeX" if {"avx512f", "avx512dq", "avx512bw", "avx512vl"} <= flags else "Haswell" if {"avx2", "fma"} <= flags else None
    chosen = openblas_core()
    if has and chosen in ("Prescott", "Core2", "Nehalem", "Generic"):
        os.environ[TOLD] = f"{chosen}, told {has}"
        os.environ["OPENBLAS_CORETYPE"] = has
        os.execv(sys.executable, [sys.executable, *sys.argv])


def blas():
    path = ", ".join(path for path in openblas() if "libopenblas" in path)
    return f"{path} ({os.environ.get(TOLD) or openblas_core()})" if path else "MKL"


def versions():
    capability = re.search(r"CPU capability usage: (\S+)", torch.__config__.show())
    return {
        "PyTorch": torch.__version__,
        "Python": platform.python_version(),
        "instruction set": capability.group(1) if capability else "unknown",
        "BLAS": blas(),
    }


def peak_bytes():
    with open("/proc/self/status", encoding="utf8") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))


TOLD = "TAILOR_PEER_CORE"  # set by the first start of this script for the second
for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    if name in os.environ and TOLD not in os.environ:
        stop(4, f"{name} is set, which makes OpenBLAS choose slower kernels; unset it")
try:
    import torch
except ImportError as fault:
    stop(3, f"no PyTorch ({fault})")
require_fair_openblas()
if TOLD not in os.environ:
    require_known_processor()
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
