"""Following money: from a cell of the bill to its lines, from a line to consumers, through a rule.

All figures come from views of the warehouse; nothing is computed here but sums of what they say.
"""
