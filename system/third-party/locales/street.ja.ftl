
# 警備員：できること、伝えること、伝わること。
place-guards = 警備員
guards-about = 警備員それぞれができることです。警報に必要なときは、できる人を先に示します。だれも一覧から外しません。
guards-none = 警備員はまだいません。会社管理者が招待します。
guards-skills = できること
guards-skills-do = この内容にする
skill-keys = 鍵・錠前
skill-first-aid = 応急手当
skill-fire = 火災・ガス
skill-two-people = 二人乗車
skill-dogs = 犬の扱い
list-comma = 、
dispatch-needed = この案件に必要：{ $skills }。できる人を先に示します。
guard-lacks = なし：{ $skills }
