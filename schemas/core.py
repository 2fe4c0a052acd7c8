"""Every table that Python writes into the schema `core`, each column described once.

Belongs here: declarations. From them come the pandera checks, the DuckDB tables and comments, the dbt sources
and the data dictionary. Does not belong here: anything that dbt builds (marts, audit, reference).
"""

from __future__ import annotations

from schemas.table import (
    BOOLEAN,
    HALF_UNIT,
    INTEGER,
    NUMBER,
    REAL,
    TEXT,
    TEXT_LIST,
    YUAN,
    Column,
    Table,
)

FORMATS = (
    "pdf", "ofd", "docx", "doc", "odt", "xlsx", "xls", "xlsb", "xml2003", "ods", "html", "mhtml", "text", "zip", "rar", "7z", "unknown",
)
METHODS = ("pdf", "ofd", "ocr", "word", "excel", "html", "text")
PHASES = ("approved", "adjusted", "executed", "half_year", "forecast")
FUNDS = (
    "general_public_budget",
    "government_managed_funds",
    "state_capital_operations",
    "social_insurance",
    "fiscal_special_account",
    "own_revenue",
    "carry_over",
    "fiscal_appropriation",
    "all",
)
SCHEMES = (
    "functional",
    "economic_department",
    "economic_government",
    "revenue",
    "project",
    "procurement",
    "three_public",
    "agency",
    "government_revenue",
    "balance",
    "transfer",
    "debt",
    "social_insurance",
)
MONEY_SCOPES = ("all_tiers", "tier", "head", "zone", "lower_tiers", "district")
"""Whose money a government's table shows (口径)."""
DEBT_ITEMS = ("limit", "balance", "issued", "repaid", "interest")
VALUE_STATES = ("number", "blank", "zero", "declared_nil")
STATUSES = ("loaded", "partly_loaded", "refused")
VERDICTS = ("exact", "rounding", "printed_twice", "error", "not_checkable")
SCOPES = ("row", "column", "form", "cross_form", "narrative", "cross_year")
PROOFS = ("proved", "consistent", "suspect", "unchecked")

DOCUMENT_ID = Column(
    "document_id", TEXT, "First 16 hexadecimal digits of the file's SHA-256", "文件编号（SHA-256 前 16 位）",
    pattern="^[0-9a-f]{16}$",
)
PAGE_NUMBER = Column(
    "page_number", INTEGER, "Page of the document, counted from 1; 1 where the format has no pages", "页码（从 1 起）",
    at_least=1,
)
FORM_INDEX = Column(
    "form_index", INTEGER, "Place of the printed table in the document, counted from 1, parts over pages joined",
    "表序（跨页合并后，从 1 起）", at_least=1,
)

DOCUMENT = Table(
    "document", "file", "Published files that were taken in, read or refused", "公开文件",
    (
        Column("document_id", TEXT, "First 16 hexadecimal digits of the file's SHA-256", "文件编号", unique=True,
               pattern="^[0-9a-f]{16}$"),
        Column("sha256", TEXT, "SHA-256 of the file's bytes", "文件 SHA-256", unique=True, pattern="^[0-9a-f]{64}$"),
        Column("file_name", TEXT, "Name under which the file was received; never evidence", "收到时的文件名"),
        Column("format", TEXT, "Format told from the bytes", "文件格式", allowed=FORMATS),
        Column("byte_count", NUMBER, "Size of the file in bytes", "文件大小（字节）"),
        Column("document_kind", TEXT, "What the document is", "文件种类：预算或决算", nullable=True,
               allowed=("budget", "final_account")),
        Column("fiscal_year", INTEGER, "Year that the document is about, read from its content", "预算年度", nullable=True),
        Column("jurisdiction_name", TEXT, "Jurisdiction, read from the content", "行政区划名称", nullable=True),
        Column("jurisdiction_code", TEXT, "GB/T 2260 code of the jurisdiction", "行政区划代码（GB/T 2260）", nullable=True),
        Column("department_name", TEXT, "Body whose document it is, as printed", "公开单位名称", nullable=True),
        Column("department_level", TEXT, "Whether the document covers a department with its units, one unit, or a government",
               "公开层级：部门、单位或政府", nullable=True, allowed=("department", "unit", "government")),
        Column("title", TEXT, "Title as printed on the document", "文件标题", nullable=True),
        Column("page_count", INTEGER, "Pages; NULL where the format has none", "页数", nullable=True),
        Column("source_url", TEXT, "Where it was published, from the registry", "来源网址", nullable=True),
        Column("retrieved_at", TEXT, "When it was retrieved (ISO 8601), from the registry", "获取时间", nullable=True),
        Column("is_specimen", BOOLEAN, "Typeset by the project from real figures, not published by the department",
               "是否为项目自行排版的样张"),
        Column("registry_disagreement", TEXT, "Where registry or file name disagree with the content, and how; the content wins",
               "登记信息与内容不一致之处", nullable=True),
        Column("status", TEXT, "Whether the document was read", "读取状态", allowed=STATUSES),
        Column("status_reason", TEXT, "Why it was refused or read in part; NULL when loaded whole", "状态原因", nullable=True),
        Column("reader_version", TEXT, "Version of code and catalogue that read it", "读取程序版本"),
    ),
)

