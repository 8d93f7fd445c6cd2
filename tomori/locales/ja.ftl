# コマンドの言葉

cli-about = Tomori（灯・戸守）— スマートホームのサービスシステム
cli-after = コマンドなしで起動すると、この機械の上で一式（情報基盤・ゲートウェイ・家）が動きます。
cli-heading-commands = コマンド
cli-heading-options = オプション
cli-help = この説明を表示します
cli-version = 版を表示します
cli-data = データを置くフォルダ（既定は利用者のデータフォルダ）
cli-lang = 言語（既定は環境から決まります）
cli-log-json = 記録を JSON の行で書きます
cli-config = 設定ファイル（TOML）
cli-demo = この機械の上で一式を動かします
cli-demo-once = ユースケース 1 を画面なしで一度だけ演じて終わります
cli-demo-json = 一歩ごとに JSON を 1 行書きます
cli-demo-speed = 家のスケジュールの時計を N 倍で進めます（1 から 3600）
cli-demo-processes = 情報基盤・ゲートウェイ・家をそれぞれ別のプロセスで動かします
cli-demo-port = アプリのポート。家のページは次の番号（既定は 8440）
cli-demo-code = デモの今のワンタイムコードを表示します
cli-platform = スマートホームサービス情報基盤だけを動かします
cli-platform-setup-code = 最初の運用者を登録するためのコードを発行します
cli-gateway = ホームゲートウェイだけを動かします
cli-gateway-enrol = 登録コードでゲートウェイを情報基盤に登録します
cli-gateway-code = 運用者から受け取った登録コード
cli-device = 仮想の住設機器だけを動かします
cli-audit = 監査記録を調べます
cli-audit-verify = 監査記録の鎖を検証し、最初におかしい所を示します
cli-audit-folder = 監査記録のフォルダ（既定はデータフォルダの中の情報基盤のもの）
cli-incomplete = コマンドが途中で終わっています。--help で続きを確かめてください。
cli-error-command = 「{ $what }」というコマンドはありません。
cli-error-argument = 「{ $what }」という引数はありません。
cli-error-value = 「{ $what }」に「{ $value }」は使えません。
cli-error-missing = 必要な引数がありません：{ $what }
cli-error-other = 引数の並びを理解できません。{ $what }
cli-error-valid = 使える値：{ $valid }。
cli-error-suggestion = もしかして：{ $suggestion }
cli-error-help = 使い方は --help で表示されます。
cli-gateway-platform = 情報基盤の登録口（host:port）
box-enrolled = ゲートウェイ { $gateway } を家 { $home } に登録しました。
box-setup-code = 最初の運用者を登録してください：http(s)://{ $web }/operator/setup を開き、コード { $code } を入力します。コードは一度だけ使えます。
box-setup-done = 運用者はもう登録されています。新しい運用者は、いまの運用者が招待します。
audit-whole = 監査記録 { $folder } に欠けや改ざんはありません：{ $entries } 件（{ $first } から { $last }）。
audit-broken = 監査記録 { $folder } がおかしくなっています。{ $what }。この場所から後は信用できません。バックアップと比べてください。
box-no-threads = プログラムを始められません：{ $why }
demo-operator-name = 運用 みどり
demo-home-name = 灯の家
demo-home-address = 東京都千代田区（架空）
demo-resident-1 = 花子
demo-resident-2 = 太郎
demo-greeting =
    灯・戸守 デモが動いています。
      アプリ       { $app }
      運用者の画面 { $operator }
      家のようす   { $house }
      家の中の口   { $door }（アプリの「家とつなぐ」から開きます）
      データ       { $data }
    サインイン（ログイン / パスワード / いまのワンタイムコード）
demo-account = {"  "}{ $name }： { $login } / { $password } / { $code }
demo-codes = ワンタイムコードは 30 秒ごとに変わり、一度だけ使えます。いまのコードは「tomori demo code」で見られます。Ctrl-C で止まります。
demo-stopping = 止めています…
demo-interrupted = 途中で止められました
demo-failed = デモは続けられません：{ $why }
demo-no-paper = デモはまだ動いたことがありません：{ $why }
demo-step = { $time }  T2-4 { $step } { $title }：{ $detail }
demo-step-failed = 手順 { $step }（{ $title }）が終わりませんでした
demo-line = { $time }  { $what }
demo-title-1 = 開閉スケジュールの設定
demo-title-2 = シャッター開閉の指示
demo-title-3 = 情報基盤からの実行
demo-title-4 = シャッターの開閉操作
demo-detail-1 = { $device }に { $time } のスケジュールを登録しました
demo-detail-2 = 時刻になり、サービスが情報基盤に指示しました（{ $command }）
demo-detail-3 = 情報基盤の指示をホームゲートウェイが受け取りました
demo-detail-4 = { $device }が動き、機器自身の答えで確認しました
demo-detail-4-failed = { $device }は動きませんでした（{ $stage } { $why }）
demo-line-wished = { $device }：{ $value } を受け付けました
demo-line-delivered = { $device }：{ $value } をゲートウェイが受け取りました
demo-line-ended = { $device }：{ $value } → { $stage } { $why }
demo-line-hand = { $device }が手で動かされました。しばらくは遠隔操作より優先します
demo-line-lost = { $device }が答えなくなりました
demo-line-appeared = { $device }が答えています
demo-line-unknown = 設備一覧にない機器が家の中にいます。操作はしません
demo-line-impersonation = だれかが{ $device }になりすましています。信じません
demo-line-missed = スケジュールの時刻にゲートウェイがいませんでした
demo-line-connected = ゲートウェイがつながりました
demo-line-disconnected = ゲートウェイとの線が切れました。家の中はそのまま動きます
