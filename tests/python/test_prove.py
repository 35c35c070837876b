"""What the table of steps says of a step that failed."""

from itfm.prove import _violations

PRINTED = [
    "== [models/marts/fct_bill.sql] FAIL",
    "L:   3 | P:   1 | LT05 | Line is too long (102 > 100). [layout.long_lines]",
    "L:  17 | P:   9 | RF02 | Unqualified reference. [references.qualification]",
    "== [analyses/bills.sql] FAIL",
    "L:   1 | P:   1 | PRS | Found unparsable section.",
    "All Finished!",
]


def test_each_violation_is_told_with_its_file() -> None:
    assert _violations(PRINTED) == [
        "models/marts/fct_bill.sql L: 3 | P: 1 | LT05 | "
        "Line is too long (102 > 100). [layout.long_lines]",
        "models/marts/fct_bill.sql L: 17 | P: 9 | RF02 | "
        "Unqualified reference. [references.qualification]",
        "analyses/bills.sql L: 1 | P: 1 | PRS | Found unparsable section.",
    ]
