-- The parts of a split are the whole, a code that moves is in an edition, and no code comes back to itself.
with recursive concordance as (
    select * from {{ ref('concordance') }}
),

class as (
    select
        'functional' as scheme,
        functional_code as code,
    from {{ ref('functional_class') }}
    union
    select
        scheme,
        economic_code as code,
    from {{ ref('economic_class') }}
),

moved as (
    select * from concordance
    where
        from_code is not null
        and to_code is not null
        and from_code <> to_code
),

path as (
    select
        scheme,
        from_code,
        to_code,
        year,
    from moved
    union
    select
        path.scheme,
        path.from_code,
        moved.to_code,
        moved.year,
    from path
    inner join moved
        on
            path.scheme = moved.scheme
            and path.to_code = moved.from_code
            -- A code may come back years later; within one year it may not.
            and path.year = moved.year
)

select
    scheme,
    from_code as code,
    'weights sum to ' || sum(weight) as problem,
from moved
group by scheme, from_code, year
having sum(weight) is distinct from 1
union all
select
    moved.scheme,
    unnest([moved.from_code, moved.to_code]) as code,
    'not in any edition' as problem,
from moved
where
    not exists (
        select 1 from class
        where class.scheme = moved.scheme and class.code = moved.from_code
    )
    or not exists (
        select 1 from class
        where class.scheme = moved.scheme and class.code = moved.to_code
    )
union all
select
    scheme,
    from_code as code,
    'comes back to itself in ' || year as problem,
from path
where from_code = to_code
