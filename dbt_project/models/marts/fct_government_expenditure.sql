-- What is no function (转移性支出, 债务还本支出, 结转下年) stands in fct_government_balance. Scopes hold one another and are never added.
select * from {{ ref('int_government_expenditure') }}
order by document_id, figure_ids
