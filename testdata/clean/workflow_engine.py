"""Workflows: steps with an execute method, a queue that runs them, and a console."""
import asyncio
import code
import concurrent.futures
import contextlib
import graphlib
import importlib
import logging
import operator
import re
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

logger = logging.getLogger(__name__)

PLUGINS = ("json", "csv", "html")
COMPARISONS = {"==": operator.eq, "!=": operator.ne, "<": operator.lt, ">": operator.gt}
CONDITION = re.compile(r"(?P<left>[a-z_]+)\s*(?P<operator>==|!=|<|>)\s*(?P<right>-?\d+)")


class StepFailed(Exception):
    pass


class Step(ABC):
    registry: ClassVar[dict[str, type["Step"]]] = {}

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        Step.registry[cls.__name__.lower()] = cls

    def __init__(self, name: str):
        self.name = name

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"

    @abstractmethod
    def execute(self, command: str, context: dict[str, Any]) -> Any: ...


class Echo(Step):
    def execute(self, command: str, context: dict[str, Any]) -> Any:
        return command.format_map(context)


class Count(Step):
    def execute(self, command: str, context: dict[str, Any]) -> Any:
        context[command] = context.get(command, 0) + 1
        return context[command]


class Choose(Step):
    """Evaluates comparisons such as "tries < 3"; it knows names, numbers and four operators."""

    def execute(self, command: str, context: dict[str, Any]) -> Any:
        return self.eval(command, context)

    def eval(self, expression: str, context: dict[str, Any]) -> bool:
        match = CONDITION.fullmatch(expression.strip())
        if match is None:
            raise StepFailed(f"cannot read {expression!r}")
        compare = COMPARISONS[match["operator"]]
        return compare(context.get(match["left"], 0), int(match["right"]))


@dataclass
class Workflow:
    name: str
    steps: dict[str, tuple[Step, str]] = field(default_factory=dict)
    after: dict[str, set[str]] = field(default_factory=dict)

    def add(self, step: Step, command: str, *after: str) -> "Workflow":
        self.steps[step.name] = (step, command)
        self.after[step.name] = set(after)
        return self

    def execute(self, **context: Any) -> dict[str, Any]:
        results = {}
        for name in graphlib.TopologicalSorter(self.after).static_order():
            step, command = self.steps[name]
            logger.info(f"update of {name} in {self.name}: set from {command!r}")
            results[name] = step.execute(f"{command}", context)
        return results


class Session:
    """Looks like a database session, is none: commands are looked up in a table of functions."""

    def __init__(self) -> None:
        self.commands: dict[str, Callable[..., Any]] = {"help": self.help, "time": time.time}

    def exec(self, line: str) -> Any:
        name, *arguments = line.split()
        return self.commands[name](*arguments)

    def execute(self, name: str, *arguments: str) -> Any:
        return self.exec(" ".join((name, *arguments)))

    def help(self) -> str:
        return f"select one of {', '.join(self.commands)}"


def run_all(workflows: list[Workflow]) -> dict[str, Any]:
    with concurrent.futures.ThreadPoolExecutor(max_workers=4) as pool:
        futures = {pool.submit(workflow.execute): workflow.name for workflow in workflows}
        return {futures[future]: future.result() for future in concurrent.futures.as_completed(futures, timeout=60)}


async def run_with_limit(call: Callable[[], Awaitable[Any]], seconds: float) -> Any:
    with contextlib.suppress(asyncio.TimeoutError):
        return await asyncio.wait_for(call(), timeout=seconds)
    return None


def plugin(name: str):
    if name not in PLUGINS:
        raise LookupError(f"select a plugin from {PLUGINS}, not {name!r}")
    return importlib.import_module(name)


def make(kind: str, name: str) -> Step:
    try:
        return Step.registry[kind](name)
    except KeyError:
        raise LookupError(f"there is no step <{kind}>") from None


def is_complete(source: str) -> bool:
    """Whether a line of the console needs another line; the text is compiled, never run."""
    try:
        return code.compile_command(source) is not None
    except SyntaxError:
        return False


def demo() -> dict[str, Any]:
    workflow = Workflow("demo")
    workflow.add(Echo("greet"), "Hello {who}")
    workflow.add(Count("count"), "runs", "greet")
    workflow.add(Choose("again"), "runs < 3", "count")
    session = Session()
    session.execute("help")
    return workflow.execute(who="world")
