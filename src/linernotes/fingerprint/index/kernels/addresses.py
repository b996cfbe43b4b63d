"""Reading and writing at an address, which numba does not offer: numbers of 8, 32 and 64 bits, and prefetching.

All numbers are int64 in a kernel; those of 8 and 32 bits are unsigned where they are stored. Signed arithmetic is safe
here, and an address with an index has no test for negative indices, which costs an array six times the time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

LANES = 16
"""How many numbers `equal` compares at once."""

_LONG = ir.IntType(64)


def _pointer(builder: Any, address: Any, index: Any, bits: int) -> Any:
    base = builder.inttoptr(address, ir.IntType(bits).as_pointer())
    return builder.gep(base, [index], source_etype=ir.IntType(bits))


def _loads(bits: int) -> Callable[[int, int], int]:
    def load(_context: Any, _address: Any, _index: Any) -> Any:
        def emit(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            # Pairs of 32 bits are read as one number of 64.
            found = builder.load(
                _pointer(builder, arguments[0], arguments[1], bits), align=min(bits // 8, 4), typ=ir.IntType(bits)
            )
            return found if bits == 64 else builder.zext(found, _LONG)

        return types.int64(types.int64, types.int64), emit

    return cast("Callable[[int, int], int]", intrinsic(load))


def _stores(bits: int) -> Callable[[int, int, int], None]:
    def store(_context: Any, _address: Any, _index: Any, _value: Any) -> Any:
        def emit(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            where = _pointer(builder, arguments[0], arguments[1], bits)
            value = arguments[2] if bits == 64 else builder.trunc(arguments[2], ir.IntType(bits))
            builder.store(value, where)
            return context.get_dummy_value()

        return types.void(types.int64, types.int64, types.int64), emit

    return cast("Callable[[int, int, int], None]", intrinsic(store))


def _prefetch(_context: Any, _address: Any) -> Any:
    def emit(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        byte = ir.IntType(8).as_pointer()
        flag = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte, flag, flag, flag])
        function = builder.module.globals.get("llvm.prefetch.p0") or ir.Function(
            builder.module, kind, name="llvm.prefetch.p0"
        )
        # Read, wanted again soon, data.
        builder.call(function, [builder.inttoptr(arguments[0], byte), flag(0), flag(3), flag(1)])
        return context.get_dummy_value()

    return types.void(types.int64), emit


def _fence(_context: Any) -> Any:
    def emit(context: Any, builder: Any, _signature: Any, _arguments: Any) -> Any:
        builder.fence("release")
        return context.get_dummy_value()

    return types.void(), emit


def _splat(builder: Any, number: Any) -> Any:
    short = ir.IntType(32)
    undefined = ir.Constant(ir.VectorType(short, LANES), ir.Undefined)
    first = builder.insert_element(undefined, builder.trunc(number, short), short(0))
    return builder.shuffle_vector(first, undefined, ir.Constant(ir.VectorType(short, LANES), [0] * LANES))


def _equal(_context: Any, _address: Any, _index: Any, _mask: Any, _word: Any) -> Any:
    row = ir.VectorType(ir.IntType(32), LANES)

    def emit(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        where = builder.bitcast(_pointer(builder, arguments[0], arguments[1], 32), row.as_pointer())
        found = builder.and_(builder.load(where, align=4, typ=row), _splat(builder, arguments[2]))
        bits = builder.icmp_unsigned("==", found, _splat(builder, arguments[3]))
        return builder.zext(builder.bitcast(bits, ir.IntType(LANES)), _LONG)

    return types.int64(types.int64, types.int64, types.int64, types.int64), emit


equal = cast("Callable[[int, int, int, int], int]", intrinsic(_equal))
"""One bit for each of `LANES` numbers of 32 bits from an index on, the first lowest: is it a word under a mask?"""

long = cast("Callable[[Any], int]", np.int64)
"""A number as kernels have them."""

load8 = _loads(8)
load32 = _loads(32)
load64 = _loads(64)
store8 = _stores(8)
store32 = _stores(32)
store64 = _stores(64)
publish = cast("Callable[[], None]", intrinsic(_fence))
"""What was stored before is seen by whoever sees what is stored after; that costs nothing on x86."""

prefetch = cast("Callable[[int], None]", intrinsic(_prefetch))
