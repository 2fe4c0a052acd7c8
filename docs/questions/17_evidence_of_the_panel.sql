-- Of the amounts that have an earlier year: how much is tied to it by notices, prints, two prints of one name, or general
-- knowledge alone.
select
    perimeter,
    phase,
    level,
    count(*) as lines,
    sum(amount_yuan) as amount_yuan,
    round(100 * sum(official_yuan + printed_yuan) / nullif(sum(amount_yuan), 0), 2) as printed_pct,
    round(100 * sum(inferred_yuan) / nullif(sum(amount_yuan), 0), 2) as inferred_pct,
    round(100 * sum(general_knowledge_yuan) / nullif(sum(amount_yuan), 0), 2) as general_knowledge_pct,
    count(*) filter (where is_balanced) as balanced_lines,
from marts.comparable_panel
where link_evidence is not null
group by perimeter, phase, level
order by perimeter, phase, level
