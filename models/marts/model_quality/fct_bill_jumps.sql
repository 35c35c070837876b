-- grain: one scenario, rule set, period and consumer whose bill moved by more than 20 percent
-- why: the moves that somebody has to answer for, apart from those that every month brings
-- reads: fct_bill_moves
-- conserves: each row as it stands among all moves

select *
from {{ ref('fct_bill_moves') }}
where abs(delta_amount) > 0.2 * abs(previous_amount)