PAGE = Table(
    "page", "document × page", "Printed pages and how each was read", "页",
    (
        DOCUMENT_ID, PAGE_NUMBER,
        Column("width", REAL, "Width in points, as displayed", "页宽（点）", nullable=True),
        Column("height", REAL, "Height in points, as displayed", "页高（点）", nullable=True),
        Column("method", TEXT, "How the page was read", "读取方法", allowed=METHODS),
        Column("grid_count", INTEGER, "Printed tables on the page", "本页表格数", at_least=0),
        Column("numeric_cell_count", INTEGER, "Cells on the page that hold a number", "本页数字单元格数", at_least=0),
    ),
)

FORM = Table(
    "form", "document × printed table", "Printed tables, parts over pages joined, and what each was taken for", "表",
    (
        DOCUMENT_ID, FORM_INDEX,
        Column("form", TEXT, "Standard form of the catalogue; NULL where it was not recognised", "标准表", nullable=True),
        Column("title", TEXT, "Title as printed", "表名（原文）", nullable=True),
        Column("first_page", INTEGER, "First page", "起始页", at_least=1),
        Column("last_page", INTEGER, "Last page", "结束页", at_least=1),
        Column("printed_unit", TEXT, "Unit of amounts as printed", "金额单位（原文）", nullable=True),
        Column("agency_name", TEXT, "Agency named above the form, as printed", "表头单位名称", nullable=True),
        Column("row_count", INTEGER, "Rows, headers included", "行数", at_least=0),
        Column("column_count", INTEGER, "Columns", "列数", at_least=0),
        Column("is_declared_nil", BOOLEAN, "The form or its note declares that it holds no data", "是否声明无数据"),
        Column("note", TEXT, "Notes printed under the form", "表注", nullable=True),
        Column("status", TEXT, "Whether the form was understood", "识别状态", allowed=STATUSES),
        Column("status_reason", TEXT, "Why it was refused or read in part", "状态原因", nullable=True),
        Column("numeric_cell_count", INTEGER, "Numeric cells that are amounts or targets, or are refused; codes and serial numbers aside", "数字单元格数", at_least=0),
        Column("figure_count", INTEGER, "Figures with a printed number read from it", "读出的数", at_least=0),
        Column("refused_cell_count", INTEGER, "Numeric cells named in a refusal", "拒收的数字单元格数", at_least=0),
        Column("reading", TEXT, "Reading that was chosen where several were possible, with its score", "采用的读法", nullable=True),
        Column("rejected_readings", TEXT_LIST, "Readings that were rejected, each with its score", "未采用的读法"),
    ),
)

