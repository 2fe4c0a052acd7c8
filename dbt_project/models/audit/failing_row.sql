-- Filled when the run ends (macros/failing_rows.sql): a model cannot hold what is found after it.
select
    cast(null as varchar) as test,
    cast(null as varchar) as severity,
    cast(null as varchar) as reason,
    cast(null as varchar) as document_id,
    cast(null as varchar) as failing_row,
where false
