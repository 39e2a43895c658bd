"""Formulas that people type: parsed into a tree, checked, and computed without eval."""
import ast
import functools
import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, Field

router = APIRouter(prefix="/formulas")

BINARY: dict[type, Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
UNARY: dict[type, Callable[[float], float]] = {ast.UAdd: operator.pos, ast.USub: operator.neg}
FUNCTIONS: dict[str, Callable[..., float]] = {"min": min, "max": max, "sqrt": math.sqrt, "round": round}
NAME = re.compile(r"[a-z][a-z0-9_]{0,30}", re.ASCII)
MAX_LENGTH = 200
MAX_DEPTH = 20


class FormulaError(ValueError):
    pass


@dataclass(frozen=True)
class Formula:
    text: str
    tree: ast.expr

    def __repr__(self) -> str:
        return f"<Formula {self.text}>"

    @property
    def names(self) -> set[str]:
        return {node.id for node in ast.walk(self.tree) if isinstance(node, ast.Name)} - FUNCTIONS.keys()

    def eval(self, values: Mapping[str, float]) -> float:
        if missing := self.names - values.keys():
            raise FormulaError(f"no value for {', '.join(sorted(missing))}")
        return _compute(self.tree, values)


@functools.lru_cache(maxsize=256)
def compile(text: str) -> Formula:
    """The formula of that text. Nothing is executed: the text becomes a tree of numbers, names and operators."""
    if len(text) > MAX_LENGTH:
        raise FormulaError(f"more than {MAX_LENGTH} characters")
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError):
        raise FormulaError("this is no formula") from None
    _check(tree, 0)
    return Formula(text, tree)


def _check(node: ast.AST, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise FormulaError("too deep")
    match node:
        case ast.Constant(value=int() | float()):
            return
        case ast.Name(id=name) if NAME.fullmatch(name):
            return
        case ast.UnaryOp(op=op, operand=operand) if type(op) in UNARY:
            _check(operand, depth + 1)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in BINARY:
            _check(left, depth + 1)
            _check(right, depth + 1)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in FUNCTIONS:
            for argument in arguments:
                _check(argument, depth + 1)
        case _:
            raise FormulaError(f"{type(node).__name__} is not allowed")


def _compute(node: ast.AST, values: Mapping[str, float]) -> float:
    match node:
        case ast.Constant(value=value):
            return float(value)
        case ast.Name(id=name):
            return float(values[name])
        case ast.UnaryOp(op=op, operand=operand):
            return UNARY[type(op)](_compute(operand, values))
        case ast.BinOp(left=left, op=op, right=right):
            return BINARY[type(op)](_compute(left, values), _compute(right, values))
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return FUNCTIONS[name](*(_compute(argument, values) for argument in arguments))
    raise FormulaError("this is no formula")


class Question(BaseModel):
    formula: str = Field(max_length=MAX_LENGTH)
    values: dict[str, float] = {}


@router.post("/")
def compute(question: Question) -> dict[str, Any]:
    try:
        formula = compile(question.formula)
        return {"value": formula.eval(question.values), "names": sorted(formula.names)}
    except (FormulaError, ArithmeticError, TypeError) as error:
        raise HTTPException(422, str(error)) from None


def table(text: str, name: str, start: int, stop: int) -> list[tuple[int, float]]:
    formula = compile(text)
    return [(number, formula.eval({name: number})) for number in range(start, stop)]
