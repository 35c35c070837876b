-- grain: one application
-- why: the applications of the solution layer that serve services
-- reads: input_cmdb__applications
-- conserves: every delivered application

with

applications as (

    select * from {{ ref('input_cmdb__applications') }}

)

select
    application_id,
    coalesce(application_name, application_id) as application_name,
    owner_name,
    criticality,
    lifecycle_status,
    coalesce(is_ai, false) as is_ai,
    retired_on
from applications
