-- grain: one proposed rule set, rule that differs from its base and column that differs
-- why: what a reviewer reads first: which rules are new, changed or gone, and in what
-- reads: alloc_rule_changes
-- conserves: every difference once

select
    rule_set,
    based_on,
    rule_kind,
    rule_id,
    change,
    column_name,
    before_value,
    after_value
from {{ ref('alloc_rule_changes') }}
