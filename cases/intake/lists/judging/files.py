"""Why a file is no list, and what to send instead, in the two languages."""

from __future__ import annotations

from cases.workflow.view import Text

FILE: dict[str, Text] = {
    "empty_file": Text("文件是空的，没有可读的内容；请重新选择文件。", "The file is empty. Choose another one."),
    "too_large": Text(
        "文件达到 200 MB，系统不予读取；请按区县或日期拆分后分批导入。",
        "The file has 200 MB or more. Split it by county or date and import the parts.",
    ),
    "other_format": Text(
        "这不是名单文件（可能是 PDF、图片或压缩包）；请另存为 CSV 或 XLSX 后导入。",
        "This is no list (perhaps a PDF, a picture or an archive). Save it as CSV or XLSX and import that.",
    ),
    "unknown_encoding": Text(
        "文件的文字编码无法识别；请在表格软件中另存为“CSV UTF-8”或 XLSX 后导入。",
        "The text encoding cannot be read. Save the file as “CSV UTF-8” or XLSX and import that.",
    ),
    "broken_csv": Text(
        "文件读到第 {line} 行时无法按 CSV 读取（引号不配对或单元格过长）；请核对该行及其前面的引号，另存后再导入。",
        "At line {line} the file cannot be read as CSV (unpaired quotes, an overlong cell). Check the quotes up to it.",
    ),
    "broken_workbook": Text(
        "工作簿已损坏，无法打开；请在表格软件中修复并另存为 XLSX 后导入。",
        "The workbook is damaged. Repair it in a spreadsheet, save it as XLSX and import that.",
    ),
    "encrypted": Text(
        "工作簿有打开密码，系统无法读取；请去除密码后导入。",
        "The workbook is protected by a password. Remove it and import the file again.",
    ),
    "macros": Text(
        "工作簿含有宏，出于安全不予读取；请另存为不含宏的 XLSX 后导入。",
        "The workbook holds macros and is not opened. Save it as XLSX without macros and import that.",
    ),
    "zip_bomb": Text(
        "工作簿解压后体积异常，出于安全不予读取；请只保留名单内容，另存后导入。",
        "The workbook unpacks to an abnormal size and is not opened. Keep only the list and save it again.",
    ),
    "workbook_too_large": Text(
        "工作簿过大，或在远离名单的位置有内容，系统不予读取；请只保留名单区域，另存为 CSV 后导入。",
        "The workbook is too large, or holds cells far away from the list. Keep only the list and save it as CSV.",
    ),
    "wrong_kind": Text(
        "这份文件是{looks}，不是{kind}；请改选名单类型后重新导入。",
        "By its columns this is a {looks}, not a {kind}. Choose that kind and import it again.",
    ),
    "no_header": Text(
        "没有找到{kind}的表头：前 20 行中没有“{wanted}”等列名；请确认选对了名单类型，或补上表头后导入；"
        "列名与此不同的，请在“导入名单”页面的“匹配列”一步逐列指定。",
        "No header of a {kind} in the first 20 rows (columns such as {wanted}). Check the kind, or add the header; "
        "columns of other names can be mapped by hand on the page where lists are imported.",
    ),
    "hidden_list": Text(
        "{kind}在隐藏的工作表里，隐藏的内容系统不予读取；请取消隐藏、核对内容后导入。",
        "The {kind} is on a hidden sheet, which is not read. Unhide it, check what it holds and import the file again.",
    ),
    "no_rows": Text(
        "表头下面没有数据行；请确认文件内容后重新导入。", "There are no data rows below the header. Check the file."
    ),
    "name_taken": Text(
        "批次名称“{batch}”已用于另一个文件；请换一个名称。",
        "The name “{batch}” already belongs to another file. Choose another name.",
    ),
}
