"""The demo company: made-up, repeatable inputs of any size for every domain of the contract."""

from itfm.demo.workspace import generate

__all__ = ["generate"]