CELL = Table(
    "cell", "printed cell", "Printed cells of tables, with page and rectangle", "单元格",
    (
        Column("cell_id", TEXT, "document_id-form_index-row_index-column_index", "单元格编号", unique=True),
        DOCUMENT_ID, PAGE_NUMBER, FORM_INDEX,
        Column("row_index", INTEGER, "Row in the joined table, from 0", "行序（从 0 起）", at_least=0),
        Column("column_index", INTEGER, "Column in the joined table, from 0", "列序（从 0 起）", at_least=0),
        Column("row_span", INTEGER, "Rows that the cell spans", "跨行数", at_least=1),
        Column("column_span", INTEGER, "Columns that the cell spans", "跨列数", at_least=1),
        Column("text", TEXT, "Printed text, line breaks inside the cell removed", "原文"),
        Column("x0", REAL, "Left edge in points", "左（点）", nullable=True),
        Column("top", REAL, "Top edge in points from the top of the page", "上（点）", nullable=True),
        Column("x1", REAL, "Right edge in points", "右（点）", nullable=True),
        Column("bottom", REAL, "Bottom edge in points from the top of the page", "下（点）", nullable=True),
        Column("method", TEXT, "How it was read", "读取方法", allowed=METHODS),
        Column("role", TEXT, "What the cell is in its form", "单元格角色",
               allowed=("header", "code", "name", "amount", "ordinal", "text", "target", "percentage", "refused")),
        Column("confidence", REAL, "Confidence of the optical reading, 0 to 1; NULL where the text is exact", "识别置信度",
               nullable=True),
    ),
)

FIGURE = Table(
    "figure", "printed amount", "Printed amounts with their meaning: who, what, when, which fund, which phase", "数",
    (
        Column("figure_id", TEXT, "Identifier of the figure: its cell's, with a suffix where a cell holds several", "数的编号",
               unique=True),
        Column("cell_id", TEXT, "Cell in which it is printed", "单元格编号"),
        DOCUMENT_ID, PAGE_NUMBER, FORM_INDEX,
        Column("row_index", INTEGER, "Row in the joined table", "行序", at_least=0),
        Column("column_index", INTEGER, "Column in the joined table", "列序", at_least=0),
        Column("form", TEXT, "Standard form of the catalogue", "标准表"),
        Column("fiscal_year", INTEGER, "Year of the amount", "年度"),
        Column("phase", TEXT, "Budget phase; NULL for a limit of debt, which has none", "预算阶段", nullable=True, allowed=PHASES),
        Column("is_comparative", BOOLEAN, "A prior year's figure, or a change against it, printed for comparison", "是否为上年比较数"),
        Column("fund", TEXT, "Fund", "资金性质", allowed=FUNDS),
        Column("scope", TEXT, "Whose money the amount of a government is: of all tiers, of the tier with its zones, of its head alone, of a zone, of the lower tiers together, of one district; NULL for departments",
               "口径：全市、市级、市本级、功能区、区县合计、区县", nullable=True, allowed=MONEY_SCOPES),
        Column("scope_name", TEXT, "Scope as printed; NULL for departments", "口径（原文）", nullable=True),
        Column("agency_name", TEXT, "Agency of the amount as printed; the document's body where the form names none", "单位名称"),
        Column("agency_code", TEXT, "Code of the agency, where printed", "单位编码", nullable=True),
        Column("agency_level", TEXT, "Whether the agency of the amount is the department (or the only body) or one of its units",
               "单位层级", allowed=("department", "unit")),
        Column("scheme", TEXT, "Classification that the line belongs to", "分类体系", allowed=SCHEMES),
        Column("line_code", TEXT, "Code of the line, in full (2010301), as printed or composed from its parts", "科目编码", nullable=True),
        Column("line_name", TEXT, "Name of the line as printed", "科目名称", nullable=True),
        Column("line_level", TEXT, "Level of the line", "科目层级", nullable=True,
               allowed=("total", "category", "section", "item", "sub_item")),
        Column("parent_line", TEXT, "Path of the names above the line, separated by ' / '", "上级科目路径", nullable=True),
        Column("cross_scheme", TEXT, "Second classification of the same amount, where lines are crossed", "交叉分类体系", nullable=True),
        Column("cross_code", TEXT, "Code in the second classification", "交叉科目编码", nullable=True),
        Column("cross_name", TEXT, "Name in the second classification", "交叉科目名称", nullable=True),
        Column("measure", TEXT, "What is measured: total, basic, project, personnel, …", "指标"),
        Column("source", TEXT, "Revenue source that the column names, where it names one", "收入来源", nullable=True),
        Column("header_path", TEXT, "Printed header above the amount, top to bottom, separated by ' / '", "表头路径"),
        Column("printed_text", TEXT, "Amount as printed", "原文"),
        Column("printed_unit", TEXT, "Unit in which it is printed", "金额单位", allowed=("元", "千元", "万元", "百万元", "亿元")),
        Column("amount_yuan", YUAN, "Amount in yuan; NULL when blank", "金额（元）", nullable=True),
        Column("half_unit_yuan", HALF_UNIT, "Half of the last printed digit, in yuan", "尾数误差（元）", nullable=True),
        Column("value_state", TEXT, "Whether a number, a blank, a zero or a declared nil is printed", "数值状态", allowed=VALUE_STATES),
        Column("is_leaf", BOOLEAN, "A leaf is a fact; a total is a control", "是否为明细"),
        Column("proof_count", INTEGER, "Sums with it that hold and two of whose addends are neither zero nor alike", "印证次数", at_least=0),
        Column("proof", TEXT, "What the document's own arithmetic says of the figure", "勾稽结论", allowed=PROOFS),
    ),
)

