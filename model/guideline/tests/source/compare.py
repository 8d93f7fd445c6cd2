"""Holds our tables against the guideline's own text, cell by cell:
`cargo run --example tables | python3 compare.py GUIDELINE.txt`.

The text is a PDF turned into lines: a table is its cells one after the other, broken wherever the page broke them. So
white space means nothing here, and a cell is found by what stands before and after it. Exits 1 at any difference.
"""

import json
import re
import sys

CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩"
ours = json.load(sys.stdin)
lines = [line.strip("\x0c\ufeff \n") for line in open(sys.argv[1], encoding="utf-8")]
passed, wrong = 0, []


def check(what, found, expected):
    global passed
    if found == expected:
        passed += 1
    else:
        wrong.append(f"{what}: the guideline has {found!r}, we have {expected!r}")


def squeeze(text):
    return re.sub(r"\s+", "", text)


def section(begin, end):
    """The lines from the one that begins with `begin` to the one that begins with `end`, without either."""
    start = next(i for i, line in enumerate(lines) if line.startswith(begin))
    stop = next(i for i, line in enumerate(lines) if i > start and line.startswith(end))
    return lines[start + 1 : stop]


def ja(row):
    return squeeze(row["title"]["ja"])


def titled(table, key):
    return {row["id"]: ja(row) for row in ours[table]}[key]


def in_order(what, text, pieces):
    """Each piece stands in the text after the one before it."""
    at = 0
    for piece in pieces:
        found = text.find(piece, at)
        check(f"{what}, {piece}", found >= 0, True)
        at = found + len(piece) if found >= 0 else at


def last_number(cells):
    """How far the numbers go that begin lines: 1, 2, 3 … in this order."""
    number = 0
    for line in cells:
        if re.match(rf"{number + 1}(\s|$)", line):
            number += 1
    return number


def numbered(what, begin, end, rows):
    """A table whose rows have numbers: as many as ours, each followed by our title."""
    cells = section(begin, end)
    check(f"{what}, rows", last_number(cells), len(rows))
    in_order(what, squeeze("".join(cells)), [f"{row['number']}{ja(row)}" for row in rows])


def plain_tables():
    text = squeeze("".join(section("表 2-2 ", "★★、★★★レベルにおける")))
    in_order("T2-2", text, [part for row in reversed(ours["service_level"]) for part in (row["id"], ja(row))])
    text = squeeze("".join(section("表 2-3 ", "2.4 ")))
    check("T2-3, parts", text.count("■"), len(ours["part"]))
    in_order("T2-3, parts", text, ["■" + ja(row) for row in ours["part"]])
    in_order("T2-3", text, [ja(row) for row in ours["system_box"]])
    for table, begin, end in (("T2-4", "表 2-4 ", "2.4.2"), ("T2-5", "表 2-5 ", "3 スマートホーム向け")):
        numbered(table, begin, end, [row for row in ours["step"] if row["table"] == table])
    text = squeeze("".join(section("表 3-3 ", "上記のモデルを踏まえて")))
    check("T3-3, STRIDE", text.count("STRIDEモデル"), 6)
    check("T3-3, CCDS", text.count("CCDSによる追加脅威"), 5)
    check("T3-3, rows", 6 + 5, len(ours["threat"]))
    in_order("T3-3", text, [ja(row) for row in ours["threat"]])
    cells = section("3.3.2 ", "3.4 ")
    check("3.3.2", [squeeze(line[1:]) for line in cells if line.startswith("・")], [ja(row) for row in ours["non_cyber"]])
    wired = [row for row in ours["interface"] if row["number"] <= 3]
    numbered("T3-6 A", "A)有線", "B)無線", wired)
    cells = section("B)無線", "参考）")
    in_order("T3-6 B", squeeze("".join(cells)), [f"{row['number']}{ja(row)}" for row in ours["interface"][3:]])
    numbers = [int(line.split()[0]) for line in cells if re.match(r"\d+(\s|$)", line)]
    check("T3-6 B, numbers", numbers, [row["number"] for row in ours["interface"][3:]])
    numbered("T3-7", "表 3-7 Who", "表 3-8 Whom", ours["actor"])
    numbered("T3-8", "表 3-8 Whom", "表 3-9 Where", ours["target"])
    numbered("T3-9", "表 3-9 Where", "上記の項目に沿って", ours["place"])


