"""How a function becomes a kernel, and the two processor instructions that numba does not offer."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, ParamSpec, TypeAlias, TypeVar, cast

import numba
import numpy as np
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

Int: TypeAlias = int | np.integer[Any]
"""A whole number inside a kernel, whatever its width."""

_PLACES = ("fingerprint/kernels/*.py", "fingerprint/*/kernels/*.py", "facades/*/kernels*.py")
_P = ParamSpec("_P")
_R = TypeVar("_R")


def kernel(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Return a function as a kernel: compiled when it is first called, without the interpreter's lock.

    What was compiled is kept beside the module or in `NUMBA_CACHE_DIR`, for as long as no kernel's source changes;
    where neither can be written, it is compiled anew in each process.
    """
    compiled: Any
    try:
        compiled = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    except RuntimeError:  # numba found no place that it can write to
        compiled = numba.njit(nogil=True, error_model="numpy")(function)
    else:
        # numba looks at the kernel's own file only, and others are compiled into it.
        file = compiled._cache._cache_file  # noqa: SLF001 - there is no other way to say more than numba does
        file._source_stamp = (file._source_stamp, sources_stamp())  # noqa: SLF001 - as above
    return cast("Callable[_P, _R]", compiled)


@cache
def sources_stamp() -> str:
    """Return a digest of the sources of all kernels, which are in packages called kernels or modules called so."""
    digest = blake2b(digest_size=16)
    for pattern in _PLACES:
        for path in sorted(Path(__file__).parents[2].glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def read_only(words: NDArray[Any]) -> NDArray[Any]:
    """Return a contiguous view that cannot be written, so that a kernel is compiled for one kind of array only.

    What is like this already, as decoded words are, comes back as it is.
    """
    flags = words.flags
    if flags.c_contiguous and not flags.writeable:
        return words
    view = np.ascontiguousarray(words).view()
    view.setflags(write=False)
    return view


def _popcount(_context: Any, number: Any) -> Any:
    def emit(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return number(number), emit


def _lowest_bit(_context: Any, number: Any) -> Any:
    def emit(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], context.get_constant(types.boolean, 1))

    return number(number), emit


popcount = cast("Callable[[Any], Any]", intrinsic(_popcount))
"""How many bits of an unsigned number are set. Adding them up by hand goes wrong: 32 bits are widened to 64."""

lowest_bit = cast("Callable[[Any], Any]", intrinsic(_lowest_bit))
"""The place of the lowest set bit of an unsigned number that is not 0."""