TEXT_BLOCK = Table(
    "text_block", "paragraph", "Paragraphs of narrative; contact persons and telephone numbers removed", "文字段落",
    (
        DOCUMENT_ID, PAGE_NUMBER,
        Column("block_index", INTEGER, "Place of the paragraph in the document, from 1", "段序", at_least=1),
        Column("heading", TEXT, "Headings above the paragraph, separated by ' / '", "所属标题", nullable=True),
        Column("text", TEXT, "Text of the paragraph", "正文"),
    ),
)

NARRATIVE_FIGURE = Table(
    "narrative_figure", "amount in a sentence", "Amounts in sentences, tied to the figure that they repeat", "文字中的数",
    (
        Column("narrative_figure_id", TEXT, "Identifier of the amount", "编号", unique=True),
        DOCUMENT_ID, PAGE_NUMBER,
        Column("block_index", INTEGER, "Paragraph", "段序", at_least=1),
        Column("position", INTEGER, "Character at which it begins in the paragraph, from 0", "段内位置", at_least=0),
        Column("agency_name", TEXT, "Agency that the sentence speaks of", "单位名称", nullable=True),
        Column("fiscal_year", INTEGER, "Year of the amount", "年度", nullable=True),
        Column("phase", TEXT, "Budget phase; NULL for a limit of debt, which has none", "预算阶段", nullable=True, allowed=PHASES),
        Column("scope", TEXT, "Whose money a government's amount is; NULL for departments, and where nothing says it", "口径", nullable=True, allowed=MONEY_SCOPES),
        Column("scope_name", TEXT, "Scope as printed", "口径（原文）", nullable=True),
        Column("fund", TEXT, "Fund that the amount's clause, sentence or heading names", "资金性质", nullable=True, allowed=FUNDS),
        Column("debt_item", TEXT, "Of debt: limit, balance, issued, repaid, interest", "债务项目", nullable=True, allowed=DEBT_ITEMS),
        Column("subject", TEXT, "Words that say what the amount is of, as printed", "所述事项", nullable=True),
        Column("measure", TEXT, "stated (an amount), increase, decrease, percentage", "指标",
               allowed=("stated", "increase", "decrease", "unchanged", "percentage")),
        Column("percentage_kind", TEXT, "Of a percentage: growth, share of a whole, rate of what was budgeted", "百分比种类", nullable=True,
               allowed=("growth", "share", "rate", "other")),
        Column("printed_text", TEXT, "Amount as printed, with its unit", "原文"),
        Column("amount_yuan", YUAN, "Amount in yuan, signed; NULL for percentages", "金额（元）", nullable=True),
        Column("half_unit_yuan", HALF_UNIT, "Half of the last printed digit, in yuan", "尾数误差（元）", nullable=True),
        Column("percentage", NUMBER, "Percentage, signed; NULL for amounts", "百分比", nullable=True),
        Column("figure_id", TEXT, "Figure of a form that it repeats, where one does", "所重复的数", nullable=True),
        Column("zero_item", TEXT, "Item of the three public expenses that the words say to be zero for the body itself in its year",
               "所述为零的“三公”项目", nullable=True,
               allowed=("total", "overseas_travel", "official_reception", "vehicles", "vehicle_purchase", "vehicle_operation")),
        Column("context", TEXT, "Evidence: for year, phase, scope, fund and subject the level that says it (clause, sentence, before, heading, section, title) and its words",
               "上下文依据"),
        Column("is_context_certain", BOOLEAN, "Whether year, phase and, for governments, scope are certain; no mart counts an amount whose context is not", "上下文是否确定"),
    ),
)

