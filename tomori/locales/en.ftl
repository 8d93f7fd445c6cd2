# The words of the command

cli-about = Tomori — a smart-home service system
cli-after = Without a command it runs everything on this machine: platform, gateway and a house.
cli-heading-commands = Commands
cli-heading-options = Options
cli-help = Show this help
cli-version = Show the version
cli-data = Folder for data (by default in the user's data folder)
cli-lang = Language (by default from the environment)
cli-log-json = Write log lines as JSON
cli-config = Configuration file (TOML)
cli-demo = Run everything on this machine
cli-demo-once = Play use case 1 once, without a screen, and end
cli-demo-json = Write one JSON line a step
cli-demo-speed = Run the clock of the house's schedule N times as fast (1 to 3600)
cli-demo-processes = Run platform, gateway and house as processes of their own
cli-demo-port = Port of the app; the house page has the next one (default 8440)
cli-demo-code = Show the demo's current one-time codes
cli-platform = Run the smart-home service platform alone
cli-platform-setup-code = Issue the code with which the first operator signs up
cli-gateway = Run the home gateway alone
cli-gateway-enrol = Enrol a gateway at the platform with an enrolment code
cli-gateway-code = The enrolment code from the operator
cli-device = Run virtual devices alone
cli-audit = Examine audit logs
cli-audit-verify = Verify the chain of an audit log and name the first bad place
cli-audit-folder = Folder of the audit log (by default the platform's in the data folder)
cli-incomplete = The command ends too early. See --help for what may follow.
cli-error-command = There is no command “{ $what }”.
cli-error-argument = There is no argument “{ $what }”.
cli-error-value = “{ $what }” does not take “{ $value }”.
cli-error-missing = A required argument is missing: { $what }
cli-error-other = These arguments make no sense together. { $what }
cli-error-valid = { " " }Possible values: { $valid }.
cli-error-suggestion = { " " }Did you mean { $suggestion }?
cli-error-help = See --help for how to use it.
cli-gateway-platform = The platform's enrolment door (host:port)
box-enrolled = The gateway { $gateway } now belongs to the home { $home }.
box-setup-code = Set up the first operator: open http(s)://{ $web }/operator/setup and enter the code { $code }. It works once.
box-setup-done = There is an operator already. New operators are invited by an operator.
audit-whole = The audit log { $folder } is whole: { $entries } records ({ $first } to { $last }).
audit-broken = The audit log { $folder } is not what was written. { $what }. Nothing from this place on can be trusted; compare it with a backup.
box-no-threads = The program cannot start: { $why }
demo-operator-name = Midori
demo-home-name = House of the Lamp
demo-home-address = Chiyoda, Tokyo (does not exist)
demo-resident-1 = Hanako
demo-resident-2 = Taro
demo-greeting =
    The Tomori demo is running.
      The app             { $app }
      The operator's page { $operator }
      The house           { $house }
      Inside the house    { $door } (opened from “Pair with the house” in the app)
      Data                { $data }
    Sign in (login / password / one-time code of this moment)
demo-account = {"  "}{ $name }: { $login } / { $password } / { $code }
demo-codes = One-time codes change every 30 seconds and work once. “tomori demo code” shows the present ones. Ctrl-C stops.
demo-stopping = Stopping…
demo-interrupted = it was stopped in between
demo-failed = The demo cannot go on: { $why }
demo-no-paper = No demo has run yet: { $why }
demo-step = { $time }  T2-4 { $step } { $title }: { $detail }
demo-step-failed = step { $step } ({ $title }) did not come to its end
demo-line = { $time }  { $what }
demo-title-1 = Setting the schedule
demo-title-2 = Instructing the shutter
demo-title-3 = Execution by the platform
demo-title-4 = Moving the shutter
demo-detail-1 = a schedule of { $time } is registered for { $device }
demo-detail-2 = the time has come, the service instructs the platform ({ $command })
demo-detail-3 = the home gateway has the platform's instruction
demo-detail-4 = { $device } moved, and says so itself
demo-detail-4-failed = { $device } did not do it ({ $stage } { $why })
demo-line-wished = { $device }: { $value } is accepted
demo-line-delivered = { $device }: the gateway has { $value }
demo-line-ended = { $device }: { $value } → { $stage } { $why }
demo-line-hand = { $device } was moved by hand; that goes before remote operation for a while
demo-line-lost = { $device } does not answer any more
demo-line-appeared = { $device } answers
demo-line-unknown = a device that is not on the equipment list is in the house; it is not operated
demo-line-impersonation = somebody pretends to be { $device }; it is not believed
demo-line-missed = the gateway was away at the time of a schedule
demo-line-connected = the gateway is connected
demo-line-disconnected = the line to the gateway is broken; the house goes on
