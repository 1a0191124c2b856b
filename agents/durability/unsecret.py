"""Transitions without secrets: whatever is told, written or committed in our name goes through here. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from agents.durability.writing import Transition
    from agents.vault.store import EditText, Operation

    Mask = Callable[[Sequence[str]], list[str]]


def without_secrets(transitions: Sequence[Transition], mask: Mask) -> Sequence[Transition]:
    """The same, with words in place of every secret; `mask` looks at all texts at once.

    What says which text is meant - the name of a property, the line that was asked - stays: it is compared, not shown.
    """
    texts = [text for each in transitions for text in _texts(each)]
    shown = mask(texts)
    if shown == texts:
        return transitions
    left = iter(shown)
    return [_rebuilt(each, left) for each in transitions]


def _texts(transition: Transition) -> Iterator[str]:
    fact = transition.fact
    yield from (transition.subject, fact.target, fact.result, *fact.parameters.values())
    for operation in transition.operations:
        yield from (operation.text, *(edit.text for edit in operation.edits))


def _rebuilt(transition: Transition, shown: Iterator[str]) -> Transition:
    """With the texts in the order of `_texts`."""
    subject, target, result = next(shown), next(shown), next(shown)
    parameters = {name: next(shown) for name in transition.fact.parameters}
    fact = replace(transition.fact, target=target, result=result, parameters=parameters)
    operations = tuple(_operation(each, shown) for each in transition.operations)
    return replace(transition, fact=fact, subject=subject, operations=operations)


def _operation(operation: Operation, shown: Iterator[str]) -> Operation:
    text = next(shown)
    return replace(operation, text=text, edits=tuple(_edit(each, shown) for each in operation.edits))


def _edit(edit: EditText, shown: Iterator[str]) -> EditText:
    return replace(edit, text=next(shown))