def assets():
    """T3-2: machines, classes and assets in our order, and no asset more often than we have it."""
    text = squeeze("".join(section("表 3-2 ", "※1、※2")))
    text = re.sub(r"[（(]※[12][)）]", "", text).replace("スマーフォン内", "スマートフォン内")
    # The third party's credentials are said to be keys, and those of the path at EP⑧ stand among its data.
    text = text.replace("認証情報（認証キー）", "認証情報")
    pieces, holder = [], None
    for row in ours["asset"]:
        # A machine's name stands once, before its first class.
        if row["holder"] and row["holder"] != holder:
            pieces.append(titled("holder", row["holder"]))
        holder = row["holder"]
        pieces.append(titled("asset_class", row["class"]))
        pieces += [titled("asset_kind", kind) for kind in row["assets"]]
    in_order("T3-2", text, pieces)
    for word in ("一次資産", "二次資産", "ハードウェア、ソフトウェア", "設定情報、ログ情報", "認証情報", "暗号鍵", "制御信号",
                 "センシングデータ", "個人情報（", "個人情報や機微情報", "機器の状態管理情報", "アップデートソフトウェア", "通信経路上のデータ"):
        check(f"T3-2, how often {word}", text.count(word), "".join(pieces).count(word))


def coverage():
    text = squeeze("".join(section("表 3-4 ", "3.3.2 ")))
    pieces = re.split(rf"EP([{CIRCLED}])", text)
    check("T3-4, rows", len(pieces) // 2, len(ours["entry_point"]))
    names = {row["id"]: ja(row).split("（")[0] for row in ours["threat"]}
    for row, mark, cells in zip(ours["entry_point"], pieces[1::2], pieces[2::2]):
        check("T3-4", "EP" + mark, row["mark"])
        examined = "".join(names[threat] for threat in row["examined"])
        check(f"T3-4, {row['mark']}", cells[: len(examined)], examined)
        rest = cells[len(examined) :]
        check(f"T3-4, {row['mark']}, no more", [name for name in names.values() if name in rest], [])


def threat_rows(table, begin, end):
    """T3-10, T3-11: the text between two rows is cut at ★★ and ★★★, and each cell compared."""
    # Page numbers stand alone on a line.
    text = squeeze("".join(line for line in section(begin, end) if not re.fullmatch(r"\d+", line)))
    text = text.replace("保守用/IF", "保守用I/F")
    rows = [row for row in ours["threat_row"] if row["table"] == table]
    # Before ★★ of a row: threat, case, connection, who. After: whom, where, ★★★, whom.
    pieces = re.split(r"(?<!★)★★(?!★)", text)
    check(f"{table}, rows", len(pieces) - 1, len(rows))
    check(f"{table}, rows of ★★★", text.count("★★★"), len(rows))
    names = {row["id"]: ja(row).split("（")[0] for row in ours["threat"]}
    mark, before = None, pieces[0]
    for row, piece in zip(rows, pieces[1:]):
        marks = re.findall(rf"EP[{CIRCLED}]", before)
        mark = marks[-1] if marks else mark
        check(f"{row['id']}, entry point", mark, titled_mark(row["entry_point"]))
        if not row["id"].endswith("b"):
            # Of the names of threats, the first is the cell; others may stand in the case.
            cell = before[before.rindex(mark) :] if marks else before
            places = [(cell.find(name), name) for name in names.values() if name in cell]
            check(f"{row['id']}, threat", min(places)[1] if places else None, names[row["threat"]])
        who = titled("actor", row["who"]).replace("（", "(").replace("）", ")")
        connection = "".join(titled("interface", it) for it in row["interfaces"])
        connection = connection.replace("有線通信上記以外の無線通信", "有線通信/無線通信")
        check(f"{row['id']}, who", before[-len(who) :], who)
        before = before[: -len(who)]
        whom = ["・".join(titled("target", it) for it in row[level]) for level in ("whom_two", "whom_three")]
        place = titled("place", row["place"])
        values = f"{whom[0]}{place}"
        check(f"{row['id']}, ★★ and where", piece[: len(values)], values)
        between, rest = piece[len(values) :].split("★★★", 1)
        # At EP⑧ the page breaks inside the row, and its connection goes on beside the end of the assets.
        cell = before if not between.endswith("上記以外の無線通信") else before + "上記以外の無線通信"
        check(f"{row['id']}, connection", cell[-len(connection) :], connection)
        check(f"{row['id']}, no more connections", cell[: -len(connection)].endswith(("通信", "Ethernet", "Wi-Fi")), False)
        check(f"{row['id']}, ★★★", rest[: len(whom[1])], whom[1])
        before = rest[len(whom[1]) :]


def titled_mark(entry_point):
    return next(row["mark"] for row in ours["entry_point"] if row["id"] == entry_point)


def at_risk():
    """The assets of T3-10 and T3-11: those of ours, in order, between an entry point's mark and its first threat."""
    text = squeeze("".join(section("表 3-10 スマートホーム", "3.5 リスク値"))).replace("スマーフォン内", "スマートフォン内")
    # EP⑧'s assets end after the page break, beside its second row.
    text = text.replace("・個人情報（対象機器の実装機能に依存する）なりすまし", "・個人情報（対象機器の実装機能に依存する）・認証情報なりすまし")
    pieces = re.split(rf"EP([{CIRCLED}])", text)
    check("T3-10, T3-11, entry points", "".join(pieces[1::2]), CIRCLED)
    for row, cells in zip(ours["entry_point"], pieces[2::2]):
        titles = [titled("asset_kind", kind) for kind in row["at_risk"]]
        names = [ja(threat).split("（")[0] for threat in ours["threat"]]
        cells = cells[: min(cells.find(name) for name in names if name in cells)]
        cells = re.sub(r"【.*?】|・", "", cells).replace("制御信号、", "制御信号")
        check(f"{row['mark']}, assets", cells, "".join(titles))


def premises():
    ends = {"T3-38": "表 3-39 防犯", "T3-39": "3.6 ", "T3-40": "表 3-41 防犯", "T3-41": "4 想定される"}
    begins = {"T3-38": "表 3-38 シャッター", "T3-39": "表 3-39 防犯", "T3-40": "表 3-40 シャッター", "T3-41": "表 3-41 防犯"}
    for row in ours["calculation"]:
        cells = section(begins[row["table"]], ends[row["table"]])
        check(row["table"], sum(line.startswith("・") for line in cells), len(row["premises"]))


def rules():
    text = squeeze("".join(section("表 6-1 ", "本書におけるセキュリティ要件及び")))
    check("T6-1", re.findall("[◎○＝]", text), [row["id"] for row in ours["relation"]])
    text = squeeze("".join(section("表 6-2 ", "表 6-3 ")))
    for row in ours["subject"][1:]:
        check(f"T6-2, {row['id']}", ja(row) in text, True)
    check("T6-2, SP PP H D A", re.findall(r"(?:[ms]|Platform|Gateway|devices|application)(SP|PP|H|D|A)(?=[第ホスゲ]|$)", text),
          [row["id"] for row in ours["subject"][1:]])


REQUIREMENTS = (
    ("T6-3", "表 6-3 ", "6.2 システム"),
    ("T6-4", "表 6-4 ", "6.2.2 "),
    ("T6-5", "表 6-5 ", "6.2.3 "),
    ("T6-6", "表 6-6 ", "6.2.4 "),
    ("T6-7", "表 6-7 ", "6.2.5 "),
    ("T6-8", "表 6-8 ", "7 まとめ"),
)
ID = re.compile(r"(S?R[23](?:-(?:SP|PP|H|D|A))?-\d+)(?=\s|$)")


def requirements():
    for table, begin, end in REQUIREMENTS:
        chunks, spans = {}, []
        for line in section(begin, end):
            start = ID.match(line)
            if start and chunks and squeeze(chunks[list(chunks)[-1]]).endswith(("～", "～" + start[1])):
                spans.append((list(chunks)[-1], start[1]))
            elif start:
                chunks[start[1]] = ""
            if chunks and not re.fullmatch(r"\d+", line):
                chunks[list(chunks)[-1]] += line + "\n"
        rows = {row["id"]: row for row in ours["requirement"] if row["table"] == table}
        expected = [key for key, row in rows.items() if not isinstance(row["source"], str) or row["source"] == "★★"]
        stated = [key for key in chunks if key not in dict(spans)]
        check(f"{table}, ids", stated, expected)
        ranged = []
        for first, last in spans:
            stem = first.rsplit("-", 1)[0]
            ranged += [f"{stem}-{n}" for n in range(int(first.rsplit("-", 1)[1]), int(last.rsplit("-", 1)[1]) + 1)]
            text = squeeze(chunks[first])
            in_order(f"{table}, {first}", text, [rows[first]["level"], ja(rows[first]), "～", ja(rows[last])])
        check(f"{table}, ranges", ranged, [key for key in rows if key not in expected])
        for key in stated:
            if key in rows:
                requirement(rows[key], chunks[key])


def requirement(row, chunk):
    key, text = row["id"], squeeze(chunk)
    head = f"{key}{row['level']}{titled('subject', row['subject'])}{ja(row)}"
    check(f"{key}, level, subject and title", text[: len(head)], head)
    # What is asked for begins with a bullet, but for five.
    plain = key in ("SR2-SP-5", "SR3-SP-7", "SR3-SP-13", "SR2-H-4", "SR3-D-4")
    check(f"{key}, end of the title", text[len(head)] in "・※", not plain)
    if row["source"] == "★★":
        check(f"{key}, references", re.findall("[◎○＝]|UK[0-9]|CPS", text) + ["※★★参照"] * text.count("※★★参照"), ["※★★参照"])
        return
    found = []
    for piece in re.findall(r"[◎○＝]|UK\d+|1798[.\d]+|CPS\.[A-Z]+-\d+", chunk):
        if piece in "◎○＝":
            found.append([piece])
        elif found:
            found[-1].append(piece)
    cells = [row["source"][rule] for rule in ("uk", "sb327", "cpsf")]
    check(f"{key}, references", found, [[cell["relation"], *cell["clauses"]] for cell in cells])
    named = set(re.findall(r"\[(\d+)\]", chunk)) | ({"27017"} if "27017" in chunk else set())
    named |= {"5"} if "共通要件" in text[len(head) :] else set()
    check(f"{key}, documents", named, {str(guide["reference"] or 27017) for guide in row["guides"]})
    lets_off = any(words in text for words in ("不要とする", "対象外とする", "もしくは専用線"))
    check(f"{key}, exceptions", lets_off, row["unless"] is not None)


TASKS = {
    "T5-2": "5.2.2 ", "T5-3": "5.2.3 ", "T5-4": "5.2.4 ", "T5-5": "5.2.5 ", "T5-6": "5.3 ", "T5-8": "5.4.2 ",
    "T5-9": "5.4.3 ", "T5-10": "5.4.4 ", "T5-11": "5.4.5 ", "T5-12": "5.4.6 ", "T5-13": "6 スマートホームサービスにおける",
}  # fmt: skip


def lifecycle():
    for begin, end, phases in (("表 5-1 ", "5.2 ", ours["phase"][:5]), ("表 5-7 ", "5.4 ", ours["phase"][5:])):
        in_order(begin, squeeze("".join(section(begin, end))), [ja(row) for row in phases])
    for table, end in TASKS.items():
        cells = section(f"表 {table[1:]} ", end)
        rows = [row for row in ours["task"] if row["table"] == table]
        check(f"{table}, rows", last_number(cells), len(rows))
        # Two titles are broken by the text beside them.
        broken = {"T5-5/8": "制限）", "T5-5/12": "（遠隔開錠操作）"}
        pieces = []
        for row in rows:
            title = ja(row)
            tail = broken.get(row["id"], "")
            check(f"{row['id']}, end of the title", title[len(title) - len(tail) :], tail)
            pieces.append(f"{row['number']}{title[: len(title) - len(tail)]}")
            pieces += [tail] if tail else []
        in_order(table, squeeze("".join(cells)), pieces)
        text = squeeze("".join(cells))
        check(f"{table}, ISO/IEC 27017", text.count("27017"), sum("iso-iec-27017" in row["guides"] for row in rows))


plain_tables()
assets()
coverage()
threat_rows("T3-10", "表 3-10 スマートホーム", "表 3-11 ホーム")
threat_rows("T3-11", "表 3-11 ホーム", "3.5 リスク値")
at_risk()
premises()
rules()
requirements()
lifecycle()
for line in wrong:
    print(line)
print(f"{passed} passed, {len(wrong)} failed, 0 skipped")
sys.exit(bool(wrong))