AGENCY_STATISTIC = Table(
    "agency_statistic", "document × agency × metric", "Posts, staff, retirees and vehicles that sentences and forms state", "单位基本数字",
    (
        Column("agency_statistic_id", TEXT, "Identifier", "编号", unique=True),
        DOCUMENT_ID, PAGE_NUMBER,
        Column("block_index", INTEGER, "Paragraph; NULL where a form states it", "段序", nullable=True, at_least=1),
        Column("cell_id", TEXT, "Cell of the form that states it; NULL where a sentence does", "单元格", nullable=True),
        Column("agency_name", TEXT, "Agency as printed", "单位名称"),
        Column("metric", TEXT, "What is counted", "指标",
               allowed=("authorised_posts", "staff", "retirees_leave", "retirees", "vehicles", "units", "large_equipment")),
        Column("value", NUMBER, "Count", "数值"),
        Column("printed_text", TEXT, "Words that state it", "原文"),
    ),
)

PERFORMANCE_INDICATOR = Table(
    "performance_indicator", "document × project × indicator path", "Performance targets of projects", "绩效指标",
    (
        Column("performance_indicator_id", TEXT, "Identifier", "编号", unique=True),
        DOCUMENT_ID, PAGE_NUMBER, FORM_INDEX,
        Column("agency_name", TEXT, "Implementing agency", "实施单位", nullable=True),
        Column("project_name", TEXT, "Project", "项目名称", nullable=True),
        Column("horizon", TEXT, "Whether the target is for the year or for the project's end", "目标期间",
               allowed=("annual", "terminal")),
        Column("indicator_path", TEXT, "Levels of the indicator, separated by ' / '", "指标路径"),
        Column("indicator_text", TEXT, "Content of the indicator", "指标内容", nullable=True),
        Column("target_text", TEXT, "Target as printed", "目标值（原文）", nullable=True),
        Column("target_value", NUMBER, "Target as a number, where it is one", "目标值（数）", nullable=True),
        Column("cell_ids", TEXT_LIST, "Cells in which it is printed", "单元格编号"),
    ),
)

REFUSAL = Table(
    "refusal", "document, page, form or column that was not read", "What was not read, and why", "拒收",
    (
        Column("refusal_id", TEXT, "Identifier", "编号", unique=True),
        DOCUMENT_ID,
        Column("page_number", INTEGER, "Page; NULL when the whole document is refused", "页码", nullable=True),
        Column("form_index", INTEGER, "Printed table; NULL when none", "表序", nullable=True),
        Column("form", TEXT, "Form or printed title, where one is known", "表", nullable=True),
        Column("row_index", INTEGER, "Row, where a row or a cell is refused", "行序", nullable=True),
        Column("column_index", INTEGER, "Column, where a column or a cell is refused", "列序", nullable=True),
        Column("reason", TEXT, "Reason, one of a fixed list (schemas/refusal_reasons.csv)", "原因"),
        Column("detail", TEXT, "What was seen, what was expected, and which table of data to extend", "详情"),
        Column("numeric_cell_count", INTEGER, "Numeric cells that are thereby not figures", "涉及的数字单元格数", at_least=0),
        Column("cell_ids", TEXT_LIST, "Those cells", "涉及的单元格"),
    ),
)

