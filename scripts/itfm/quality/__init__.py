"""Great Expectations at the door, on the input contract and on the marts.

What is expected of delivered files and of the input layer is derived from the input contract; what
is expected of marts and reconciliation is written in marts.yml. Results go to the table
quality.expectation_results of the work database and to reports/quality.html of the workspace.
"""
