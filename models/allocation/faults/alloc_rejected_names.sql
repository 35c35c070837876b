-- grain: one table of the cost model and name that a row of it gives which cannot be used
-- why: what such a row names is neither unknown nor unused: the row itself is the fault
-- reads: input_cost_model__rejected_rules
-- conserves: every such name once

select distinct
    table_name,
    {{ split_to_rows('names', '|') }} as name
from {{ ref('input_cost_model__rejected_rules') }}
where names is not null