IDENTITY_CHECK = Table(
    "identity_check", "instance of an identity", "Arithmetic that the document must satisfy, and whether it does", "勾稽关系检查",
    (
        Column("identity_check_id", TEXT, "Identifier", "编号", unique=True),
        DOCUMENT_ID,
        Column("identity", TEXT, "Name in the catalogue of identities", "勾稽关系"),
        Column("scope", TEXT, "Where its terms stand", "范围", allowed=SCOPES),
        Column("severity", TEXT, "What a failure means", "严重程度", allowed=("error", "warning")),
        Column("description", TEXT, "Terms in words, for a person", "说明"),
        Column("stated_yuan", YUAN, "Amount stated", "列示数（元）", nullable=True),
        Column("computed_yuan", YUAN, "Amount computed from the terms", "计算数（元）", nullable=True),
        Column("difference_yuan", YUAN, "Stated less computed", "差额（元）", nullable=True),
        Column("bound_yuan", HALF_UNIT, "Largest difference that rounding of the printed figures can explain", "尾数允许范围（元）",
               nullable=True),
        Column("verdict", TEXT, "Judgement over the whole document", "结论", allowed=VERDICTS),
        Column("figure_ids", TEXT_LIST, "Figures that are its terms, the stated one first", "涉及的数"),
        Column("narrative_figure_ids", TEXT_LIST, "Amounts in sentences that are its terms", "涉及的文字中的数", nullable=True),
        Column("agency_statistic_ids", TEXT_LIST, "Counts of posts, staff and vehicles that are its terms", "涉及的单位基本数字",
               nullable=True),
        Column("performance_indicator_ids", TEXT_LIST, "Targets whose amounts are its terms", "涉及的绩效指标", nullable=True),
    ),
)

SUSPECT_FIGURE = Table(
    "suspect_figure", "figure that cannot be right", "Smallest set of figures that must be wrong", "存疑的数",
    (
        Column("figure_id", TEXT, "Figure", "数的编号", unique=True),
        DOCUMENT_ID,
        Column("printed_yuan", YUAN, "Amount as printed", "列示数（元）", nullable=True),
        Column("feasible_low_yuan", YUAN, "Least amount that would satisfy the document", "可行下限（元）", nullable=True),
        Column("feasible_high_yuan", YUAN, "Largest amount that would satisfy the document", "可行上限（元）", nullable=True),
        Column("cause", TEXT, "Whose mistake: the document's where the sums around it show that the form is read rightly, else perhaps the reading's",
               "原因：文件本身，或读法存疑", allowed=("document", "reading")),
        Column("reason", TEXT, "Identities that it breaks, in words", "理由"),
    ),
)

READING_CHOICE = Table(
    "reading_choice", "choice between readings of a form", "Where a form can be read in several ways: the one taken, those rejected",
    "读法取舍",
    (
        DOCUMENT_ID, FORM_INDEX,
        Column("aspect", TEXT, "What was chosen: columns, hierarchy, unit, …", "取舍内容"),
        Column("chosen", TEXT, "Reading taken", "采用"),
        Column("rejected", TEXT, "Reading rejected", "未采用"),
        Column("evidence", TEXT, "Sums that each satisfies, and other evidence", "依据"),
    ),
)

SOURCE = Table(
    "source", "line of the source registry", "Places where bodies publish, and when each was last visited", "来源",
    (
        Column("source_id", TEXT, "Identifier in the source registry", "来源编号", unique=True),
        Column("jurisdiction_name", TEXT, "Jurisdiction of the publisher", "行政区划名称"),
        Column("jurisdiction_code", TEXT, "GB/T 2260 code of the jurisdiction", "行政区划代码（GB/T 2260）", nullable=True),
        Column("publisher", TEXT, "Body that publishes there", "发布单位"),
        Column("listing_url", TEXT, "Address of the listing", "列表页网址"),
        Column("cadence", TEXT, "How often it is visited while documents are expected", "访问频率"),
        Column("publication_window", TEXT, "Days of the year between which documents are expected", "预计公开时段", nullable=True),
        Column("is_active", BOOLEAN, "Whether runs visit it by themselves", "是否启用"),
        Column("last_visited_at", TEXT, "When the last complete visit began (ISO 8601)", "最近访问时间", nullable=True),
        Column("note", TEXT, "What a person should know of it", "备注", nullable=True),
    ),
)

