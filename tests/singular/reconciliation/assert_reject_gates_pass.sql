-- Fails when this delivery breaks a limit that the workspace sets for rejects. Each row is one
-- broken limit with what to do. Nothing is published until it passes.
select
    gate,
    reason_code,
    measured,
    limit_value,
    message
from {{ ref('rec_reject_gates') }}
where passes is not true
