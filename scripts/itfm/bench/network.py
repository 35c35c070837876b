"""The network of one period by linear algebra, for the tools whose users have numpy at hand."""

from __future__ import annotations

import numpy as np

from itfm.bench.steps import UNIT


def rests(
    entries: tuple[np.ndarray, np.ndarray, np.ndarray],
    edges: tuple[np.ndarray, np.ndarray, np.ndarray],
    exit_shares: np.ndarray,
    paths: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return path, object and weight of what rests, for entries given as path, object, quantity.

    Edges are given as payer, paid and share, all with numbers instead of names. Objects that
    nobody of the layer pays need no solving; the others are one dense system.
    """
    payer, paid, share = edges
    visits = np.zeros((paths, len(exit_shares)))
    np.add.at(visits, (entries[0], entries[1]), entries[2])
    core = np.unique(paid)
    position = np.full(len(exit_shares), -1)
    position[core] = np.arange(len(core))
    inner = position[payer] >= 0
    right = visits[:, core].T.copy()
    np.add.at(right, position[paid[~inner]], visits.T[payer[~inner]] * share[~inner, None])
    matrix = np.eye(len(core))
    np.add.at(matrix, (position[paid[inner]], position[payer[inner]]), -share[inner])
    visits[:, core] = np.linalg.solve(matrix, right).T
    weights = np.floor(np.maximum(visits, 0) * exit_shares)
    path, reached = np.nonzero(weights)
    return path, reached, weights[path, reached]


def unit(shares: np.ndarray) -> np.ndarray:
    """Return shares as whole numbers of the unit that walks through the network."""
    return np.floor(UNIT * shares)