FETCH_ATTEMPT = Table(
    "fetch_attempt", "request", "Requests that were sent, or that were not allowed to be sent, and what came of each", "抓取记录",
    (
        Column("attempt_id", INTEGER, "Number of the request, in order of time", "请求编号", unique=True, at_least=1),
        Column("run_id", TEXT, "Run of fetching", "运行编号"),
        Column("source_id", TEXT, "Source for which it was made", "来源编号"),
        Column("url", TEXT, "Address", "网址"),
        Column("parent_url", TEXT, "Page or redirect that led there", "上级网址", nullable=True),
        Column("purpose", TEXT, "What was expected at the address", "用途", allowed=("listing", "page", "document", "robots")),
        Column("try_number", INTEGER, "1 for the first try, more for repetitions", "第几次尝试", at_least=1),
        Column("requested_at", TEXT, "When it began (ISO 8601)", "请求时间"),
        Column("finished_at", TEXT, "When it ended (ISO 8601)", "结束时间", nullable=True),
        Column("outcome", TEXT, "What came of it, one of a fixed list (schemas/fetch_outcomes.csv)", "结果"),
        Column("is_sent", BOOLEAN, "Whether a request was sent to the host", "是否已发出"),
        Column("http_status", INTEGER, "Status of the answer", "HTTP 状态码", nullable=True),
        Column("content_type", TEXT, "Type that the server claims; never evidence", "服务器声明的类型", nullable=True),
        Column("location", TEXT, "Address that a redirect names", "重定向网址", nullable=True),
        Column("byte_count", NUMBER, "Size of what was received whole, in bytes", "字节数", nullable=True),
        Column("resumed_from", NUMBER, "Byte at which an earlier download was continued", "续传起点", nullable=True),
        Column("sha256", TEXT, "SHA-256 of what was received whole", "SHA-256", nullable=True, pattern="^[0-9a-f]{64}$"),
        Column("file_name", TEXT, "Name that the server gives", "文件名", nullable=True),
        Column("detail", TEXT, "What was seen", "详情", nullable=True),
    ),
)

PUBLICATION = Table(
    "publication", "address × version", "Which document stood at which address, from when to when", "公开记录",
    (
        Column("source_id", TEXT, "Source that leads there", "来源编号"),
        Column("url", TEXT, "Address", "网址"),
        Column("version", INTEGER, "Version at this address, from 1", "版本", at_least=1),
        DOCUMENT_ID,
        Column("sha256", TEXT, "SHA-256 of the file's bytes", "文件 SHA-256", pattern="^[0-9a-f]{64}$"),
        Column("file_name", TEXT, "Name under which it was received; never evidence", "收到时的文件名"),
        Column("title", TEXT, "Words of the link that leads there", "链接文字", nullable=True),
        Column("first_seen_at", TEXT, "When this version was first received (ISO 8601)", "首次获取时间"),
        Column("last_seen_at", TEXT, "When it was last found there (ISO 8601)", "最近确认时间"),
        Column("ended_at", TEXT, "When it was found to be there no more; NULL while it is", "失效时间", nullable=True),
        Column("ended_by", TEXT, "Whether another version took its place or it was withdrawn", "失效原因", nullable=True,
               allowed=("replaced", "withdrawn")),
        Column("is_current", BOOLEAN, "Whether it is there now, as far as is known", "是否现行版本"),
    ),
)

SCHEMA_VERSION = Table(
    "schema_version", "warehouse file", "Which version of these tables the file has", "表结构版本",
    (
        Column("schema_version", INTEGER, "Version, as in schemas/versions.csv", "版本号", unique=True, at_least=1),
        Column("digest", TEXT, "Digest of the names and types of all columns", "结构摘要", pattern="^[0-9a-f]{16}$"),
    ),
)

TABLES: tuple[Table, ...] = (
    DOCUMENT, PAGE, FORM, CELL, FIGURE, TEXT_BLOCK, NARRATIVE_FIGURE, AGENCY_STATISTIC, PERFORMANCE_INDICATOR,
    REFUSAL, IDENTITY_CHECK, SUSPECT_FIGURE, READING_CHOICE, SOURCE, FETCH_ATTEMPT, PUBLICATION, SCHEMA_VERSION,
)
