
# Guards: what they can do, what they are told and tell.
place-guards = Guards
guards-about = What each guard can do. Where an alarm asks for it, those who can are proposed first; nobody is left out.
guards-none = Nobody is a guard yet. An administrator invites guards.
guards-skills = Can do
guards-skills-do = Keep
skill-keys = Keys and locks
skill-first-aid = First aid
skill-fire = Fire and gas
skill-two-people = Two in one car
skill-dogs = Dogs
list-comma = {", "}
dispatch-needed = Asked for here: { $skills }. Who can comes first.
guard-lacks = without: { $skills }
